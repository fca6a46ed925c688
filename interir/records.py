"""What an unfolded network knows at iteration k, as frozen typed records.

`State` is what step k + 1 needs. Everything else an `Iteration` holds is only looked
at. A field says once, in its metadata, which symbol it carries (the pages take theirs from
there) and as what kind of thing it is drawn.

The biggest trap: ``x``, the residual and the multiplier live in the *feature* space of
the network (``c`` channels, ``h x w`` places), not in pixels. Only `decode` brings an
estimate back to a photo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .shapes import (
    ColumnOperator,
    Features,
    Gain,
    Image,
    Kernel,
    Mask,
    Modulation,
    RowOperator,
    Scalar,
    Threshold,
)

T = TypeVar("T")


def drawn(symbol: str, view: str) -> dict[str, str]:
    """Metadata of a field: the symbol it carries in figures, and the way it is drawn."""
    return {"symbol": symbol, "view": view}


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """The degraded photo, and what the solver sees of it."""

    image: Image = field(metadata=drawn("y", "photo"))
    features: Features = field(metadata=drawn("y↓", "features"))  # of the padded photo


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """All that the next step needs (Eqs. 11 to 14)."""

    x: Features = field(metadata=drawn("x", "features"))
    a1: RowOperator = field(metadata=drawn("A₁", "matrix"))
    a2: ColumnOperator = field(metadata=drawn("A₂", "matrix"))
    multiplier: Features = field(metadata=drawn("λ", "features"))


@dataclass(frozen=True, slots=True, eq=False)
class Solve:
    """How the restoration equation was solved at one iteration (Eq. 12, or DeepSN-Net's).

    ``direction == operator_term + prior_term`` and ``x_k == x_{k-1} - size * direction``,
    so the output splits exactly into what every term of every iteration contributed.
    """

    residual: Features = field(metadata=drawn("F", "features"))
    direction: Features = field(metadata=drawn("V", "features"))
    operator_term: Features = field(metadata=drawn("A₁ᵀA₁FA₂A₂ᵀ", "features"))
    prior_term: Features = field(metadata=drawn("prior", "features"))
    size: Scalar = field(metadata=drawn("ε", "number"))
    gains: tuple[Gain, ...] = field(metadata=drawn("W", "vector"))  # W1, W2, W3; empty where there are none


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """One explainable convolution on one batch (Eqs. 16 to 19).

    ``modulation`` is what multiplies the kernel: r·s·α, or α itself in the literal form.
    ``input`` is what was compared with the threshold, and what the kernel slid over.
    """

    name: str
    input: Features = field(metadata=drawn("X", "features"))
    threshold: Threshold = field(metadata=drawn("τ", "vector"))
    mask: Mask = field(metadata=drawn("M", "mask"))
    pooled: Modulation = field(metadata=drawn("P", "kernel"))
    modulation: Modulation = field(metadata=drawn("k²α", "kernel"))
    kernel: Kernel = field(metadata=drawn("W", "kernel"))


@dataclass(frozen=True, slots=True, eq=False)
class Iteration:
    """Iteration k: the state after it, and how it came about (nothing, at k = 0)."""

    k: int
    state: State
    solve: Solve | None = None
    convolutions: tuple[Convolution, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Generic[T]):
    """A whole run: ``trace[k]`` is iteration k, for k = 0 (initial) to ``depth``.

    The type parameter is `Iteration`, or whatever the ``keep`` handed to `trace` returns.
    """

    observation: Observation
    iterations: tuple[T, ...]

    @property
    def depth(self) -> int:
        """The last k."""
        return len(self.iterations) - 1

    def __getitem__(self, k: int) -> T:
        return self.iterations[k]

    def __len__(self) -> int:
        return len(self.iterations)

    def __iter__(self) -> Iterator[T]:
        return iter(self.iterations)
