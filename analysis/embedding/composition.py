r"""Is the shift of a combination the sum of the shifts of its parts?

.. math::
    s_q = z_q - z_{\mathrm{clean}}, \qquad \hat s_{H+R+N} = s_H + s_R + s_N, \qquad
    R^2 = 1 - \frac{\sum_p \|s - \hat s\|^2}{\sum_p \|s\|^2}

The renditions of a photo share its random layers and levels, so the parts are the very ones that
the combination is made of. R² is against "no shift at all". As all photos may shift alike, both
stand beside the same figures with the parts of *another* photo, at its own levels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from interir.bootstrap import Interval

from . import resampling
from .layout import KINDS, PRESENT, RENDITIONS, Grid, Weights

COMPOUND = tuple(name for name in RENDITIONS if "+" in name)


@dataclass(frozen=True, slots=True)
class Composition:
    """How additive a combination is: mean cosine of shift and sum, R², and both with other photos' parts."""

    combination: str
    cosine: Interval
    r2: Interval
    null_cosine: Interval
    null_r2: Interval


def compositions(grid: Grid, weights: Weights) -> list[Composition]:
    """One for each combination of several degradations."""
    shifts = grid.astype(np.float64) - grid[:, :1]
    single = shifts[:, [RENDITIONS.index(kind) for kind in KINDS]]
    return [_composition(name, shifts, single, weights) for name in COMPOUND]


def _composition(name: str, shifts: Grid, single: Grid, weights: Weights) -> Composition:
    q = RENDITIONS.index(name)
    total = single[:, PRESENT[q]].sum(axis=1)
    fits = [_fit(shifts[:, q], parts, weights) for parts in (total, np.roll(total, 1, axis=0))]
    (cosine, r2), (null_cosine, null_r2) = fits
    return Composition(name, cosine, r2, null_cosine, null_r2)


def _fit(
    shift: Float[np.ndarray, "p d"], parts: Float[np.ndarray, "p d"], weights: Weights
) -> tuple[Interval, Interval]:
    sizes = np.linalg.norm(shift, axis=1) * np.linalg.norm(parts, axis=1)
    cosine = (shift * parts).sum(axis=1) / np.maximum(sizes, 1e-12)
    missed, length = (np.square(v).sum(axis=1) for v in (shift - parts, shift))
    r2 = 1 - (weights @ missed) / np.maximum(weights @ length, 1e-12)
    return resampling.mean(cosine, weights), resampling.interval(r2)
