"""Interventions between stages: on their order, and on the state that a stage starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from interir import State, UnfoldedNetwork, operators

from .base import Around, InterventionError, OnOrder, OnState, iterations


@dataclass(frozen=True)
class Skip(OnOrder):
    """The state passes the stage unchanged."""

    name: ClassVar[str] = "skip"
    title: ClassVar[str] = "leave stages out"

    @property
    def words(self) -> str:
        return f"{iterations(self.stages)} skipped"

    def instead(self, k: int) -> tuple[int, ...]:
        return () if self.acts(k) else (k,)


@dataclass(frozen=True)
class Repeat(OnOrder):
    """The stage runs several times in a row."""

    name: ClassVar[str] = "repeat"
    title: ClassVar[str] = "run stages again"
    times: int = 2

    @property
    def words(self) -> str:
        return f"{iterations(self.stages)} run {self.times} times"

    def __post_init__(self) -> None:
        if self.times < 1:
            raise InterventionError(f"repeat is told {self.times} times; it must be at least 1 (see skip)")

    def instead(self, k: int) -> tuple[int, ...]:
        return (k,) * (self.times if self.acts(k) else 1)


@dataclass(frozen=True)
class Reorder(OnOrder):
    """Stages change places: ``stages`` run in the order given, at the places they have together."""

    name: ClassVar[str] = "reorder"
    title: ClassVar[str] = "run stages in another order"

    @property
    def words(self) -> str:
        return f"iterations run in the order {', '.join(map(str, self.stages or ()))}"

    def __post_init__(self) -> None:
        if not self.stages or len(set(self.stages)) < len(self.stages):
            raise InterventionError("reorder needs the stages in their new order, each once: reorder@3,2")

    def instead(self, k: int) -> tuple[int, ...]:
        stages = self.stages or ()
        return (stages[sorted(stages).index(k)],) if k in stages else (k,)


class OnOperators(OnState):
    """Changes A1 and A2."""

    def refusal(self, network: UnfoldedNetwork) -> str | None:
        if network.has_operators:
            return None
        return f"this {network.title} has no operators: A1 and A2 are the identity and nothing reads them"


@dataclass(frozen=True)
class FreezeOperators(OnOperators):
    """The stage is given the operators of k = 0."""

    name: ClassVar[str] = "freeze-operators"
    title: ClassVar[str] = "A1 and A2 of k = 0"

    def before(self, k: int, state: State, around: Around) -> State:
        return replace(state, a1=around.start.a1, a2=around.start.a2)


@dataclass(frozen=True)
class IdentityOperators(OnOperators):
    """The stage is given identities; mind that their norm is √h and √w, where the network's is 1."""

    name: ClassVar[str] = "identity-operators"
    title: ClassVar[str] = "A1 = A2 = I"

    def before(self, k: int, state: State, around: Around) -> State:
        a1, a2 = operators.identities(state.x)
        return replace(state, a1=a1, a2=a2)


@dataclass(frozen=True)
class ForeignOperators(OnOperators):
    """The stage is given the operators that another photo had before it."""

    name: ClassVar[str] = "foreign-operators"
    title: ClassVar[str] = "A1 and A2 of another photo"
    foreign: ClassVar[bool] = True

    def before(self, k: int, state: State, around: Around) -> State:
        donor = around.state(k)
        return replace(state, a1=donor.a1, a2=donor.a2)


@dataclass(frozen=True)
class TruncateOperators(OnOperators):
    """The stage is given the best approximations of rank r, channel by channel; norms are not restored."""

    name: ClassVar[str] = "rank"
    title: ClassVar[str] = "A1 and A2 cut to rank r"
    rank: int = 4

    @property
    def what(self) -> str:
        return f"A1 and A2 cut to rank {self.rank}"

    def __post_init__(self) -> None:
        if self.rank < 0:
            raise InterventionError(f"the rank is {self.rank}; it cannot be negative")

    def before(self, k: int, state: State, around: Around) -> State:
        return replace(state, a1=truncated(state.a1, self.rank), a2=truncated(state.a2, self.rank))


def truncated(a: Tensor, rank: int) -> Tensor:
    """The nearest matrices of at most a given rank (Eckart and Young).

    A V Vᵀ with the leading eigenvectors V of AᵀA: an eigendecomposition of these small
    symmetric matrices takes a third of the time of their singular value decomposition.
    """
    if rank >= a.shape[-1]:
        return a
    vectors = torch.linalg.eigh(a.mT @ a).eigenvectors[..., a.shape[-1] - rank :]
    return a @ vectors @ vectors.mT


@dataclass(frozen=True)
class ZeroMultiplier(OnState):
    """The stage is given λ = 0."""

    name: ClassVar[str] = "zero-multiplier"
    title: ClassVar[str] = "λ = 0"

    def refusal(self, network: UnfoldedNetwork) -> str | None:
        return None

    def before(self, k: int, state: State, around: Around) -> State:
        return replace(state, multiplier=torch.zeros_like(state.multiplier))
