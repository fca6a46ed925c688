r"""Per stage and module: how well its best channel finds the degradation, on photos that did not choose it.

Of some hundred channels the best fits any map well by chance. So photos of even numbers choose a
channel (the one whose mean is farthest from chance, on either side) and those of odd numbers score
it, and the other way round: every photo has a score that it had no say in. A null model chooses
and scores in the same way, on what is not the truth; what it reaches is what the search alone gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from interir.bootstrap import Interval

from ..embedding import resampling
from .fields import ANSWERS, PHOTO, Place
from .scoring import CHANCE, TRUTHS, Fit, Scored

ANYWHERE = Place(0, "anywhere")
"""All convolutions at once: the choice is among all channels of all of them."""

THE_PHOTO = Place(0, "photo")
"""Where baselines of the photo alone are."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the heat map; ``value`` with a 95 % interval over photos, the chosen channels given.

    ``channels`` are those that the even and the odd photos chose.
    """

    kind: str
    answer: str
    truth: str
    measure: str
    k: int
    module: str
    photos: int
    channels: tuple[int, int]
    value: Interval


def heat_map(found: Sequence[Scored]) -> Iterator[Cell]:
    """All cells of what was scored so far; none of a degradation until two photos, of both halves, came."""
    for kind in dict.fromkeys(scored.kind for scored in found):
        rows = [scored for scored in found if scored.kind == kind]
        parity = np.array([scored.photo % 2 for scored in rows])
        if len(set(parity)) < 2:
            continue
        weights = resampling.weights(len(rows))
        for place, answer, fits in _columns(rows):
            for measure, chance in CHANCE.items():
                values = np.stack([each[measure] for each in fits])
                for t, truth in enumerate(TRUTHS):
                    scores, channels = crossed(values[..., t], parity, chance)
                    value = resampling.mean(scores, weights)
                    yield Cell(
                        kind, answer, truth, measure, place.k, place.module, len(scores), channels, value
                    )


def crossed(
    values: Float[np.ndarray, "photo channel"], parity: Float[np.ndarray, " photo"], chance: float
) -> tuple[Float[np.ndarray, " photo"], tuple[int, int]]:
    """Each photo's score by the channel that the other half chose, and the channels chosen.

    A channel that fires where the degradation is *not* counts as much as one that fires where it
    is: its sign is chosen with it. A channel that says nothing on some photo is at chance there.
    """
    beyond = np.nan_to_num(values - chance)
    scores = np.empty(len(values))
    channels = []
    for half in (0, 1):
        chosen = beyond[parity == half].mean(axis=0)
        best = int(np.abs(chosen).argmax())
        sign = 1 if chosen[best] >= 0 else -1
        scores[parity != half] = chance + sign * beyond[parity != half, best]
        channels.append(best)
    return scores, (channels[0], channels[1])


def _columns(rows: Sequence[Scored]) -> Iterator[tuple[Place, str, list[Fit]]]:
    """What is a column of cells: a place, an answer, and each photo's fit."""
    for answer in ANSWERS:
        for place in rows[0].fits:
            yield place, answer, [row.fits[place][answer] for row in rows]
        yield ANYWHERE, answer, [_joined(row, answer) for row in rows]
    for answer in PHOTO:
        yield THE_PHOTO, answer, [row.baselines[answer] for row in rows]


def _joined(row: Scored, answer: str) -> Fit:
    return {
        measure: np.concatenate([answers[answer][measure] for answers in row.fits.values()])
        for measure in CHANCE
    }
