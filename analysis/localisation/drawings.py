r"""The same question of one photo: its rain is drawn twice, and each drawing judges the other's choice.

Selection and scoring must see different degradations. Where there is one photo only, a channel is
chosen on another drawing of the same rain, haze and noise over it, and scored on the first; and the
other way round. What is left to chance is the photo: a channel may know its content. A set of
photos (`heat`) has no such doubt. The null model "another photo's truth" is the other drawing's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from interir import UnfoldedNetwork
from interir.degrade import Degraded, Layers

from .fields import ANSWERS, fields, of_photo
from .scoring import TRUTHS, Fit, Scored, fit, truths
from .truth import density


def score(
    network: UnfoldedNetwork, drawings: Sequence[Degraded], kinds: Sequence[str]
) -> Iterator[list[Scored]]:
    """Each drawing in turn, under every one of its ``kinds``; `heat_map` takes them all as photos."""
    for i, sample in enumerate(drawings):
        yield _scored(network, i, sample, drawings[(i + 1) % len(drawings)], kinds)


@torch.inference_mode()
def _scored(
    network: UnfoldedNetwork, i: int, sample: Degraded, other: Degraded, kinds: Sequence[str]
) -> list[Scored]:
    """One drawing; its answers are ranked once for the truths of all kinds."""
    down = network.down
    asked = [truths(*(density(each, kind, down) for each in (sample, other))) for kind in kinds]
    strengths = torch.cat(asked)
    found = fields(network, sample.image, sample.clean)
    fits = {
        place: {name: fit(answers[name], strengths) for name in ANSWERS} for place, answers in found.items()
    }
    own = {name: fit(answer, strengths) for name, answer in of_photo(sample.image, down).items()}
    return [
        Scored(i, kind, {place: _part(each, j) for place, each in fits.items()}, _part(own, j))
        for j, kind in enumerate(kinds)
    ]


def _part(fits: dict[str, Fit], j: int) -> dict[str, Fit]:
    """What belongs to the truths of kind j."""
    mine = slice(j * len(TRUTHS), (j + 1) * len(TRUTHS))
    return {
        name: {measure: values[:, mine] for measure, values in each.items()} for name, each in fits.items()
    }


def middle(sample: Degraded, side: int) -> Degraded:
    """The middle square of a degraded photo, its layers cut alike; all of it where it is smaller."""
    top, left = (max(0, (n - side) // 2) for n in sample.clean.shape[-2:])

    def cut(pixels: torch.Tensor) -> torch.Tensor:
        return pixels[..., top : top + side, left : left + side]

    known = sample.layers
    layers = Layers(cut(known.streaks), cut(known.transmission), known.airlight, cut(known.noise))
    return Degraded(cut(sample.image), cut(sample.clean), layers, sample.levels)
