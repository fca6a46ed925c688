"""A linear probe: what a hyperplane reads off the features, on photos that it has not seen.

Logistic regression for the rendition and for the presence of each degradation, ridge
regression for its level. Features are standardised in the fold. Where they are coordinates in a
basis of principal components, as in a bank, that basis was found without labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from interir.bootstrap import Interval

from . import resampling
from .layout import KINDS, PRESENT, RENDITIONS, Grid, Levels, Points, Weights, as_points

FOLDS = 5


def measures(grid: Grid, levels: Levels, weights: Weights) -> dict[str, Interval]:
    """Cross-validated accuracies ("accuracy", "accuracy H" ..) and R² of levels ("r2 H" ..).

    Folds are made of whole photos. The level is asked for where the degradation is present, as
    presence alone would explain most of it elsewhere.
    """
    found = {"accuracy": accuracy(grid, np.arange(len(RENDITIONS)), weights)}
    for j, kind in enumerate(KINDS):
        found[f"accuracy {kind}"] = accuracy(grid, PRESENT[:, j], weights)
        found[f"r2 {kind}"] = level_r2(grid[:, PRESENT[:, j]], levels[:, PRESENT[:, j], j], weights)
    return found


def accuracy(grid: Grid, of_rendition: np.ndarray, weights: Weights) -> Interval:
    """The share of held-out items whose label is found; a label belongs to a rendition."""
    return resampling.mean(correct(grid, of_rendition), weights)


def correct(grid: Grid, of_rendition: np.ndarray) -> Float[np.ndarray, " p"]:
    """The same share photo by photo."""
    labels = np.tile(of_rendition, len(grid))
    found = _held_out(classifier(), grid, labels)
    return (found == labels).reshape(len(grid), -1).mean(axis=1)


def level_r2(grid: Grid, level: Float[np.ndarray, "p q"], weights: Weights) -> Interval:
    """1 - Σ(l - l̂)² / Σ(l - l̄)² on held-out items."""
    found = _held_out(regressor(), grid, level.reshape(-1)).reshape(level.shape)
    missed = weights @ np.square(level - found).sum(axis=1)
    count = weights.sum(axis=1) * level.shape[1]
    total = weights @ np.square(level).sum(axis=1) - np.square(weights @ level.sum(axis=1)) / count
    return resampling.interval(1 - missed / np.maximum(total, 1e-12))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a probe says about one item: probabilities, and levels in the units of Table 6."""

    rendition: dict[str, float]  # sums to 1
    present: dict[str, float]  # by kind
    level: dict[str, float]  # by kind, if it is present

    @property
    def name(self) -> str:
        """The likeliest rendition."""
        return max(self.rendition, key=self.rendition.__getitem__)


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A probe fitted to a whole grid, to be asked about items that are not in it."""

    rendition: Pipeline
    present: tuple[Pipeline, ...]
    level: tuple[Pipeline, ...]

    def verdicts(self, points: Points) -> list[Verdict]:
        """One verdict for each point, ``(n, d)`` in the space of the grid."""
        renditions = self.rendition.predict_proba(points)
        present = np.stack([model.predict_proba(points)[:, 1] for model in self.present], axis=1)
        levels = np.stack([model.predict(points) for model in self.level], axis=1)
        return [
            Verdict(_named(RENDITIONS, r), _named(KINDS, p), _named(KINDS, level.clip(min=0)))
            for r, p, level in zip(renditions, present, levels, strict=True)
        ]


def fit(grid: Grid, levels: Levels) -> Probe:
    """The probe of all photos of a grid."""
    points, photos = as_points(grid), len(grid)
    there = [np.tile(PRESENT[:, j], photos) for j in range(len(KINDS))]
    flat = levels.reshape(-1, len(KINDS))
    return Probe(
        classifier().fit(points, np.tile(np.arange(len(RENDITIONS)), photos)),
        tuple(classifier().fit(points, here) for here in there),
        tuple(regressor().fit(points[here], flat[here, j]) for j, here in enumerate(there)),
    )


def classifier() -> Pipeline:
    """Standardised features, multinomial logistic regression."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))


def regressor() -> Pipeline:
    """Standardised features, ridge regression."""
    return make_pipeline(StandardScaler(), Ridge())


def _held_out(model: Pipeline, grid: Grid, target: np.ndarray) -> np.ndarray:
    photos, items, _ = grid.shape
    groups, points, found = np.repeat(np.arange(photos), items), as_points(grid), np.empty_like(target)
    for seen, unseen in GroupKFold(min(FOLDS, photos)).split(points, groups=groups):
        found[unseen] = model.fit(points[seen], target[seen]).predict(points[unseen])
    return found


def _named(names: tuple[str, ...], values: np.ndarray) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))
