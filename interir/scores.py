"""What an evaluation yields, and its means: the nouns of Tables 1 to 3."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from .degrade import COMBINATIONS

INPUT = "input"
"""The name under which the degraded photos themselves are scored."""

MEAN = "mean"
"""The last column of a table: the mean of its columns, as in the paper."""

CEILING = 100.0
"""The highest PSNR, in dB, and that of equal photos: an infinite one would be every mean's value.

A photo degraded at a level near 0 can equal its clean one once it is rounded to 8 bits.
"""

Table = dict[str, dict[str, tuple[float, float]]]
"""PSNR in dB and SSIM by method and column."""


@dataclass(frozen=True, slots=True)
class Score:
    """One photo under one combination (or of one benchmark), restored by one method.

    PSNR is in dB and no higher than `CEILING`. ``file`` tells degraded files of one clean
    photo apart.
    """

    method: str
    combination: str
    photo: str
    psnr: float
    ssim: float
    file: str = ""


def means(scores: Sequence[Score]) -> Table:
    """Mean PSNR and SSIM by method and combination, and the mean of those ("mean").

    Every combination weighs the same in that last mean, whatever the number of its photos, as
    in the averages of Tables 1 and 3. Combinations without scores are absent.
    """
    groups: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for score in scores:
        row = groups.setdefault(score.method, {})
        row.setdefault(score.combination, []).append((score.psnr, score.ssim))
    return {method: _row(row) for method, row in groups.items()}


def columns(table: Table) -> list[str]:
    """The columns of a table: the seven combinations in the paper's order, then others, then the mean.

    A table of a single column has no mean.
    """
    names = ordered(name for row in table.values() for name in row if name != MEAN)
    return names if len(names) == 1 else [*names, MEAN]


def ordered(names: Iterable[str]) -> list[str]:
    """Names without repetition: combinations in the order of Table 1, others as they come."""
    found = dict.fromkeys(names)
    return [*(c for c in COMBINATIONS if c in found), *(n for n in found if n not in COMBINATIONS)]


def _row(groups: dict[str, list[tuple[float, float]]]) -> dict[str, tuple[float, float]]:
    row = {name: _mean(groups[name]) for name in ordered(groups)}
    return {**row, MEAN: _mean(list(row.values()))}


def _mean(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    psnr, ssim = zip(*pairs, strict=True)
    return fmean(psnr), fmean(ssim)
