"""Maps in two dimensions, on which new points are *placed* and never fitted together with the old.

PCA projects exactly, openTSNE optimises each new point against the fixed ones (Poličar et al.),
UMAP has its own transform. A map is computed once for the same features, settings and start, to
the last bit: the cache is keyed by their content.
"""

from __future__ import annotations

import hashlib
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn import decomposition

from .layout import Points

FEWEST = 4
"""Points, at least, of a map."""

KEPT = 64
"""Maps kept in memory, the least recently used goes first."""

EARLY = 250
"""Iterations of t-SNE under early exaggeration, before the others."""

# Barnes-Hut: at a thousand points its tree is several times faster than the grid that is the default.
ENGINE: dict[str, Any] = {"negative_gradient_method": "bh", "random_state": 0, "n_jobs": 1}

NUMBA = threading.Lock()
"""Held while UMAP computes: not every threading layer of numba bears two callers at once."""


def _form(label: str, low: float, high: float) -> dict[str, Any]:
    """Metadata of a setting: what a form calls it, and its range."""
    return {"label": label, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class PCA:
    """The two directions of largest variance."""


@dataclass(frozen=True, slots=True)
class TSNE:
    """t-SNE from the principal components, or from ``seed``'s random positions (``random``)."""

    perplexity: float = field(default=30.0, metadata=_form("perplexity", 2, 100))
    iterations: int = field(default=500, metadata=_form("iterations", 50, 2000))
    seed: int = field(default=0, metadata=_form("seed", 0, 2**31 - 1))
    random: bool = field(default=False, metadata=_form("random start", 0, 1))


@dataclass(frozen=True, slots=True)
class UMAP:
    """UMAP from its spectral start."""

    neighbours: int = field(default=15, metadata=_form("neighbours", 2, 100))
    min_distance: float = field(default=0.1, metadata=_form("least distance", 0, 1))
    seed: int = field(default=0, metadata=_form("seed", 0, 2**31 - 1))


Settings = PCA | TSNE | UMAP
METHODS: dict[str, type[Settings]] = {"PCA": PCA, "t-SNE": TSNE, "UMAP": UMAP}


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """A map of points, and the way to place others on it."""

    settings: Settings
    points: Points
    """``(n, 2)``, in the order of the features."""

    place: Callable[[Points], Points]
    """Coordinates ``(m, 2)`` of new features ``(m, d)``; the map stays as it is."""


def fit(features: Points, settings: Settings, start: Points | None = None) -> Map:
    """The map of ``(n, d)`` features; raises `ValueError` for settings that so few points don't allow.

    ``start`` are positions ``(n, 2)`` from which t-SNE or UMAP goes on, so that points travel no
    farther than they must from another map of the same items. PCA has no use for it.
    """
    _check(len(features), settings)
    features = np.ascontiguousarray(features, dtype=np.float32)
    return _fitted(_Question(_digest(features, start), settings, features, start))


def tsne_of(features: Points, points: Points, settings: TSNE) -> Map:
    """The t-SNE map that once put ``features`` at ``points``: new ones are placed as on the original."""
    from openTSNE import TSNEEmbedding

    middle = (points.max(axis=0) + points.min(axis=0)) / 2  # openTSNE moves it to the origin

    @lru_cache(maxsize=1)  # the neighbours are searched when somebody first places a point
    def original() -> TSNEEmbedding:
        centred = (points - middle).astype(np.float64)
        return TSNEEmbedding(centred, _affinities(features, settings), **ENGINE)

    def place(new: Points) -> Points:
        k = min(15, len(points))
        # New points do not move each other: each goes where it would alone.
        placed = original().transform(np.asarray(new, dtype=np.float32), perplexity=k / 3, k=k)
        return np.asarray(placed) + middle

    return Map(settings, points, place)


@lru_cache(maxsize=1)
def warm_up() -> threading.Thread:
    """Have numba compile UMAP in the background, once per process; the thread ends when it has.

    The first UMAP takes ten seconds and more, the next ones a second. Until the thread ends
    (``warm_up().is_alive()``) a page should say what it waits for.
    """
    thread = threading.Thread(target=_compile, name="numba warm-up", daemon=True)
    thread.start()
    return thread


def _compile() -> None:
    features = np.random.default_rng(0).normal(size=(64, 8))
    fit(features, UMAP()).place(features[:2])


@dataclass(frozen=True, slots=True)
class _Question:
    """What a map is of; equal where digest and settings are."""

    digest: str
    settings: Settings
    features: Points = field(compare=False)
    start: Points | None = field(compare=False)


@lru_cache(maxsize=KEPT)
def _fitted(question: _Question) -> Map:
    match question.settings:
        case PCA():
            return _pca(question.features, question.settings)
        case TSNE():
            return _tsne(question.features, question.settings, question.start)
        case UMAP():
            return _umap(question.features, question.settings, question.start)


def _pca(features: Points, settings: PCA) -> Map:
    model = decomposition.PCA(2, svd_solver="full").fit(features)
    return Map(settings, model.transform(features), model.transform)


def _tsne(features: Points, settings: TSNE, start: Points | None) -> Map:
    import openTSNE

    begin = openTSNE.initialization.random if settings.random else openTSNE.initialization.pca
    positions = begin(features, 2, random_state=settings.seed) if start is None else np.array(start, float)
    embedding = openTSNE.TSNEEmbedding(positions, _affinities(features, settings), **ENGINE)
    if start is None:  # a given start would be torn apart
        embedding.optimize(EARLY, exaggeration=12, momentum=0.8, inplace=True)
    embedding.optimize(settings.iterations, momentum=0.8, inplace=True)
    return tsne_of(features, np.array(embedding), settings)


def _affinities(features: Points, settings: TSNE) -> Any:
    from openTSNE.affinity import PerplexityBasedNN

    return PerplexityBasedNN(features, settings.perplexity, method="exact", random_state=0)


def _umap(features: Points, settings: UMAP, start: Points | None) -> Map:
    import umap

    model = umap.UMAP(
        n_neighbors=settings.neighbours,
        min_dist=settings.min_distance,
        random_state=settings.seed,
        init="spectral" if start is None else np.array(start, np.float32),
        n_jobs=1,
    )

    def place(new: Points) -> Points:
        with NUMBA:
            return model.transform(np.asarray(new, dtype=np.float32))

    with NUMBA, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sparse eigenvectors and disconnected graphs
        return Map(settings, model.fit_transform(features), place)


def _check(count: int, settings: Settings) -> None:
    if count < FEWEST:
        raise ValueError(f"a map needs {FEWEST} points or more; there are {count}")
    if isinstance(settings, TSNE) and not 1 < settings.perplexity <= (count - 1) / 3:
        most = (count - 1) / 3
        raise ValueError(
            f"perplexity is {settings.perplexity:g}; with {count} points it must be in (1, {most:.0f}]"
        )
    if isinstance(settings, UMAP) and not 2 <= settings.neighbours < count:
        raise ValueError(
            f"neighbours are {settings.neighbours}; with {count} points it must be in [2, {count})"
        )


def _digest(features: Points, start: Points | None) -> str:
    hashed = hashlib.sha256(repr(features.shape).encode())
    hashed.update(features.tobytes())
    hashed.update(b"" if start is None else np.ascontiguousarray(start).tobytes())
    return hashed.hexdigest()
