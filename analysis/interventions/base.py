"""An intervention: what is done to an unfolded network, and at which of its stages.

Interventions are plain values: they can be compared, hashed, written as text and read back, so a
form, a command line and a cache key all speak of them in the same words. A combination is a
tuple of them, applied in its order; the empty one is do(nothing).

Stage k means the stage with the weights of iteration k, wherever and however often it runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from torch import nn

from interir import Convolution, State, Trace, UnfoldedNetwork

from ..errors import AnalysisError


class InterventionError(AnalysisError):
    """An intervention that has no meaning here."""


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """What an intervention may draw on besides the state: the run's start, and another photo's run."""

    start: State
    donor: Trace | None

    def state(self, k: int) -> State:
        """The donor's state before stage k."""
        assert self.donor is not None  # refused before anything runs
        found: State = self.donor[k - 1].state
        return found

    def convolutions(self, k: int) -> dict[str, Convolution]:
        """The donor's explainable convolutions at stage k, by name."""
        assert self.donor is not None
        return {record.name: record for record in self.donor[k].convolutions}


@dataclass(frozen=True)
class Intervention(ABC):
    """One thing that is done, at ``stages`` or, where that is None, at every stage."""

    name: ClassVar[str]
    """What it is called in text."""

    title: ClassVar[str]
    """What it does, for people."""

    foreign: ClassVar[bool] = False
    """Whether it takes something from another photo's run."""

    stages: tuple[int, ...] | None = field(default=None, kw_only=True)

    def acts(self, k: int) -> bool:
        """Whether it does anything at stage k."""
        return self.stages is None or k in self.stages

    @abstractmethod
    def refusal(self, network: UnfoldedNetwork) -> str | None:
        """Why it has no meaning for a network, as a sentence; None where it has one."""

    @property
    def values(self) -> tuple[Any, ...]:
        """Its settings, the stages apart."""
        return tuple(getattr(self, f.name) for f in fields(self) if f.name != "stages")

    @property
    def what(self) -> str:
        """What it does with its settings, for people."""
        return self.title

    @property
    def words(self) -> str:
        """What it does and where, for people."""
        return self.what if self.stages is None else f"{self.what} at k = {spans(self.stages)}"

    def __str__(self) -> str:
        value = ":".join(str(value) for value in self.values)
        stages = "" if self.stages is None else "@" + ",".join(map(str, self.stages))
        return f"{self.name}{'=' + value if value else ''}{stages}"


class OnOrder(Intervention):
    """Changes which stages run, and in what order."""

    @abstractmethod
    def instead(self, k: int) -> tuple[int, ...]:
        """The stages that run in place of stage k."""

    def refusal(self, network: UnfoldedNetwork) -> str | None:
        return None


class OnState(Intervention):
    """Changes the state that a stage starts from."""

    @abstractmethod
    def before(self, k: int, state: State, around: Around) -> State:
        """The state that stage k is given instead of ``state``."""


class OnBrick(Intervention):
    """Changes what happens inside a stage, by editing bricks of one kind, found by their type."""

    brick: ClassVar[type[nn.Module]]

    @abstractmethod
    def edit(self, k: int, module: Any, around: Around) -> None:
        """Make a brick, which belongs to this run alone, do something else at stage k."""

    def bricks(self, network: nn.Module) -> list[Any]:
        """The bricks of a network that would be edited."""
        return [module for module in network.modules() if isinstance(module, self.brick)]


def number(value: float) -> str:
    """A number as it is printed, with a true minus sign."""
    return f"{value:g}".replace("-", "−")


def spans(stages: Sequence[int]) -> str:
    """``1–3, 5`` of 1, 2, 3, 5; the order stays."""
    runs: list[list[int]] = []
    for k in stages:
        if runs and k == runs[-1][-1] + 1:
            runs[-1].append(k)
        else:
            runs.append([k])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def iterations(stages: Sequence[int] | None) -> str:
    """Iterations as the subject of a sentence."""
    if stages is None:
        return "every iteration"
    return f"iteration{'s' if len(stages) > 1 else ''} {spans(stages)}"


def override(module: nn.Module, method: str, decorate: Callable[[Callable], Callable]) -> None:
    """Shadow one module's method by ``decorate`` of it; a second override takes in the first."""
    setattr(module, method, decorate(getattr(module, method)))
