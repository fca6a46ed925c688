"""All scores of a bank, at every k, beside the null models; and the file they are kept in.

The null models: the pixels' own statistics, the untrained network, an early checkpoint where the
bank has one, and the network's features with the renditions of each photo shuffled.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from interir.bootstrap import Interval

from . import composition, probe, resampling, separation
from .bank import Bank
from .build import TRAINED
from .composition import Composition
from .contrast import Contrast, contrast
from .layout import Grid, Levels, as_grid, as_points
from .maps import TSNE, Settings, fit

PIXELS = "pixels"
"""The name under which the pixels' statistics stand beside the networks."""

FEATURE_SPACE = "PCA-50"
SEEDS = range(5)

CAPTIONS = {
    "silhouette": "silhouette, -1 to 1",
    "calinski_harabasz": "Calinski-Harabasz, higher is better separated",
    "davies_bouldin": "Davies-Bouldin, lower is better separated",
    "purity": f"share of the {separation.NEIGHBOURS} nearest items of the same rendition",
    "accuracy": "probe's accuracy, rendition",
    **{f"accuracy {kind}": f"probe's accuracy, presence of {kind}" for kind in "HRN"},
    **{f"r2 {kind}": f"probe's R², level of {kind} where present" for kind in "HRN"},
}
"""What each measure is, for people."""

CHANCE = {"purity": separation.CHANCE, "accuracy": separation.CHANCE} | {f"accuracy {k}": 0.5 for k in "HRN"}
"""What knowing nothing gives, for the measures that have such a value."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one source at one k, in one space; ``k`` is None for what has no iterations."""

    network: str
    source: str
    k: int | None
    space: str
    shuffled: bool
    measures: dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Additivity:
    """How additive the combinations are in one source at one k."""

    network: str
    source: str
    k: int
    compositions: tuple[Composition, ...]


Row = Scores | Additivity | Contrast


def measure(
    grid: Grid, levels: Levels, *, resamples: int = resampling.RESAMPLES, seed: int = 0
) -> dict[str, Interval]:
    """Separation and probe of one grid, with intervals by bootstrap over photos.

    Raises `ValueError` where there are fewer than two photos.
    """
    if len(grid) < 2:
        raise ValueError(f"scores need two photos or more; the bank has {len(grid)}")
    weights = resampling.weights(len(grid), resamples, seed)
    return {**separation.measures(grid, weights), **probe.measures(grid, levels, weights)}


def on_map(points: Grid, resamples: int = resampling.RESAMPLES) -> dict[str, Interval]:
    """Separation alone of a map's points: its axes have no meaning that a linear probe could read."""
    return separation.measures(points, resampling.weights(len(points), resamples))


def over_seeds(grid: Grid, settings: TSNE, seeds: Sequence[int] = SEEDS) -> dict[str, Interval]:
    """Separation on t-SNE maps from several random starts: the mean, and one standard deviation around."""
    found = []
    for seed in seeds:
        chosen: Settings = replace(settings, seed=seed, random=True)
        found.append(on_map(as_grid(fit(as_points(grid), chosen).points), resamples=1))
    values = {name: [each[name].mean for each in found] for name in found[0]}
    return {name: _around(each) for name, each in values.items()}


def shuffled(grid: Grid, seed: int = 0) -> Grid:
    """The renditions of each photo in random order: labels that mean nothing, contents that stay."""
    order = np.random.default_rng(seed).permuted(np.tile(np.arange(grid.shape[1]), (len(grid), 1)), axis=1)
    return np.take_along_axis(grid, order[..., None], axis=1)


def count(bank: Bank) -> int:
    """How many rows `score` yields."""
    runs = [embedded for member in bank.members.values() for embedded in member.sources.values()]
    shuffles = [m.sources["x"] for m in bank.members.values() if m.facts["role"] == TRAINED]
    maps = 1 + len(bank.members)
    return 1 + maps + len(_pairs(bank)) + sum(2 * len(e.ks) for e in runs) + sum(len(e.ks) for e in shuffles)


