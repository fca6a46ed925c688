"""Do the degradations separate better in one network than in another? Paired over the same photos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from sklearn.metrics import pairwise_distances

from interir.bootstrap import Interval

from . import probe, resampling, separation
from .bank import Bank
from .layout import RENDITIONS, Grid, as_points


@dataclass(frozen=True, slots=True)
class Contrast:
    """First network less the other in one source, measure by measure, at each of ``ks``.

    Where one is deeper, the other stands at its last iteration.
    """

    first: str
    other: str
    source: str
    ks: list[int]
    measures: dict[str, list[Interval]]


def by_photo(grid: Grid) -> dict[str, Float[np.ndarray, " p"]]:
    """The measures that are means over photos: silhouette, purity, and the probe's accuracy."""
    distances = pairwise_distances(as_points(grid.astype(np.float64)))
    return {
        "silhouette": separation.silhouettes(distances).mean(axis=1),
        "purity": separation.purities(distances).mean(axis=1),
        "accuracy": probe.correct(grid, np.arange(len(RENDITIONS))),
    }


def contrast(bank: Bank, first: str, other: str, source: str) -> Contrast:
    """Two networks of a bank compared at every k; raises `BankError` where one lacks the source."""
    one, two = (bank.embedded(name, source) for name in (first, other))
    ks = list(range(max(one.first, two.first), max(one.ks[-1], two.ks[-1]) + 1))
    pair = [{k: by_photo(grid) for k, grid in zip(each.ks, each.grids, strict=True)} for each in (one, two)]
    weights = resampling.weights(len(bank.photos))
    measures: dict[str, list[Interval]] = {}
    for k in ks:
        a, b = (found[min(k, each.ks[-1])] for found, each in zip(pair, (one, two), strict=True))
        for name in a:
            measures.setdefault(name, []).append(resampling.mean(a[name] - b[name], weights))
    return Contrast(first, other, source, ks, measures)
