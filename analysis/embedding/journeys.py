"""Maps over iterations: how the points travel from x_0 to x_N, and where a new run's path lies.

Two kinds. *Joint*: one PCA basis for all k, in which every path can be compared with every other.
*Travelling*: a map for each k that starts from the map before it, so that a point moves only as far
as its neighbourhood changed; the distance between two k says nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from .layout import Curve, GridOverK, Points, as_points
from .maps import PCA, TSNE, Map, Settings, fit, tsne_of


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """One map for each iteration from ``first`` to N."""

    first: int
    maps: tuple[Map, ...]

    @property
    def settings(self) -> Settings:
        """Of all its maps."""
        return self.maps[0].settings

    @property
    def points(self) -> Float[np.ndarray, "k n 2"]:
        """Where every point is at every k."""
        return np.stack([each.points for each in self.maps])

    def path(self, values: Curve) -> Float[np.ndarray, "k 2"]:
        """Where a new run goes, from its features ``(k, d)`` over the same iterations.

        Raises `ValueError` for another number of iterations.
        """
        if len(values) != len(self.maps):
            raise ValueError(f"the run has {len(values)} iterations; the map has {len(self.maps)}")
        return np.concatenate(
            [each.place(value[None]) for each, value in zip(self.maps, values, strict=True)]
        )


def joint(grids: GridOverK, first: int) -> Journey:
    """All iterations on one map: the two directions of largest variance over items and k together."""
    every = fit(np.concatenate([as_points(grid) for grid in grids]), PCA())
    parts = np.split(every.points, len(grids))
    return Journey(first, tuple(Map(every.settings, points, every.place) for points in parts))


def travelling(grids: GridOverK, first: int, settings: Settings) -> Journey:
    """A map for each iteration, each from where the last one left its points."""
    maps: list[Map] = []
    for grid in grids:
        maps.append(fit(as_points(grid), settings, maps[-1].points if maps else None))
    return Journey(first, tuple(maps))


def travelled(grids: GridOverK, first: int, settings: TSNE, points: Float[np.ndarray, "k n 2"]) -> Journey:
    """A travelling t-SNE whose points were computed earlier."""
    restored = map(partial(_restored, settings), grids, points)
    return Journey(first, tuple(restored))


def _restored(settings: TSNE, grid: Points, points: Points) -> Map:
    return tsne_of(as_points(grid), points, settings)
