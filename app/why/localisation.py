"""Do the masks find the rain of the photo on screen, and does it matter that they fire there?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from torch import Generator

from analysis.localisation.clearing import ROLLS, Effect, alone, cleared
from analysis.localisation.drawings import middle, score
from analysis.localisation.heat import heat_map
from analysis.localisation.scoring import AUROC, Scored
from interir import degrade
from interir.degrade import Degraded

from ..answers import Line
from ..products import finite
from ..runs import Run
from .working import followed, here, sample

SIDE = 128
"""Of the middle square that is looked at, in pixels: all channels of all convolutions are ranked."""

DRAWINGS = 2

RAIN = "R"
"""The degradation where masks are cleared: its streaks have a place, as haze and noise have not."""


def cells(run: Run) -> Iterator[Line]:
    """AUROC by stage, module, answer and truth; raises `LookupError` where the layers are unknown."""
    return followed(run, "localisation", lambda: _cells(run))


def _cells(run: Run) -> Iterator[Line]:
    drawings = [_here(run, middle(sample(run, i), SIDE)) for i in range(DRAWINGS)]
    kinds = [kind for kind in "RHN" if run.subject.levels[degrade.NAMES[kind]] > 0]
    if not kinds:
        raise LookupError("This photo carries no rain, haze or noise, so there is nothing to find.")
    found: list[Scored] = []
    for done, scored in enumerate(score(run.network.model, drawings, kinds), 1):
        found += scored
        yield {"done": done, "of": DRAWINGS}
    rows = [_row(cell) for cell in heat_map(found) if cell.measure == AUROC]
    side = min(SIDE, *run.subject.image.shape[-2:])
    yield {"done": DRAWINGS, "of": DRAWINGS, "cells": rows, "side": side}


def clearings(run: Run) -> Iterator[Line]:
    """dPSNR by masks cleared in the streaks, and in equal areas elsewhere; all stages (k = 0), then each.

    Raises `LookupError` where the layers are unknown or no rain falls.
    """
    return followed(run, "clearings", lambda: _clearings(run))


def _clearings(run: Run) -> Iterator[Line]:
    drawn = _here(run, middle(sample(run), SIDE))
    steps = cleared(run.network.model, drawn, RAIN, Generator().manual_seed(0))
    facts = {"of": run.depth + 1, "kind": RAIN, "areas": ROLLS, "side": min(drawn.clean.shape[-2:])}
    effects: list[Effect] = []
    for done, found in enumerate(steps, 1):
        effects += alone(found)
        yield {"done": done, **facts, "effects": [asdict(effect) for effect in effects]}
    if not effects:
        raise LookupError("No rain falls on the middle of this photo, so there are no streaks to clear.")


def _row(cell: Any) -> dict[str, Any]:
    """A cell as the page needs it; two drawings have a mean, but no interval."""
    names = ("kind", "answer", "truth", "k", "module")
    return {name: getattr(cell, name) for name in names} | {"value": {"mean": finite(cell.value.mean)}}


def _here(run: Run, drawn: Degraded) -> Degraded:
    """Photo and clean one where the network is; the layers are ranked on the CPU."""
    return Degraded(here(run, drawn.image), here(run, drawn.clean), drawn.layers, drawn.levels)
