"""Paired bootstrap intervals of the difference between two methods.

Clean photos are resampled, not scores: a photo's seven combinations stay together, and so do
the degraded files that a benchmark makes of one photo, which are no independent samples. Both
methods are always compared on the same files. Intervals are percentiles of the resampled means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .scores import MEAN, Score, ordered

Array = NDArray[np.float64]

FEW = 10
"""Clean photos under which percentile intervals are known to be too narrow, and are marked so."""


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
    names, sums, counts = _paired(scores, first, other)
    if len(counts) < 2:
        raise ValueError(f"{first} and {other} share {len(counts)} photos; an interval needs two")
    draws = _draws(counts, resamples, np.random.default_rng(seed))
    everything = [np.arange(len(counts))[None]]
    found, drawn = (
        np.concatenate([_column_means(sums[d], counts[d]) for d in some]) for some in (everything, draws)
    )
    return [
        Difference(first, other, name, *(_interval(found[0, j, m], drawn[:, j, m], level) for m in (0, 1)))
        for j, name in enumerate([*names, MEAN])
    ]


def _paired(scores: Sequence[Score], first: str, other: str) -> tuple[list[str], Array, Array]:
    """Sums of differences by photo, column and measure, and over how many files each sum goes."""
    ours, theirs = (
        {(s.combination, s.photo, s.file): s for s in scores if s.method == m} for m in (first, other)
    )
    shared = [key for key in ours if key in theirs]
    names, photos = ordered(key[0] for key in shared), list(dict.fromkeys(key[1] for key in shared))
    sums, counts = np.zeros((len(photos), len(names), 2)), np.zeros((len(photos), len(names)))
    column, row = ({name: i for i, name in enumerate(axis)} for axis in (names, photos))
    for key in shared:
        a, b, cell = ours[key], theirs[key], (row[key[1]], column[key[0]])
        sums[cell] += a.psnr - b.psnr, a.ssim - b.ssim
        counts[cell] += 1
    return names, sums, counts


def _draws(counts: Array, resamples: int, generator: np.random.Generator) -> list[NDArray[np.intp]]:
    """Photo indices of each resample, drawn within photos of the same columns; in chunks of memory."""
    there = counts > 0
    strata = [np.flatnonzero((there == pattern).all(axis=1)) for pattern in np.unique(there, axis=0)]
    parts = [generator.choice(stratum, (resamples, len(stratum))) for stratum in strata]
    return np.array_split(np.concatenate(parts, axis=1), max(1, resamples // 100))


def _column_means(sums: Array, counts: Array) -> Array:
    """Means over the files of ``(resample, photo, column, measure)``, and their mean as a last column."""
    means = sums.sum(axis=1) / counts.sum(axis=1)[..., None]
    return np.concatenate([means, means.mean(axis=1, keepdims=True)], axis=1)


def _interval(mean: float, drawn: Array, level: float) -> Interval:
    """The percentile interval, whose ends are as far from the ends of the sorted means."""
    cut = int(len(drawn) * (1 - level) / 2)
    drawn = np.sort(drawn)
    return Interval(float(mean), float(drawn[cut]), float(drawn[len(drawn) - 1 - cut]))
