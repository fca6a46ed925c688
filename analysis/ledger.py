r"""The contribution ledger: which term of which iteration changed the photo, and by how much.

The decoder is affine, with linear part D, and every iteration moves x by two terms. So what a
network adds to its input splits exactly:

.. math::
    \hat x - y = \underbrace{\hat x_0 - y}_{\text{start}}
                 - \sum_k D\,\epsilon_k V_k^{\mathrm{operator}}
                 - \sum_k D\,\epsilon_k V_k^{\mathrm{prior}}

These are *direct* effects. A term also steers all that comes after it; its *total* effect is the
output less the output without the term, everything downstream computed again.

    python -m analysis.ledger --weights interir-small --data PHOTOS --out FILE.json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from interir import Iteration, State, Trace, UnfoldedNetwork
from interir.degrade import COMBINATIONS, NAMES, Degraded
from interir.progress import reported
from interir.shapes import Features, Image
from interir.testsets import degraded_photos

from . import commands
from .interventions import unfold
from .interventions.inside import RemoveTerm

START = "start"
"""The term of k = 0: the first estimate, decoded, less the input."""


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """What one term of iteration k added to the photo; ``term`` is "start", "operator" or "prior"."""

    k: int
    term: str
    image: Image

    @property
    def energy(self) -> Float[Tensor, " b"]:
        """Mean square over pixels and colours."""
        return self.image.square().mean(dim=(1, 2, 3))


@dataclass(frozen=True, slots=True, eq=False)
class Removal:
    """What each contribution did to the known layers of a synthetic degradation.

    ``shares[name]`` is by how much of the layer it took away: 1 is all of it, below 0 it added
    some. ``elsewhere`` is the part of its energy that lies in no layer.
    """

    shares: dict[str, Float[Tensor, "n b"]]
    elsewhere: Float[Tensor, "n b"]


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """All contributions of a run, in order, and what they add up to: output less input."""

    contributions: tuple[Contribution, ...]
    change: Image

    @property
    def stack(self) -> Float[Tensor, "n b 3 H W"]:
        """All contributions in one tensor."""
        return torch.stack([entry.image for entry in self.contributions])

    @property
    def error(self) -> float:
        """The largest difference between the sum of the contributions and the change."""
        return (self.stack.sum(dim=0) - self.change).abs().max().item()

    @property
    def shares(self) -> Float[Tensor, "n b"]:
        """⟨contribution, change⟩ / ‖change‖²: signed, and 1 in sum."""
        return share(self.stack, self.change)

    def at(self, term: str, k: int) -> Image:
        """What a term added at k; at k = 0 the start, which stands in for every term."""
        wanted = (k, term if k else START)
        return next(entry.image for entry in self.contributions if (entry.k, entry.term) == wanted)

    def removal(self, layers: Mapping[str, Image]) -> Removal:
        """Least-squares coefficients of each contribution on the layers, all layers at once.

        At once, because rain and haze both brighten: projected on one alone, a term that lifts
        the haze would seem to remove rain. Solved in double precision, photo by photo.
        """
        none = self.change.flatten(1)[:, None][:, :0]
        basis = torch.cat([none, *(layer.flatten(1)[:, None] for layer in layers.values())], dim=1).double()
        terms = self.stack.flatten(2).transpose(0, 1).double()
        coefficients = torch.linalg.solve(basis @ basis.mT, basis @ terms.mT)  # b, layer, n
        rest = (terms - coefficients.mT @ basis).square().sum(dim=-1)
        shares = {name: -coefficients[:, i].mT.to(self.change) for i, name in enumerate(layers)}
        energy = terms.square().sum(dim=-1).clamp(min=torch.finfo(terms.dtype).tiny)
        return Removal(shares, (rest / energy).mT.to(self.change))


def share(images: Float[Tensor, "*n b 3 H W"], change: Image) -> Float[Tensor, "*n b"]:
    """⟨image, change⟩ / ‖change‖² of each image."""
    total = change.flatten(1)
    return (images.flatten(-3) * total).sum(dim=-1) / total.square().sum(dim=-1)


def ledger(network: UnfoldedNetwork, image: Image) -> Ledger:
    """Run a network on photos and keep its books."""
    return balance(network, network.trace(image))


def balance(network: UnfoldedNetwork, trace: Trace[Iteration]) -> Ledger:
    """The ledger of a run; raises `ValueError` where an iteration does not say how it was solved."""
    observation, first, last = trace.observation, trace[0].state.x, trace[-1].state.x
    origin = network.decode(torch.zeros_like(first), observation)
    start = network.decode(first, observation) - observation.image
    entries = [Contribution(0, START, start)]
    for iteration in trace.iterations[1:]:
        for term, moved in _moves(iteration).items():
            entries.append(Contribution(iteration.k, term, network.decode(moved, observation) - origin))
    return Ledger(tuple(entries), network.decode(last, observation) - observation.image)


def _moves(iteration: Iteration) -> dict[str, Features]:
    """By how much each term moved x."""
    solve = iteration.solve
    if solve is None:
        raise ValueError(f"iteration {iteration.k} does not say how it was solved")
    return {
        "operator": -solve.size * solve.operator_term,
        "prior": -solve.size * solve.prior_term,
    }


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """The direct and the total effect of one term of iteration k on the output."""

    k: int
    term: str
    direct: Image
    total: Image


def effects(network: UnfoldedNetwork, image: Image) -> Iterator[Effect]:
    """Both effects of every term, as they come: each takes a run of what lies downstream.

    Close the generator to stop it. Raises `InterventionError` where a network offers no place
    at which a term could be removed.
    """
    trace = network.trace(image)
    observation, output = trace.observation, network.decode(trace[-1].state.x, trace.observation)
    for entry in balance(network, trace).contributions[1:]:
        removed = RemoveTerm(entry.term, stages=(entry.k,))
        steps = unfold(network, observation, trace[entry.k - 1].state, (removed,), first=entry.k)
        without = _last(steps)
        yield Effect(entry.k, entry.term, entry.image, output - network.decode(without.x, observation))


def _last(steps: Iterator[Iteration]) -> State:
    *_, iteration = steps
    return iteration.state


def layers(sample: Degraded) -> dict[str, Image]:
    """What rain, haze and noise each added to the photo, in this order; their sum is all that was added.

    Clipping belongs to the layer that caused it. Layers that add nothing are left out.
    """
    haze = sample.layers.transmission
    rainy = (sample.clean + sample.layers.streaks).clamp(0, 1)
    hazy = rainy * haze + sample.layers.airlight * (1 - haze)
    added = {"R": rainy - sample.clean, "H": hazy - rainy, "N": sample.image - hazy}
    return {NAMES[kind]: layer for kind, layer in added.items() if layer.any()}


def main(arguments: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    made = commands.parser("analysis.ledger", __doc__, limit=4, side=None)
    return commands.answer(made, arguments, run)


def run(options: argparse.Namespace, network: UnfoldedNetwork, about: dict[str, Any]) -> None:
    """The ledger of every photo under every combination, in numbers; written as it comes."""
    drawn = degraded_photos(options.data, options.limit)
    entries: list[dict[str, Any]] = []
    for path, name, sample in reported(drawn, options.limit * len(COMBINATIONS), "degraded photos"):
        with torch.inference_mode():
            rows = numbers(ledger(network, sample.image), layers(sample))
        entries += [{"photo": path.stem, "combination": name, **row} for row in rows]
        commands.write(options.out, {**about, "entries": entries})


def numbers(found: Ledger, known: Mapping[str, Image]) -> Iterator[dict[str, Any]]:
    """The ledger of one photo as rows: energy, share of the change, and of each layer taken away."""
    removal, shares = found.removal(known), found.shares
    for n, entry in enumerate(found.contributions):
        yield {
            "k": entry.k,
            "term": entry.term,
            "energy": entry.energy[0].item(),
            "share": shares[n, 0].item(),
            "removed": {name: share[n, 0].item() for name, share in removal.shares.items()},
            "elsewhere": removal.elsewhere[n, 0].item(),
        }


if __name__ == "__main__":
    sys.exit(main())
