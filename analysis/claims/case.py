"""What claims are measured on, and the runs that they share: one trace per photo and combination."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import torch

from interir import Iteration, Trace, UnfoldedNetwork, weights
from interir.degrade import COMBINATIONS
from interir.shapes import Image

from ..samples import Sample, samples
from .verdicts import Finding


@dataclass(frozen=True)
class Subject:
    """Weights that claims are about, or that these are compared with, as they were when loaded."""

    file: Path
    network: UnfoldedNetwork
    digest: str
    provenance: dict[str, Any]

    @classmethod
    def load(cls, name_or_file: str | Path) -> Subject:
        """Shipped weights by name, or a file; raises `CheckpointError`."""
        file = weights.find(name_or_file)
        # All of it now: the file may be replaced while claims are tested.
        return cls(file, weights.load(file), weights.digest(file), weights.read(file).provenance)

    @property
    def name(self) -> str:
        """That of shipped weights, or of the file."""
        return self.file.stem if self.file.resolve().parent == weights.WEIGHTS.resolve() else self.file.name


@dataclass(frozen=True)
class Case:
    """A network, the one it is compared with, and photos."""

    subject: Subject
    against: Subject | None
    folder: Path
    limit: int
    side: int

    @property
    def network(self) -> UnfoldedNetwork:
        """The network that the claims are about."""
        return self.subject.network

    @cached_property
    def drawn(self) -> list[Sample]:
        """The photos' middle squares under the seven combinations; raises `CaseError`."""
        return samples(self.folder, self.limit, self.side)

    @property
    def photos(self) -> int:
        """How many there are: no more than in the folder."""
        return len(self.drawn) // len(COMBINATIONS)

    @property
    def source(self) -> str:
        """What was looked at, in words."""
        what = f"{self.photos} photos of {self.folder.resolve().name}"
        return f"measured here on {what}, their middle {self.side} × {self.side} px"


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One photo under one combination, run once for all claims; ``donor`` is another photo's run."""

    photo: str
    combination: str
    image: Image
    clean: Image
    plain: Image
    trace: Trace[Iteration]
    donor: Trace[Iteration]


class Measurement(ABC):
    """One claim being tested: it sees every shared run, and then says what it found."""

    watches: ClassVar[bool] = True
    """False where the shared runs are of no use to it."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def look(self, look: Look) -> None:  # noqa: B027 (what needs no shared run has nothing to do here)
        """Take what is needed of a shared run; called in inference mode."""

    @abstractmethod
    def finding(self) -> Finding:
        """What was found; raises `ForeignError` or `UnmeasuredError` with a sentence for people."""


def looks(network: UnfoldedNetwork, drawn: Sequence[Sample]) -> Iterator[Look]:
    """The shared runs, combination by combination; the donor is the next photo under the same one.

    No more than three runs are held at a time.
    """
    for name in COMBINATIONS:
        column = [sample for sample in drawn if sample.case.column == name]
        first = previous = _run(network, column[0])
        for sample in [*column[1:], None]:
            following = first if sample is None else _run(network, sample)
            yield _look(network, previous, following)
            previous = following


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    sample: Sample
    image: Image
    clean: Image
    trace: Trace[Iteration]


@torch.inference_mode()
def _run(network: UnfoldedNetwork, sample: Sample) -> _Run:
    image, clean = sample.load()
    return _Run(sample, image, clean, network.trace(image))


@torch.inference_mode()
def _look(network: UnfoldedNetwork, run: _Run, donor: _Run) -> Look:
    case, trace = run.sample.case, run.trace
    plain = network.decode(trace[-1].state.x, trace.observation)
    return Look(case.photo, case.column, run.image, run.clean, plain, trace, donor.trace)
