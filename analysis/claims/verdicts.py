r"""The rule that turns an interval into a word; it is fixed before any number is known.

.. math::
    \text{supported: } \mathrm{low} > \theta, \qquad
    \text{not supported: } \mathrm{high} < \theta, \qquad
    \text{undecided: otherwise}

Every measured value is oriented so that more of it speaks for the claim. Where a claim needs
several values, one that fails refutes it (`every`); where several measures look at the same
thing, they must agree (`agreed`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interir.bootstrap import FEW, Interval

from ..embedding import resampling
from ..errors import AnalysisError

SUPPORTED, REFUTED, UNDECIDED = "supported", "not supported", "undecided"
FOREIGN, UNMEASURED = "does not apply", "not measured"
VERDICTS = (SUPPORTED, REFUTED, UNDECIDED, FOREIGN, UNMEASURED)

ROOM = 0.12
"""How far a drawn scale reaches beyond what it has to show, as a share of that."""

FEW_PHOTOS = f"fewer than {FEW} photos: intervals of so few are known to be too narrow"


class ForeignError(AnalysisError):
    """A claim about something that a network does not have."""


class UnmeasuredError(AnalysisError):
    """A claim whose evidence is not there."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One measured value with its 95 % interval, and the threshold that it must exceed."""

    what: str
    unit: str
    value: Interval
    threshold: float
    photos: int

    @property
    def verdict(self) -> str:
        """Of this value alone."""
        return judge(self.value, self.threshold)

    @property
    def scale(self) -> tuple[float, float]:
        """Ends of an axis that shows the interval, the threshold and zero."""
        shown = (self.value.low, self.value.high, self.threshold, 0.0)
        low, high = min(shown), max(shown)
        room = ROOM * (high - low or 1.0)
        return low - room, high + room


@dataclass(frozen=True, slots=True)
class Beside:
    """A value that no verdict depends on, but that helps to read it."""

    what: str
    unit: str
    value: Interval


@dataclass(frozen=True, slots=True)
class Finding:
    """What a measurement found: ``source`` says on what, or from where it was read."""

    tests: tuple[Measured, ...]
    source: str
    beside: tuple[Beside, ...] = ()
    notes: tuple[str, ...] = ()


Rule = Callable[[Sequence[str]], str]


def judge(value: Interval, threshold: float) -> str:
    """The verdict of one interval; one without ends, or that touches the threshold, decides nothing."""
    if value.low > threshold:
        return SUPPORTED
    return REFUTED if value.high < threshold else UNDECIDED


def every(verdicts: Sequence[str]) -> str:
    """All must be supported; one that is not refutes the whole."""
    return next((word for word in (REFUTED, UNDECIDED) if word in verdicts), SUPPORTED)


def agreed(verdicts: Sequence[str]) -> str:
    """All must be supported, or all refuted; measures that disagree decide nothing."""
    return verdicts[0] if len(set(verdicts)) == 1 else UNDECIDED


def averaged(by_photo: Mapping[str, Iterable[float]]) -> Interval:
    """The mean over photos of each photo's mean, with a 95 % interval by a bootstrap of the photos."""
    means = np.array([np.mean(list(values)) for values in by_photo.values()], dtype=np.float64)
    return resampling.mean(means, resampling.weights(len(means)))


def less(first: Mapping[str, Sequence[float]], other: Mapping[str, Sequence[float]]) -> Interval:
    """The mean difference, paired: both by the same photos, value by value."""
    return averaged({photo: np.subtract(values, other[photo]) for photo, values in first.items()})


def opposite(value: Interval) -> Interval:
    """The interval of the negative: a change as a loss."""
    return Interval(-value.mean, -value.high, -value.low)
