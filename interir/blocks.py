"""The bricks of InterIR: the explainable block, the networks that learn gains, and the step in x."""

from __future__ import annotations

import torch
from einops import reduce
from torch import Tensor, nn
from torch.nn import functional as F

from .explainable import ExplainableConv2d
from .records import Convolution, Solve
from .shapes import Features, Gain

REDUCTION = 4
"""By how much the hidden layer of a gain network is narrower than the features."""


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of each place.

    Written out, because `nn.LayerNorm` wants channels last: the two transpositions it
    would take make a training step on a CPU a third slower.
    """

    def __init__(self, width: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(width, 1, 1))
        self.bias = nn.Parameter(torch.zeros(width, 1, 1))

    def forward(self, x: Features) -> Features:
        centred = x - x.mean(dim=1, keepdim=True)
        scale = torch.rsqrt(centred.square().mean(dim=1, keepdim=True) + self.eps)
        return torch.addcmul(self.bias, centred * scale, self.weight)


def gate(x: Tensor) -> Tensor:
    """NAFNet's SimpleGate: one half of the channels times the other."""
    a, b = x.chunk(2, dim=1)
    return a * b


class EPBlock(nn.Module):
    """NAFNet's block with an explainable convolution for its depthwise one (Section 3.4).

    Starts as the identity: both residual branches are scaled by zeros that are learned.
    7c² + 35c parameters at width c.
    """

    def __init__(self, width: int, name: str, *, literal: bool = False) -> None:
        super().__init__()
        self.norm1 = ChannelNorm(width)
        self.expand1 = nn.Conv2d(width, 2 * width, 1)
        self.depthwise = ExplainableConv2d(
            2 * width, 2 * width, 3, padding=1, groups=2 * width, literal=literal, name=name
        )
        self.attend = nn.Conv2d(width, width, 1)
        self.project1 = nn.Conv2d(width, width, 1)
        self.norm2 = ChannelNorm(width)
        self.expand2 = nn.Conv2d(width, 2 * width, 1)
        self.project2 = nn.Conv2d(width, width, 1)
        self.scale1 = nn.Parameter(torch.zeros(1, width, 1, 1))
        self.scale2 = nn.Parameter(torch.zeros(1, width, 1, 1))

    def forward(self, x: Features) -> tuple[Features, Convolution]:
        """The block's output, and what its explainable convolution did."""
        mixed, convolution = self.depthwise.examine(self.expand1(self.norm1(x)))
        mixed = gate(mixed)
        mixed = mixed * self.attend(F.adaptive_avg_pool2d(mixed, 1))
        x = x + self.scale1 * self.project1(mixed)
        x = x + self.scale2 * self.project2(gate(self.expand2(self.norm2(x))))
        return x, convolution


class PooledGains(nn.Module):
    """Signed gains, one per sample and channel, from the global averages of the features handed in.

    ``start`` names the gains and gives the value from which each starts.
    """

    def __init__(self, width: int, inputs: int, start: dict[str, float]) -> None:
        super().__init__()
        self.names = tuple(start)
        last = nn.Linear(width // REDUCTION, width * len(start))
        nn.init.zeros_(last.weight)
        with torch.no_grad():
            last.bias.copy_(torch.tensor(list(start.values())).repeat_interleave(width))
        self.net = nn.Sequential(nn.Linear(width * inputs, width // REDUCTION), nn.ReLU(), last)

    def forward(self, *features: Features) -> tuple[Gain, ...]:
        pooled = reduce(torch.cat(features, dim=1), "b c h w -> b c", "mean")
        return self.net(pooled)[..., None, None].chunk(len(self.names), dim=1)


class Descent(nn.Module):
    """The step x - ε V (Eq. 12, last line): without parameters, but a place where one can intervene."""

    def forward(self, x: Features, solve: Solve) -> tuple[Features, Solve]:
        """The next estimate, and the solve that led there."""
        return x - solve.size * solve.direction, solve
