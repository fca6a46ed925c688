"""The solver's own residuals on the run that is on screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from analysis.convergence import metrics
from interir import Iteration, Trace

from ..answers import Line
from ..products import finite
from ..runs import Run
from .working import followed, here, inferred


def curves(run: Run) -> Iterator[Line]:
    """All residuals by k, None where a quantity is not there; the network runs once more for them."""
    return followed(run, "convergence", lambda: _curves(run))


def _curves(run: Run) -> Iterator[Line]:
    model = run.network.model
    with torch.inference_mode():
        observation, first = model.init(here(run, run.subject.image))
    iterations = [Iteration(0, first)]
    for iteration in inferred(model.unfold(observation, first)):
        iterations.append(replace(iteration, convolutions=()))  # large, and not asked about
        yield {"done": iteration.k, "of": run.depth}
    found = _metrics(Trace(observation, tuple(iterations)))
    yield {"done": run.depth, "of": run.depth, "curves": found}


@torch.inference_mode()
def _metrics(trace: Trace[Iteration]) -> dict[str, Any]:
    return {name: [finite(value) for value in photos[0]] for name, photos in metrics(trace).items()}
