"""Where a run of one's own falls: its path on the bank's maps, its neighbours, the probes' verdict."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from interir import Iteration

from . import probe
from .bank import Bank
from .journeys import Journey, joint, travelled
from .layout import Curve, as_points
from .maps import TSNE
from .probe import Probe, Verdict
from .sources import Pooled, pool


@lru_cache(maxsize=32)
def journeys(bank: Bank, network: str, source: str = "x") -> dict[str, Journey]:
    """The maps over k that need no computing: joint PCA, and the stored travelling t-SNE of x_k."""
    embedded = bank.embedded(network, source)
    found = {"PCA": joint(embedded.grids, embedded.first)}
    points = bank.members[network].travelled
    if source == "x" and points is not None:
        settings = TSNE(**bank.manifest["tsne"])
        found["t-SNE"] = travelled(embedded.grids, embedded.first, settings, points)
    return found


def values(bank: Bank, network: str, run: Iterable[Iteration] | Pooled, source: str = "x") -> Curve:
    """A run of the same network, a trace or its pooled sources, in the bank's basis: ``(k, components)``.

    Raises `BankError` where it is of another architecture or lacks the source.
    """
    return bank.place(network, source, run if isinstance(run, dict) else pool(run, [source]))


def paths(
    bank: Bank, network: str, run: Iterable[Iteration] | Pooled, source: str = "x"
) -> dict[str, Float[np.ndarray, "k 2"]]:
    """The run's path over k on each of `journeys`; nothing is fitted again."""
    curve = values(bank, network, run, source)
    return {name: journey.path(curve) for name, journey in journeys(bank, network, source).items()}


def neighbours(
    bank: Bank, network: str, source: str, k: int, value: Float[np.ndarray, " d"], count: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """The bank's items nearest to a run at iteration k: indices of points, and distances, nearest first."""
    embedded = bank.embedded(network, source)
    distances = np.linalg.norm(as_points(embedded.grids[k - embedded.first]) - value, axis=1)
    order = np.argsort(distances, kind="stable")[:count]
    return order, distances[order]


def verdicts(bank: Bank, network: str, source: str, curve: Curve) -> list[Verdict]:
    """What the probe of each iteration says about a run, from the source's first k to N."""
    ks = bank.embedded(network, source).ks
    return [
        fitted_probe(bank, network, source, k).verdicts(value[None])[0]
        for k, value in zip(ks, curve, strict=True)
    ]


@lru_cache(maxsize=256)
def fitted_probe(bank: Bank, network: str, source: str, k: int) -> Probe:
    """The probe of all photos of the bank at iteration k."""
    embedded = bank.embedded(network, source)
    return probe.fit(embedded.grids[k - embedded.first], bank.levels)
