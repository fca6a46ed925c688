"""What the pixels alone say about a degradation: the null model that every embedding must beat.

A noise estimate per channel, quantiles of the dark channel, and a histogram of gradients.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from interir.shapes import Image, Layer

WINDOW = 15
"""Side of the dark channel's patch, in pixels (He et al., CVPR 2009)."""

DARK_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SIZES, DIRECTIONS = 16, 8
"""Bins of the gradients' logarithmic size, and of their direction."""

SMALLEST = -3.0
"""log10 of the gradient under which all is one bin: less than a step of 8 bits."""


def statistics(image: Image) -> Float[Tensor, "b d"]:
    """All statistics of each photo of a batch, 32 in number."""
    return torch.cat([noise(image), dark_channel(image), gradients(image.mean(dim=1, keepdim=True))], dim=1)


def noise(image: Image) -> Float[Tensor, "b 3"]:
    """The standard deviation of Gaussian noise in each channel, from a difference of Laplacians.

    Immerkær's estimate (CVIU 1996): √(π/2) times the mean absolute response, over the mask's norm.
    """
    line = image.new_tensor([1.0, -2.0, 1.0])
    mask = torch.outer(line, line)
    kernel = mask.expand(3, 1, 3, 3)
    response = F.conv2d(image, kernel, groups=3).abs().mean(dim=(-2, -1))
    return math.sqrt(math.pi / 2) * response / mask.norm()


def dark_channel(image: Image) -> Float[Tensor, "b 5"]:
    """`DARK_QUANTILES` over places of the least light of any colour in the patch around."""
    least = image.amin(dim=1, keepdim=True)
    dark = -F.max_pool2d(-least, WINDOW, stride=1, padding=WINDOW // 2)
    return dark.flatten(1).quantile(image.new_tensor(DARK_QUANTILES), dim=1).T


def gradients(grey: Layer) -> Float[Tensor, "b d"]:
    """Shares of places by the size of the gradient, and of its size by direction (unsigned)."""
    across = (grey[..., 1:, 1:] - grey[..., 1:, :-1]).flatten(1)
    down = (grey[..., 1:, 1:] - grey[..., :-1, 1:]).flatten(1)
    size = torch.hypot(across, down)
    logarithm = size.clamp(min=10**SMALLEST).log10().clamp(max=0)
    turn = torch.atan2(down, across) / math.pi % 1  # a gradient and its opposite are one direction
    by_size = _shares((logarithm / -SMALLEST + 1) * SIZES, SIZES, torch.ones_like(size))
    return torch.cat([by_size, _shares(turn * DIRECTIONS, DIRECTIONS, size)], dim=1)


def _shares(position: Float[Tensor, "b n"], bins: int, weight: Float[Tensor, "b n"]) -> Tensor:
    """The share of the weight in each bin, ``position`` running from 0 to ``bins``."""
    index = position.long().clamp(0, bins - 1)
    total = torch.zeros(len(position), bins, dtype=weight.dtype, device=weight.device)
    total = total.scatter_add(1, index, weight)
    return total / total.sum(dim=1, keepdim=True).clamp(min=1e-12)
