"""do() on a run: what an intervention changes on this photo, and whether the features stay ordinary."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import torch

from analysis.interventions import CATALOGUE, InterventionError, combination, described, in_words, settings
from analysis.interventions.base import Intervention
from analysis.interventions.effects import Outcome, compare
from analysis.interventions.ordinary import Ordinary, pooled
from interir.tables import finite

from ..runs import Run
from .assets import ordinary_features
from .working import here

FOREIGN = "It takes something from another photo, so it is for sets: python -m analysis.interventions."


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
    found: Outcome = run.recent(f"do {described(chosen)}", lambda: _outcome(run, chosen))
    return found


@torch.inference_mode()
def _outcome(run: Run, chosen: tuple[Intervention, ...]) -> Outcome:
    subject = run.subject
    found = compare(
        run.network.model,
        here(run, subject.image),
        chosen,
        plain=here(run, run.digests[-1].estimate),
        clean=None if subject.clean is None else here(run, subject.clean),
        ordinary=_ordinary(run),
    )
    return replace(found, image=found.image.cpu(), plain=found.plain.cpu())


def _ordinary(run: Run) -> Ordinary | None:
    try:
        return ordinary_features(run)
    except LookupError:
        return None


def effect(run: Run, text: str) -> dict[str, Any]:
    """What a combination did, in numbers."""
    found = outcome(run, text)
    said = {
        "text": described(combination(text)),
        "words": in_words(text),
        "psnr": found.psnr,
        "change": found.change,
        "moved": found.difference.square().mean().sqrt().item(),
        "oddity": found.oddity and asdict(found.oddity),
    }
    numbers: dict[str, Any] = finite(said)
    return numbers


def untouched(run: Run) -> dict[str, Any]:
    """How odd the run is before anything is done to it, or why that is not known."""
    try:
        ordinary = ordinary_features(run)
    except LookupError as error:
        return {"missing": error.args[0]}
    features = torch.cat([pooled(digest.state.x) for digest in run.digests])
    return {"oddity": asdict(ordinary.oddity(features)), "photos": len(ordinary.distances)}
