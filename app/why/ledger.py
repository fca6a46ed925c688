"""The ledger of a run: what each term of each iteration added, and what it brought about downstream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from analysis.ledger import Ledger, effects, layers, ledger, numbers, share
from interir.shapes import Image

from ..answers import Line
from ..runs import Run
from .working import followed, here, inferred, sample

TERMS = ("operator", "prior")


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """A run's ledger, made once: maps for the screen, and rows of numbers."""

    maps: dict[str, Tensor]  # by term, (K, H, W)
    rows: list[dict[str, Any]]
    error: float


def books(run: Run) -> Books:
    """The ledger of a run; the network runs once more for it."""
    found: Books = run.once("ledger", lambda: _books(run))
    return found


@torch.inference_mode()
def _books(run: Run) -> Books:
    found = ledger(run.network.model, here(run, run.subject.image))
    known = {name: here(run, layer) for name, layer in known_layers(run).items()}
    maps = {term: _over_k(found, term, run.depth) for term in TERMS}
    return Books(maps, list(numbers(found, known)), found.error)


def _over_k(found: Ledger, term: str, depth: int) -> Tensor:
    """A term's contributions, mean of R, G and B, by k; at k = 0 the start stands in for both."""
    by_k = {entry.k: entry.image for entry in found.contributions if entry.term in (term, "start")}
    return torch.cat([by_k[k].mean(dim=1).cpu() for k in range(depth + 1)])


def known_layers(run: Run) -> dict[str, Image]:
    """What rain, haze and noise each added, where the photo was degraded here; else nothing."""
    try:
        return layers(sample(run))
    except LookupError:
        return {}


def account(run: Run) -> dict[str, Any]:
    """The ledger in numbers."""
    found = books(run)
    return {"rows": found.rows, "error": found.error, "layers": list(known_layers(run))}


def totals(run: Run) -> Iterator[Line]:
    """The total effect of every term as a share of the change, beside the direct one, as they come."""
    return followed(run, "total effects", lambda: _totals(run))


def _totals(run: Run) -> Iterator[Line]:
    image = here(run, run.subject.image)
    change = here(run, run.digests[-1].estimate) - image
    shares: dict[str, list[float]] = {term: [] for term in TERMS}
    for done, effect in enumerate(inferred(effects(run.network.model, image)), 1):
        shares[effect.term].append(share(effect.total, change).item())
        yield {"done": done, "of": len(TERMS) * run.depth, "shares": shares}
