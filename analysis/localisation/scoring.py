r"""How well an answer fits the truth, and how well it fits what is not the truth.

.. math::
    \mathrm{AUROC} = \frac{\sum_{i:\,d_i} r_i - n_1(n_1 + 1)/2}{n_1 n_0}, \qquad
    \rho = \mathrm{corr}(r, r')

with r the ranks of the answer's places (ties share theirs), d the degraded places, r' the ranks of
the density. Once the answers are ranked, every further truth costs one product: so the truth is
asked beside two null models, the same map rolled by half the photo, which keeps its streaks but
puts them elsewhere, and the map of another photo under the same degradation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.stats import rankdata
from torch import Tensor

from interir import UnfoldedNetwork

from .fields import ANSWERS, LocalisationError, Place, fields, of_photo
from .truth import KINDS, Density, Source, degraded, density

TRUE, ROLLED, OTHER = "truth", "rolled truth", "another photo's truth"
TRUTHS = (TRUE, ROLLED, OTHER)

AUROC, SPEARMAN = "AUROC", "Spearman"
CHANCE = {AUROC: 0.5, SPEARMAN: 0.0}
"""Both measures, and their value for an answer that knows nothing."""

Fit = dict[str, Float[np.ndarray, "channel truth"]]
"""By measure. NaN for a truth that is the same everywhere, and the Spearman of such an answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """One photo under one degradation: how all answers of all convolutions fit, and the photo's own."""

    photo: int
    kind: str
    fits: dict[Place, dict[str, Fit]]
    baselines: dict[str, Fit]


def score(network: UnfoldedNetwork, source: Source, kinds: tuple[str, ...] = KINDS) -> Iterator[Scored]:
    """Every photo under every degradation, photo by photo, as they come; close the generator to stop it.

    Raises `LocalisationError` for fewer than two photos: the null model takes another one's map.
    """
    if len(source) < 2:
        raise LocalisationError("selection and scoring need different photos, and there are fewer than two")
    for i in range(len(source)):
        for kind in kinds:
            yield _scored(network, source, i, kind)


@torch.inference_mode()
def _scored(network: UnfoldedNetwork, source: Source, i: int, kind: str) -> Scored:
    sample, down = source.sample(i, kind), network.down
    other = source.sample((i + 1) % len(source), kind)
    strengths = truths(*(density(each, kind, down) for each in (sample, other)))
    found = fields(network, sample.image, sample.clean)
    fits = {
        place: {name: fit(answers[name], strengths) for name in ANSWERS} for place, answers in found.items()
    }
    own = of_photo(sample.image, down)
    return Scored(i, kind, fits, {name: fit(answer, strengths) for name, answer in own.items()})


def truths(strength: Density, other: Density) -> Float[Tensor, "truth h w"]:
    """In the order of `TRUTHS`; raises `LocalisationError` where the other photo has another size."""
    if strength.shape != other.shape:
        sizes = (tuple(each.shape) for each in (other, strength))
        raise LocalisationError(
            "another photo's map has {} places; it must have this one's, {}".format(*sizes)
        )
    height, width = strength.shape
    return torch.stack((strength, strength.roll((height // 2, width // 2), (0, 1)), other))


def fit(answer: Float[Tensor, "channel h w"], strengths: Float[Tensor, "truth h w"]) -> Fit:
    """How well each channel fits each truth."""
    ranks, true_ranks = (
        rankdata(each.flatten(1).cpu().numpy(), axis=-1) for each in (answer.float(), strengths.float())
    )
    there = np.stack([degraded(each).flatten().cpu().numpy() for each in strengths]).astype(float)
    ones, places = there.sum(axis=1), there.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        above = (ranks @ there.T - ones * (ones + 1) / 2) / (ones * (places - ones))
        return {AUROC: above, SPEARMAN: _normal(ranks) @ _normal(true_ranks).T}


def _normal(ranks: Float[np.ndarray, "n places"]) -> Float[np.ndarray, "n places"]:
    """Centred, and of unit length."""
    centred = ranks - ranks.mean(axis=1, keepdims=True)
    return centred / np.linalg.norm(centred, axis=1, keepdims=True)
