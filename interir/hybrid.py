"""DeepSN-Net with parts of InterIR in place of its own: the steps between the two in Table 4.

A part that replaces another keeps the place's contract, not its size: InterIR's modules have
a fraction of the parameters. Their EPBlocks convolve ordinarily here, so that what a module
does and what explainable convolutions do are told apart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, cast

import torch
from torch import nn

from .blocks import EPBlock
from .configs import HybridConfig, InterIRConfig
from .deepsn import DOWN, DeepSNNet
from .explainable import ExplainableConv2d, explain
from .network import DMUM, MUM, RESM
from .records import Convolution, Solve, State
from .shapes import ColumnOperator, Features, RowOperator
from .unfolding import UnfoldedNetwork


class UniformConv2d(ExplainableConv2d):
    """An ordinary convolution in an explainable one's place: whatever the mask, the modulation is 1."""

    def observe(self, x: Features) -> Convolution:
        record = super().observe(x)
        return replace(record, modulation=torch.ones_like(record.modulation))


class Solver(RESM):
    """A RESM that hands on what DeepSN-Net's image update does."""

    def forward(self, y: Features, state: State) -> tuple[Features, Solve]:  # type: ignore[override]
        return super().forward(y, state)[:2]


class Multiplier(MUM):
    """A MUM called as DeepSN-Net's multiplier update is."""

    def forward(self, x: Features, multiplier: Features) -> Features:  # type: ignore[override]
        nothing = x.new_empty(0)
        return super().forward(State(x, nothing, nothing, multiplier))[0].multiplier


class Hybrid(DeepSNNet):
    """The baseline with some parts exchanged; like it, the last iteration repeats the update before."""

    title: ClassVar[str] = "DeepSN-Net with parts of InterIR"
    config: HybridConfig

    def __init__(self, config: HybridConfig) -> None:
        super().__init__(config)
        inner = InterIRConfig(width=config.in_channel * DOWN**2, down=DOWN)
        if config.resm:
            self.image_update_list = _several(Solver, inner, config.depth)
        if config.updates:
            self.matrix_P_update_list = _several(DMUM, inner, config.depth - 1)
            self.matrix_Q_update_list = nn.ModuleList()
            self.multiplier_update_list = _several(Multiplier, inner, config.depth - 1)

    def update_operators(
        self, k: int, x: Features, y: Features, state: State
    ) -> tuple[RowOperator, ColumnOperator]:
        if not self.config.updates:
            return super().update_operators(k, x, y, state)
        renewed, _ = self.matrix_P_update_list[k - 1](y, x, state)
        return renewed.a1, renewed.a2

    def completed(self) -> UnfoldedNetwork:
        """The network itself, or its explainable twin where the configuration asks for one."""
        return cast(UnfoldedNetwork, explain(self)) if self.config.explain else self


def _several(part: type[nn.Module], config: InterIRConfig, count: int) -> nn.ModuleList:
    """Copies of a part, each with weights of its own, that convolve ordinarily."""
    made = nn.ModuleList(part(config) for _ in range(count))
    for block in made.modules():
        if isinstance(block, EPBlock):
            block.depthwise = UniformConv2d.from_conv(block.depthwise)
    return made
