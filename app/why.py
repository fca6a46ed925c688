"""What the Why page asks of a run: its ledger, and what interventions change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from analysis.interventions import CATALOGUE, InterventionError, combination, described, settings
from analysis.interventions.base import Intervention
from analysis.interventions.effects import Outcome, compare
from analysis.ledger import Ledger, layers, ledger, numbers
from interir import degrade
from interir.shapes import Image

from .products import finite
from .runs import Run

TERMS = ("operator", "prior")

FOREIGN = "It takes something from another photo, so it is for sets: python -m analysis.interventions."


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
    subject, device = run.subject, next(run.network.model.parameters()).device
    found = ledger(run.network.model, subject.image.to(device))
    known = {name: layer.to(device) for name, layer in known_layers(run).items()}
    maps = {term: _over_k(found, term, run.depth) for term in TERMS}
    return Books(maps, list(numbers(found, known)), found.error)


def _over_k(found: Ledger, term: str, depth: int) -> Tensor:
    """A term's contributions, mean of R, G and B, by k; at k = 0 the start stands in for both."""
    by_k = {entry.k: entry.image for entry in found.contributions if entry.term in (term, "start")}
    return torch.cat([by_k[k].mean(dim=1).cpu() for k in range(depth + 1)])


def known_layers(run: Run) -> dict[str, Image]:
    """What rain, haze and noise each added, where the photo was degraded here; else nothing."""
    subject, levels = run.subject, run.subject.levels
    if subject.clean is None or "seed" not in levels:
        return {}
    drawn = degrade.uniform_levels(subject.clean, **{name: levels[name] for name in degrade.NAMES.values()})
    generator = Generator().manual_seed(int(levels["seed"]))
    return layers(degrade.degrade(subject.clean, drawn, generator=generator))


def account(run: Run) -> dict[str, Any]:
    """The ledger in numbers."""
    found = books(run)
    return {"rows": found.rows, "error": found.error, "layers": list(known_layers(run))}


def catalogue(run: Run) -> list[dict[str, Any]]:
    """Every intervention with its settings; those without a meaning here say why."""
    return [_entry(name, kind, run) for name, kind in CATALOGUE.items()]


def _entry(name: str, kind: type[Intervention], run: Run) -> dict[str, Any]:
    refusal = FOREIGN if kind.foreign else kind(stages=(1, 2)).refusal(run.network.model)
    return {"name": name, "title": kind.title, "settings": settings(kind), "refusal": refusal}


def outcome(run: Run, text: str) -> Outcome:
    """The run's photo under a combination of interventions; raises `InterventionError`."""
    chosen = combination(text)
    if any(one.foreign for one in chosen):
        raise InterventionError(FOREIGN)
    found: Outcome = run.once(f"do {described(chosen)}", lambda: _outcome(run, chosen))
    return found


@torch.inference_mode()
def _outcome(run: Run, chosen: tuple[Intervention, ...]) -> Outcome:
    model, subject = run.network.model, run.subject
    device = next(model.parameters()).device
    clean = None if subject.clean is None else subject.clean.to(device)
    plain = run.digests[-1].estimate.to(device)
    return compare(model, subject.image.to(device), chosen, plain=plain, clean=clean)


def effect(run: Run, text: str) -> dict[str, Any]:
    """What a combination did, in numbers."""
    found = outcome(run, text)
    moved = finite(found.difference.square().mean().sqrt().item())
    return {
        "text": described(combination(text)), "psnr": found.psnr, "change": found.change, "moved": moved
    }  # fmt: skip
