r"""What rain, haze and noise each cost: all eight mixtures of them, and Shapley's fair division.

.. math::
    \phi_i = \sum_{S \subseteq \{R,H,N\} \setminus i} \frac{|S|!\,(2-|S|)!}{3!}\,
             \big[v(S \cup i) - v(S)\big], \qquad v(S) = f(\text{photo with the layers } S)

The layers of a synthetic degradation are known, so each mixture is an exact composition of the
same rain, haze and noise. With three players there are eight of them: Captum's `ShapleyValues`
takes all orders, exactly; sampling some of the six, as `ShapleyValueSampling` would, could only
add noise. Ablation (leaving one out of all) and Shapley differ by how degradations interact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import torch
from captum.attr import FeatureAblation, ShapleyValues
from torch import Tensor

from interir.degrade import NAMES, Degraded, Layers, compose
from interir.shapes import Image

from .objectives import Function

KINDS = "RHN"
"""The players, in the order in which they fall on a photo."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """The objective on a photo that carries only these degradations, ``"R+N"`` say; "" for the clean one."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Shares:
    """What each degradation is worth, in units of the objective, by its name ("rain")."""

    shapley: dict[str, float]  # sums to all degradations less none
    ablation: dict[str, float]  # all degradations less all but this


def rendered(sample: Degraded, kinds: str) -> Image:
    """The photo with only some of its degradations, by their letters."""
    whole = sample.layers
    chosen = Layers(
        streaks=whole.streaks if "R" in kinds else torch.zeros_like(whole.streaks),
        transmission=whole.transmission if "H" in kinds else torch.ones_like(whole.transmission),
        airlight=whole.airlight,
        noise=whole.noise if "N" in kinds else torch.zeros_like(whole.noise),
    )
    return compose(sample.clean, chosen)


def mixtures(objective: Function, sample: Degraded) -> Iterator[Mixture]:
    """All eight, one run each, as they come; close the generator to stop it."""
    for chosen in product((False, True), repeat=len(KINDS)):
        kinds = [kind for kind, there in zip(KINDS, chosen, strict=True) if there]
        with torch.no_grad():  # not around the yield: it would leak to the consumer
            value = objective(rendered(sample, "".join(kinds))).item()
        yield Mixture("+".join(kinds), value)


def shares(found: Sequence[Mixture]) -> Shares:
    """The division of all eight mixtures, in the order of `mixtures`."""
    values = torch.tensor([mixture.value for mixture in found], dtype=torch.float64)
    places = torch.tensor([4.0, 2.0, 1.0])  # of the binary number that `product` counts with

    def look_up(there: Tensor) -> Tensor:
        return values[(there @ places).long()]

    everyone, nobody = torch.ones(1, len(KINDS)), torch.zeros(1, len(KINDS))
    divided = [
        method(look_up).attribute(everyone, baselines=nobody)[0].tolist()
        for method in (ShapleyValues, FeatureAblation)
    ]
    names = [NAMES[kind] for kind in KINDS]
    return Shares(*(dict(zip(names, worth, strict=True)) for worth in divided))
