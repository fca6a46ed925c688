"""Paired bootstrap intervals of the difference between two methods.

Photos are resampled, not scores: a photo's seven combinations stay together, and both methods
are always compared on the same photos. Intervals are percentiles of the resampled means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .scores import MEAN, Score, ordered

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference and the ends of its interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """First method less the other in one column: PSNR in dB, and SSIM."""

    first: str
    other: str
    column: str
    psnr: Interval
    ssim: Interval


def differences(
    scores: Sequence[Score],
    first: str,
    other: str,
    *,
    resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> list[Difference]:
    """Intervals for every column that both methods were scored on, and for the mean of the columns.

    Photos that are there in the same columns are drawn among themselves, with replacement, so
    that every resample has as many photos in each column as the data. Raises `ValueError`
    where the methods share fewer than two photos.
    """
    photos, names, values = _paired(scores, first, other)
    if len(photos) < 2:
        raise ValueError(f"{first} and {other} share {len(photos)} photos; an interval needs two")
    draws = _draws(values, resamples, np.random.default_rng(seed))
    found, drawn = _column_means(values[None]), np.concatenate([_column_means(values[d]) for d in draws])
    return [
        Difference(first, other, name, *(_interval(found[0, j, m], drawn[:, j, m], level) for m in (0, 1)))
        for j, name in enumerate([*names, MEAN])
    ]


def _paired(scores: Sequence[Score], first: str, other: str) -> tuple[list[str], list[str], Array]:
    """Differences by photo, column and measure; NaN where either method has no score."""
    ours, theirs = ({(s.photo, s.combination): s for s in scores if s.method == m} for m in (first, other))
    shared = [key for key in ours if key in theirs]
    photos, names = list(dict.fromkeys(p for p, _ in shared)), ordered(c for _, c in shared)
    values = np.full((len(photos), len(names), 2), np.nan)
    row, column = ({name: i for i, name in enumerate(axis)} for axis in (photos, names))
    for key in shared:
        a, b = ours[key], theirs[key]
        values[row[key[0]], column[key[1]]] = a.psnr - b.psnr, a.ssim - b.ssim
    return photos, names, values


def _draws(values: Array, resamples: int, generator: np.random.Generator) -> list[NDArray[np.intp]]:
    """Photo indices of each resample, drawn within photos of the same columns; in chunks of memory."""
    there = ~np.isnan(values[..., 0])
    strata = [np.flatnonzero((there == pattern).all(axis=1)) for pattern in np.unique(there, axis=0)]
    parts = [generator.choice(stratum, (resamples, len(stratum))) for stratum in strata]
    return np.array_split(np.concatenate(parts, axis=1), max(1, resamples // 100))


def _column_means(values: Array) -> Array:
    """Means over photos of ``(resample, photo, column, measure)``, and their mean as a last column."""
    with np.errstate(invalid="ignore"):  # a column without a single number has the mean NaN
        means = np.nansum(values, axis=1) / (~np.isnan(values)).sum(axis=1)
    return np.concatenate([means, means.mean(axis=1, keepdims=True)], axis=1)


def _interval(mean: float, drawn: Array, level: float) -> Interval:
    """The percentile interval, whose ends are as far from the ends of the sorted means."""
    cut = int(len(drawn) * (1 - level) / 2)
    drawn = np.sort(drawn)
    return Interval(float(mean), float(drawn[cut]), float(drawn[len(drawn) - 1 - cut]))
