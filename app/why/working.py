"""How an answer is worked out while somebody waits: step by step, off the gradients, and kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import torch
from torch import Generator

from interir import degrade
from interir.degrade import Degraded
from interir.shapes import Image

from ..answers import Line
from ..runs import Run

T = TypeVar("T")

UNKNOWN = "The rain, haze and noise of this photo are not known: degrade a clean photo on the left."


def followed(run: Run, name: str, make: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    """Lines as work goes on, the answer last; it is kept with the run and comes at once when asked again.

    Work that is stopped half-way leaves nothing behind.
    """
    answer: list[Line] = run.recent(name, list)
    if not answer:
        line: Line = {}
        for line in make():
            yield line
        answer[:] = [line]
    else:
        yield answer[0]


def inferred(steps: Iterator[T]) -> Iterator[T]:
    """What an iterator gives, without gradients: each step apart, or the mode would leak to the consumer."""
    while True:
        with torch.inference_mode():
            step = next(steps, None)
        if step is None:
            return
        yield step


def here(run: Run, image: Image) -> Image:
    """A photo where the network of a run is."""
    return image.to(next(run.network.model.parameters()).device)


def pace(run: Run) -> float:
    """Seconds that one run of the network takes, measured once.

    Those of the run itself won't do: the sample's was made while the server started.
    """

    def timed() -> float:
        start = time.perf_counter()
        run.network.model(here(run, run.subject.image)).cpu()
        return time.perf_counter() - start

    with torch.inference_mode():
        found: float = run.once("one run", timed)
    return found


def sample(run: Run, drawing: int = 0) -> Degraded:
    """The photo of a run with all its layers, drawn again from its seed, or from a later one.

    The photo is as it was before it was rounded to 8 bits. Raises `LookupError` where it was not
    degraded here.
    """
    subject, levels = run.subject, run.subject.levels
    if subject.clean is None or "seed" not in levels:
        raise LookupError(UNKNOWN)
    drawn = degrade.uniform_levels(subject.clean, **{name: levels[name] for name in degrade.NAMES.values()})
    generator = Generator().manual_seed(int(levels["seed"]) + drawing)
    return degrade.degrade(subject.clean, drawn, generator=generator)
