"""What interventions change: on one photo, and over a set of photos under the seven combinations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import torch

from interir import Trace, UnfoldedNetwork, testsets
from interir.bootstrap import Interval, differences
from interir.scores import CEILING, MEAN, Score
from interir.shapes import Image

from ..samples import Sample, partner
from .base import Intervention
from .bench import unfold
from .ordinary import Oddity, Ordinary, pooled

UNKNOWN = (float("nan"), float("nan"))
"""The ends of an interval where one photo is all there is."""

Combination = tuple[Intervention, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One photo under do(), restored, beside the plain result; PSNR in dB where the clean one is known."""

    plain: Image
    image: Image
    plain_psnr: float | None
    psnr: float | None
    oddity: Oddity | None

    @property
    def difference(self) -> Image:
        """What the intervention changed."""
        return self.image - self.plain

    @property
    def change(self) -> float | None:
        """dPSNR in dB: below 0 where the intervention did harm."""
        if self.psnr is None or self.plain_psnr is None:
            return None
        return self.psnr - self.plain_psnr


def compare(
    network: UnfoldedNetwork,
    image: Image,
    interventions: Combination,
    *,
    plain: Image | None = None,
    clean: Image | None = None,
    donor: Trace | None = None,
    ordinary: Ordinary | None = None,
) -> Outcome:
    """Restore one photo (a batch of one) under interventions and compare with the plain output.

    ``plain`` is that output where it is known already: then one run is made, not two. PSNR is
    that of the 8-bit file, as in `interir.evaluate`.
    """
    if plain is None:
        plain = network(image)
    observation, state = network.init(image)
    followed = [pooled(state.x)]
    for iteration in unfold(network, observation, state, interventions, donor=donor):
        state = iteration.state
        followed.append(pooled(state.x))
    restored = network.decode(state.x, observation)
    return Outcome(
        plain=plain,
        image=restored,
        plain_psnr=None if clean is None else psnr(plain, clean),
        psnr=None if clean is None else psnr(restored, clean),
        oddity=None if ordinary is None else ordinary.oddity(torch.cat(followed).cpu()),
    )


def psnr(estimate: Image, clean: Image) -> float:
    """PSNR in dB of one photo rounded to 8 bits, no higher than `CEILING`."""
    from interir import metrics  # seconds to import: not before there is something to score

    return min(metrics.psnr(testsets.eight_bits(estimate), clean).item(), CEILING)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one combination of interventions (by its label) did to one degraded photo."""

    label: str
    photo: str
    combination: str
    plain_psnr: float
    psnr: float
    oddity: Oddity | None


def effects(
    network: UnfoldedNetwork,
    drawn: Sequence[Sample],
    rows: Mapping[str, Combination],
    *,
    ordinary: Ordinary | None = None,
) -> Iterator[Effect]:
    """Every labelled combination on every sample, as they come; close the generator to stop it.

    What is taken from another photo comes from the next one under the same degradations.
    """
    foreign = any(do.foreign for row in rows.values() for do in row)
    for i, sample in enumerate(drawn):
        with torch.inference_mode():
            image, clean = sample.load()
            donor = network.trace(partner(drawn, i).load()[0]) if foreign else None
            plain = network(image)
        for label, row in rows.items():
            with torch.inference_mode():  # not around the yield: it would leak to the consumer
                found = compare(network, image, row, plain=plain, clean=clean, donor=donor, ordinary=ordinary)
            case = sample.case
            yield _effect(label, case.photo, case.column, found)


def _effect(label: str, photo: str, combination: str, found: Outcome) -> Effect:
    assert found.plain_psnr is not None  # the clean photo is known
    assert found.psnr is not None
    return Effect(label, photo, combination, found.plain_psnr, found.psnr, found.oddity)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the heat map: a label and a column of Table 6 (or their mean), over photos.

    ``change`` is the mean dPSNR in dB with its 95 % interval; ends are NaN where one photo is all
    there is. ``odd`` is the median of the quantiles of the worst stage, NaN where it was not asked for.
    """

    label: str
    combination: str
    photos: int
    change: Interval
    odd: float


def heat_map(found: Iterable[Effect]) -> list[Cell]:
    """The cells of all effects there are so far; intervals by a paired bootstrap of the photos."""
    groups: dict[str, list[Effect]] = {}
    for effect in found:
        groups.setdefault(effect.label, []).append(effect)
    return [cell for group in groups.values() for cell in _row(group)]


def _row(group: list[Effect]) -> list[Cell]:
    label = group[0].label
    changes = _intervals(group)
    cells = []
    for name, change in changes.items():
        there = [e for e in group if name in (e.combination, MEAN)]
        odd = [e.oddity.worst for e in there if e.oddity is not None]
        photos = len({e.photo for e in there})
        cells.append(Cell(label, name, photos, change, median(odd) if odd else float("nan")))
    return cells


def _intervals(group: list[Effect]) -> dict[str, Interval]:
    """dPSNR by combination, and of their mean."""
    scores = [
        Score(method, e.combination, e.photo, value, float("nan"))
        for e in group
        for method, value in (("do", e.psnr), ("plain", e.plain_psnr))
    ]
    if len({e.photo for e in group}) > 1:
        return {d.column: d.psnr for d in differences(scores, "do", "plain")}
    table = {e.combination: e.psnr - e.plain_psnr for e in group}
    table[MEAN] = fmean(table.values())
    return {name: Interval(value, *UNKNOWN) for name, value in table.items()}
