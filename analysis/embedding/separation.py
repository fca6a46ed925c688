r"""How well the renditions separate, as clusters, in any space.

.. math::
    \mathrm{CHI} = \frac{\sum_q n_q \|c_q - c\|^2 / (K - 1)}{\sum_q \sum_{i \in q} \|f_i - c_q\|^2 / (n - K)},
    \qquad
    \mathrm{DBI} = \frac1K \sum_q \max_{r \ne q} \frac{s_q + s_r}{\|c_q - c_r\|}

with c_q the centre of rendition q and s_q the mean distance of its items to it. Both are written
out over weights of the photos, because scikit-learn has no weights, and a bootstrap would
otherwise copy the data hundreds of times; without resampling they are scikit-learn's. Of the
silhouette and the purity, which are means over items, the items' own values are resampled: their
neighbours stay those of the whole set.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from sklearn.metrics import pairwise_distances, silhouette_samples

from interir.bootstrap import Interval

from . import resampling
from .layout import RENDITIONS, Grid, Weights, as_points

NEIGHBOURS = 10
CHANCE = 1 / len(RENDITIONS)
"""Of the purity, and of a probe's accuracy for the rendition."""


def measures(grid: Grid, weights: Weights) -> dict[str, Interval]:
    """Silhouette, Calinski-Harabasz, Davies-Bouldin and k-NN purity of the renditions, with intervals."""
    grid = grid.astype(np.float64)
    distances = pairwise_distances(as_points(grid))
    return {
        "silhouette": resampling.mean(silhouettes(distances).mean(axis=1), weights),
        "calinski_harabasz": resampling.interval(calinski_harabasz(grid, weights)),
        "davies_bouldin": resampling.interval(davies_bouldin(grid, weights)),
        "purity": resampling.mean(purities(distances).mean(axis=1), weights),
    }


def silhouettes(distances: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "p q"]:
    """The silhouette of each item among the renditions; needs two photos."""
    photos = len(distances) // len(RENDITIONS)
    labels = np.tile(np.arange(len(RENDITIONS)), photos)
    return silhouette_samples(distances, labels, metric="precomputed").reshape(photos, -1)


def purities(distances: Float[np.ndarray, "n n"], neighbours: int = NEIGHBOURS) -> Float[np.ndarray, "p q"]:
    """The share of each item's nearest neighbours of the same rendition, its own photo left out.

    An item's own photo would come first for its content, always under another degradation.
    """
    photos = len(distances) // len(RENDITIONS)
    own = np.kron(np.eye(photos, dtype=bool), np.ones((len(RENDITIONS),) * 2, dtype=bool))
    others = np.where(own, np.inf, distances)
    count = min(neighbours, len(RENDITIONS) * (photos - 1))
    nearest = np.argpartition(others, count - 1, axis=1)[:, :count] % len(RENDITIONS)
    same = nearest == (np.arange(len(distances)) % len(RENDITIONS))[:, None]
    return same.mean(axis=1).reshape(photos, -1)


def calinski_harabasz(grid: Grid, weights: Weights) -> Float[np.ndarray, " w"]:
    """CHI of the renditions for each resample: higher is better separated."""
    grid = grid - grid.mean(axis=(0, 1))
    photos, classes, _ = grid.shape
    centres = _centres(grid, weights)
    between = photos * np.square(centres - centres.mean(axis=1, keepdims=True)).sum(axis=(1, 2))
    within = weights @ np.square(grid).sum(axis=(1, 2)) - photos * np.square(centres).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return (between / (classes - 1)) / (within / (photos * classes - classes))


def davies_bouldin(grid: Grid, weights: Weights) -> Float[np.ndarray, " w"]:
    """DBI of the renditions for each resample: lower is better separated."""
    grid = grid - grid.mean(axis=(0, 1))
    centres = _centres(grid, weights)
    inner = np.einsum("pqd,wqd->wpq", grid, centres, optimize=True)
    squared = np.square(grid).sum(axis=-1) - 2 * inner + np.square(centres).sum(axis=-1)[:, None]
    spread = np.einsum("wp,wpq->wq", weights, np.sqrt(squared.clip(min=0))) / len(grid)
    apart = np.linalg.norm(centres[:, :, None] - centres[:, None], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (spread[:, :, None] + spread[:, None]) / apart
    ratio[:, np.eye(grid.shape[1], dtype=bool)] = -np.inf
    return ratio.max(axis=2).mean(axis=1)


def _centres(grid: Grid, weights: Weights) -> Float[np.ndarray, "w q d"]:
    return np.einsum("wp,pqd->wqd", weights, grid, optimize=True) / len(grid)
