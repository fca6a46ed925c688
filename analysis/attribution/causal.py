r"""The Causal Effect Map: which squares of the photo help the region, and which harm it?

.. math::
    \mathrm{CEM}_B = \mathrm{PSNR}\big(\hat x(y)_{\mathrm{ROI}}, x_{\mathrm{ROI}}\big) - \frac1M \sum_{m=1}^M
        \mathrm{PSNR}\big(\hat x(do(y_B = p_m))_{\mathrm{ROI}}, x_{\mathrm{ROI}}\big)

after Hu et al. (TPAMI 2025): p_m are squares of other photos, and effects under 0.01 dB count as
none. The intervention takes place *inside the degradation*: the square goes into the clean photo,
over which the very same rain, haze and noise are composed again. So content changes and nothing
else does. A few squares are tried everywhere, all of them only where those had an effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from interir import UnfoldedNetwork
from interir.degrade import Degraded, compose
from interir.shapes import Image

from .objectives import AttributionError, Objective, Region
from .occlusion import AT_ONCE, BLOCK

FIRST = 3
"""Squares that are tried everywhere."""

NOTHING = 0.01
"""The effect, in dB, under which there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class CausalEffects:
    """dB that each square gives the region; NaN where it was not tried yet."""

    values: Float[Tensor, "rows columns"]
    block: int
    region: Region
    psnr: float  # of the region as it is

    @property
    def elsewhere(self) -> Float[Tensor, " n"]:
        """The effects of the squares outside the region; one inside replaces what is measured."""
        rows, columns = (self.block * torch.arange(n, device=self.values.device) for n in self.values.shape)
        r = self.region
        across = (rows < r.top + r.height) & (rows + self.block > r.top)
        along = (columns < r.left + r.width) & (columns + self.block > r.left)
        return self.values[~(across[:, None] & along)]

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many squares outside the region help, harm, and do neither."""
        there = self.elsewhere[self.elsewhere.isfinite()]
        return int((there > 0).sum()), int((there < 0).sum()), int((there == 0).sum())


def causal_effects(
    network: UnfoldedNetwork,
    sample: Degraded,
    region: Region,
    squares: Float[Tensor, "m 3 n n"],
    *,
    block: int = BLOCK,
    first: int = FIRST,
) -> Iterator[CausalEffects]:
    """The map after each square, row by row; close the generator to stop it.

    ``squares`` are squares of other photos, of ``block`` pixels; the first few are tried
    everywhere. Raises `AttributionError` for squares of another size.
    """
    if not len(squares) or squares.shape[-1] != block:
        raise AttributionError(
            f"squares have shape {tuple(squares.shape)}; they must be (m, 3, {block}, {block})"
        )
    objective = Objective("psnr", region, sample.clean)
    height, width = sample.clean.shape[-2:]
    grid = (-(-height // block), -(-width // block))
    plain = _plain(network, sample, objective)
    found = CausalEffects(sample.clean.new_full(grid, torch.nan), block, region, plain)
    for i in range(grid[0]):
        for j in range(grid[1]):
            effect = plain - _tried(network, sample, objective, squares[:first], (i * block, j * block))
            if abs(effect) >= NOTHING and len(squares) > first:
                effect = plain - _tried(network, sample, objective, squares, (i * block, j * block))
            values = found.values.clone()
            values[i, j] = effect if abs(effect) >= NOTHING else 0.0
            found = replace(found, values=values)
            yield found


@torch.no_grad()
def _plain(network: UnfoldedNetwork, sample: Degraded, objective: Objective) -> float:
    return objective(network(sample.image)).item()


@torch.no_grad()
def _tried(
    network: UnfoldedNetwork, sample: Degraded, objective: Objective, squares: Image, corner: tuple[int, int]
) -> float:
    """The mean PSNR of the region with each of the squares at a place."""
    top, left = corner
    side = squares.shape[-1]
    scores = []
    for some in squares.split(AT_ONCE):
        clean = sample.clean.repeat(len(some), 1, 1, 1)
        place = clean[..., top : top + side, left : left + side]
        place.copy_(some[..., : place.shape[-2], : place.shape[-1]])
        scores.append(objective(network(compose(clean, sample.layers))))
    return torch.cat(scores).mean().item()
