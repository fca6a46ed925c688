"""One output value of an explainable convolution as a sum that can be checked by hand."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from interir import Convolution, ExplainableConv2d
from interir.explainable import modulated_kernels


@dataclass(frozen=True, slots=True, eq=False)
class WeightedSum:
    """output = Σ patch ⊙ modulated kernel + bias, for one channel at one place."""

    patch: Float[Tensor, "r s"]
    kernel: Float[Tensor, "r s"]  # W, as learned
    modulation: Float[Tensor, "r s"]  # k²α, of this photo
    modulated: Float[Tensor, "r s"]  # W̃ = k²α ⊙ W
    bias: float
    threshold: float
    output: float  # what the network computed

    @property
    def total(self) -> float:
        """The sum, done again; it differs from ``output`` by rounding only."""
        return (self.patch * self.modulated).sum().item() + self.bias


def weighted_sum(
    conv: ExplainableConv2d, record: Convolution, channel: int, row: int, column: int
) -> WeightedSum:
    """The sum behind one output of a depthwise explainable convolution with stride 1.

    Raises `ValueError` for another kind of convolution, and `IndexError` outside the map.
    """
    if not _one_patch_per_output(conv):
        raise ValueError("only a depthwise convolution that keeps the size has one patch per output")
    h, w = record.input.shape[-2:]
    if not (0 <= row < h and 0 <= column < w):
        raise IndexError(f"row {row}, column {column} lies outside the {h} x {w} map")
    r, s = conv.kernel_size
    padded = F.pad(record.input[0, channel], (s // 2, s // 2, r // 2, r // 2))
    modulated = modulated_kernels(conv.weight, record.modulation[:1], conv.groups)
    with torch.inference_mode():
        output = conv.convolve(record.input[:1], record.modulation[:1])[0, channel, row, column]
    return WeightedSum(
        patch=padded[row : row + r, column : column + s],
        kernel=conv.weight[channel, 0],
        modulation=record.modulation[0, channel],
        modulated=modulated[0, channel, 0],
        bias=0.0 if conv.bias is None else conv.bias[channel].item(),
        threshold=record.threshold[0, channel, 0, 0].item(),
        output=output.item(),
    )


def _one_patch_per_output(conv: ExplainableConv2d) -> bool:
    """Depthwise, stride and dilation 1, padded with zeros by half the (odd) kernel."""
    r, s = conv.kernel_size
    plain = conv.stride == (1, 1) and conv.dilation == (1, 1) and conv.padding_mode == "zeros"
    depthwise = conv.groups == conv.in_channels == conv.out_channels
    return plain and depthwise and conv.padding in ((r // 2, s // 2), "same") and r % 2 == s % 2 == 1