def score(bank: Bank, settings: TSNE) -> Iterator[Row]:
    """Everything, row by row; x_k also with shuffled labels, and its last map over seeds."""
    pixels = standardised(bank.pixels)
    yield Scores(PIXELS, PIXELS, None, FEATURE_SPACE, False, measure(pixels, bank.levels))
    yield Scores(PIXELS, PIXELS, None, "t-SNE", False, over_seeds(pixels, settings))
    for name, member in bank.members.items():
        for source, embedded in member.sources.items():
            for k, grid in zip(embedded.ks, embedded.grids, strict=True):
                yield Scores(name, source, k, FEATURE_SPACE, False, measure(grid, bank.levels))
                yield additivity(grid, name, source, k)
        yield from _nulls_and_map(bank, name, settings)
    for first, other, source in _pairs(bank):
        yield contrast(bank, first, other, source)


def additivity(grid: Grid, network: str, source: str, k: int) -> Additivity:
    """How additive the combinations are in one grid."""
    weights = resampling.weights(len(grid))
    return Additivity(network, source, k, tuple(composition.compositions(grid, weights)))


def save(rows: Sequence[Row], path: Path, about: dict[str, Any]) -> None:
    """Write scores as JSON, five digits each, with what they are of."""
    kinds = {"scores": Scores, "additivity": Additivity, "contrasts": Contrast}
    found = {name: [asdict(row) for row in rows if isinstance(row, kind)] for name, kind in kinds.items()}
    text = json.dumps(_written({"about": about, **found}), allow_nan=False)
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def load(path: Path) -> tuple[list[Scores], list[Additivity], list[Contrast]]:
    """Read what `save` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    scores = [Scores(**{**row, "measures": _intervals(row["measures"])}) for row in content["scores"]]
    additive = []
    for row in content["additivity"]:
        parts = [Composition(p.pop("combination"), **_intervals(p)) for p in row.pop("compositions")]
        additive.append(Additivity(**row, compositions=tuple(parts)))
    contrasts = []
    for row in content["contrasts"]:
        measures = {
            name: [_interval(each) for each in over_k] for name, over_k in row.pop("measures").items()
        }
        contrasts.append(Contrast(**row, measures=measures))
    return scores, additive, contrasts


def _pairs(bank: Bank) -> list[tuple[str, str, str]]:
    """The first trained network against each other one, in every source that both have."""
    first, *others = [name for name, member in bank.members.items() if member.facts["role"] == TRAINED]
    sources = bank.members[first].sources
    return [(first, other, s) for other in others for s in bank.members[other].sources if s in sources]


def _nulls_and_map(bank: Bank, name: str, settings: TSNE) -> Iterator[Scores]:
    embedded = bank.embedded(name, "x")
    if bank.members[name].facts["role"] == TRAINED:
        for k, grid in zip(embedded.ks, embedded.grids, strict=True):
            yield Scores(name, "x", k, FEATURE_SPACE, True, measure(shuffled(grid), bank.levels))
    yield Scores(name, "x", embedded.ks[-1], "t-SNE", False, over_seeds(embedded.grids[-1], settings))


def standardised(grid: Grid) -> Grid:
    """The pixels' statistics have units of their own, which no distance may add up."""
    return (grid - grid.mean(axis=(0, 1))) / np.maximum(grid.std(axis=(0, 1)), 1e-12)


def _around(values: Sequence[float]) -> Interval:
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    return Interval(mean, mean - spread, mean + spread)


def _intervals(values: dict[str, Any]) -> dict[str, Interval]:
    return {name: _interval(each) for name, each in values.items()}


def _interval(value: dict[str, Any]) -> Interval:
    return Interval(*(math.nan if v is None else v for v in value.values()))


def _written(value: Any) -> Any:
    """Floats to five digits; None for those that JSON lacks."""
    if isinstance(value, dict):
        return {key: _written(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    return value
