"""Interventions inside a stage: on explainable convolutions, on learned gains, on the step itself."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from interir import Convolution, ExplainableConv2d, Solve, UnfoldedNetwork
from interir.blocks import Descent, PooledGains
from interir.shapes import Gain

from .base import Around, InterventionError, OnBrick, number, override

TERMS = ("operator", "prior")
"""The two terms of the direction V."""


class OnConvolutions(OnBrick):
    """Changes what multiplies the kernels of explainable convolutions."""

    brick = ExplainableConv2d

    def refusal(self, network: UnfoldedNetwork) -> str | None:
        return None if self.bricks(network) else f"{network.title} has no explainable convolution"


@dataclass(frozen=True)
class UniformModulation(OnConvolutions):
    """Every tap counts alike: the ordinary convolution (k²α = 1, or α = 1/k² in the literal form)."""

    name: ClassVar[str] = "uniform"
    title: ClassVar[str] = "modulation uniform"

    def edit(self, k: int, module: ExplainableConv2d, around: Around) -> None:
        rows, columns = module.kernel_size
        value = 1 / (rows * columns) if module.literal else 1.0

        def uniform(record: Convolution) -> Convolution:
            return replace(record, modulation=torch.full_like(record.modulation, value))

        override(module, "observe", lambda observe: lambda x: uniform(observe(x)))


@dataclass(frozen=True)
class FullMasks(OnConvolutions):
    """Thresholds at -∞, so that every place is on; the modulation must come out uniform."""

    name: ClassVar[str] = "full-masks"
    title: ClassVar[str] = "masks all ones"

    def edit(self, k: int, module: ExplainableConv2d, around: Around) -> None:
        _set_threshold(module, torch.full_like(module.threshold, -torch.inf))


@dataclass(frozen=True)
class ForeignMasks(OnConvolutions):
    """Masks, and so modulations, that another photo had in the same convolution."""

    name: ClassVar[str] = "foreign-masks"
    title: ClassVar[str] = "masks of another photo"
    foreign: ClassVar[bool] = True

    def edit(self, k: int, module: ExplainableConv2d, around: Around) -> None:
        donor = around.convolutions(k).get(module.name)
        if donor is not None:  # the convolution belongs to another stage
            theirs = {"mask": donor.mask, "pooled": donor.pooled, "modulation": donor.modulation}
            override(module, "observe", lambda observe: lambda x: replace(observe(x), **theirs))


@dataclass(frozen=True)
class ShiftThresholds(OnConvolutions):
    """A number is added to every τ, in units of the convolution's input."""

    name: ClassVar[str] = "thresholds"
    title: ClassVar[str] = "thresholds moved"
    by: float = 0.5

    @property
    def what(self) -> str:
        return f"thresholds {'lowered' if self.by < 0 else 'raised'} by {number(abs(self.by))}"

    def edit(self, k: int, module: ExplainableConv2d, around: Around) -> None:
        _set_threshold(module, module.threshold + self.by)


def _set_threshold(module: ExplainableConv2d, value: Tensor) -> None:
    del module.threshold  # a parameter's name takes no plain tensor
    module.threshold = value  # type: ignore[assignment]


@dataclass(frozen=True)
class SetGain(OnBrick):
    """A learned gain is replaced by a constant; W2 = -1 brings back the subtraction of Eq. 8."""

    name: ClassVar[str] = "gain"
    title: ClassVar[str] = "a gain W set to a constant"
    brick = PooledGains
    gain: str = "W2"
    value: float = -1.0

    @property
    def what(self) -> str:
        return f"{self.gain} = {number(self.value)}"

    def refusal(self, network: UnfoldedNetwork) -> str | None:
        names = sorted({name for module in self.bricks(network) for name in module.names})
        if self.gain in names:
            return None
        return f"{network.title} has no gain {self.gain} (it has: {', '.join(names) or 'none'})"

    def edit(self, k: int, module: PooledGains, around: Around) -> None:
        def constant(gains: tuple[Gain, ...]) -> tuple[Gain, ...]:
            pairs = zip(module.names, gains, strict=True)
            return tuple(torch.full_like(w, self.value) if n == self.gain else w for n, w in pairs)

        override(module, "forward", lambda forward: lambda *features: constant(forward(*features)))


class OnDescent(OnBrick):
    """Changes the step x - ε V."""

    brick = Descent

    def refusal(self, network: UnfoldedNetwork) -> str | None:
        return None if self.bricks(network) else f"{network.title} does not take its step by `Descent`"

    @abstractmethod
    def instead(self, solve: Solve) -> Solve:
        """What is descended along."""

    def edit(self, k: int, module: Descent, around: Around) -> None:
        override(module, "forward", lambda forward: lambda x, solve: forward(x, self.instead(solve)))


@dataclass(frozen=True)
class ScaleStep(OnDescent):
    """The step size ε is multiplied by a number."""

    name: ClassVar[str] = "step"
    title: ClassVar[str] = "step size scaled"
    by: float = 0.5

    @property
    def what(self) -> str:
        return f"step size × {number(self.by)}"

    def instead(self, solve: Solve) -> Solve:
        return replace(solve, size=solve.size * self.by)


@dataclass(frozen=True)
class RemoveTerm(OnDescent):
    """One of the two terms of V is left out, and with it all that would have followed from it."""

    name: ClassVar[str] = "remove"
    title: ClassVar[str] = "a term of the step left out"
    term: str = "operator"

    @property
    def what(self) -> str:
        return f"{self.term} term left out"

    def __post_init__(self) -> None:
        if self.term not in TERMS:
            raise InterventionError(f"{self.term!r} is no term of a step; there are {' and '.join(TERMS)}")

    def instead(self, solve: Solve) -> Solve:
        nothing = torch.zeros_like(solve.direction)
        if self.term == "operator":
            return replace(solve, direction=solve.prior_term, operator_term=nothing)
        return replace(solve, direction=solve.operator_term, prior_term=nothing)
