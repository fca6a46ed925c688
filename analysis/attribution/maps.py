r"""What an attribution is: credit for every pixel, and how much of it is accounted for.

.. math::
    \mathrm{gap} = \frac{\big|\sum_i \phi_i - (f(y) - f(y_0))\big|}{|f(y) - f(y_0)|}, \qquad
    G = \frac{\sum_{ij} |g_i - g_j|}{2 N^2 \bar g}, \qquad \mathrm{DI} = 100\,(1 - G)

DI is the Diffusion Index of Gu & Dong (CVPR 2021) on the map's strength g: the wider the
neighbourhood that was used, the higher. It says nothing of the quality of what was restored.

Mind the gap of a network with masks. Their step has no slope, and training lends it one (the
straight-through gradient), which attributions see as well: credit is then given for a smoothed
network, and no number of steps closes the gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from interir.shapes import Image


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """The credit of every pixel and colour of one photo, in units of the objective.

    While ``done`` is less than ``steps`` it is a part of the map. ``change`` is what the credit
    should sum to, f(y) - f(y0); NaN for a method that promises no such thing. ``slope`` marks
    credit per unit of light, rather than for the whole way from the baseline.
    """

    method: str
    values: Image
    change: float = math.nan
    done: int = 1
    steps: int = 1
    slope: bool = False

    @property
    def signed(self) -> Float[Tensor, "H W"]:
        """The credit of each place, summed over colours."""
        return self.values.sum(dim=(0, 1))

    @property
    def strength(self) -> Float[Tensor, "H W"]:
        """|credit| of each place, the largest 1; zeros where there is none."""
        size = self.signed.abs()
        return size / size.max().clamp(min=torch.finfo(size.dtype).tiny)

    @property
    def gap(self) -> float:
        """The completeness gap, as a share of the change; NaN where none was promised."""
        return gap(self.values.sum(dtype=torch.float64).item(), self.change)

    @property
    def diffusion(self) -> float:
        """The Diffusion Index, from 0 (one pixel) to 100 (all alike)."""
        return 100 * (1 - gini(self.strength))

    def credit(self, image: Image, baseline: Image) -> Image:
        """What the map says each pixel's way from the baseline was worth: a slope, times that way."""
        return self.values * (image - baseline) if self.slope else self.values


def gini(values: Float[Tensor, "*any"]) -> float:
    """The Gini coefficient of numbers that are not negative; 0 where all are alike, zeros too."""
    ordered = values.flatten().double().sort().values
    n, total = len(ordered), ordered.sum().item()
    if total == 0:
        return 0.0
    # Of sorted numbers, the sum over all pairs is one over ranks.
    ranks = torch.arange(1, n + 1, dtype=ordered.dtype, device=ordered.device)
    return ((2 * ranks - n - 1) @ ordered).item() / (n * total)


def gap(total: float, change: float) -> float:
    """|total - change| over |change|; for no change at all, 0 where none was claimed, else infinite."""
    missing = abs(total - change)
    return missing / abs(change) if change else (math.inf if missing else 0.0)
