r"""Does each stage reduce its own residual? A test with two nulls.

Stage j has weights, and therefore a residual F_j, of its own. With the operators and the multiplier
that it started from held fixed, the step from x to x' reduces its merit where

.. math::
    \tfrac12\|F_j(x')\|^2 < \tfrac12\|F_j(x)\|^2.

A network that solves its equation does so at every stage; one that merely restores need not. The
same is asked of an untrained network of the same configuration, and of the trained stages in a
random order (the last keeps its place: it renews no operators).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from interir import Solve, UnfoldedNetwork, configs
from interir.shapes import Image

TRAINED, UNTRAINED, SHUFFLED = "as it is", "untrained", "stages shuffled"


def merit(solve: Solve) -> Float[Tensor, " b"]:
    """½‖F‖², F where the solve began."""
    return 0.5 * solve.residual.flatten(1).square().sum(dim=1)


def reductions(
    network: UnfoldedNetwork, image: Image, order: Sequence[int] | None = None
) -> Float[Tensor, "b N"]:
    """Merit after a stage over merit before it, for each place k = 1..N; below 1 it was reduced.

    ``order`` says which stage runs at each place. Takes two steps per place. Raises
    `ValueError` where a stage does not say how it solved.
    """
    observation, state = network.init(image)
    ratios = []
    for j in order or range(1, network.depth + 1):
        step = network.step(j, observation, state)
        again = network.step(j, observation, replace(state, x=step.state.x))
        if step.solve is None or again.solve is None:
            raise ValueError(f"iteration {j} does not say how it was solved")
        ratios.append(merit(again.solve) / merit(step.solve))
        state = step.state
    return torch.stack(ratios, dim=1)


def untrained(network: UnfoldedNetwork, seed: int) -> UnfoldedNetwork:
    """A network of the same configuration with random weights, where the given one is."""
    like = next(network.parameters())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = configs.build(network.config)
    return fresh.to(like).eval().requires_grad_(False)


def shuffled(depth: int, generator: Generator) -> list[int]:
    """Stages 1..N-1 in random order, then N."""
    return [*(torch.randperm(depth - 1, generator=generator) + 1).tolist(), depth]


@dataclass(eq=False)
class Tally:
    """One way to run, and the ratios of all photos so far."""

    name: str
    network: UnfoldedNetwork
    generator: Generator | None = None  # draws an order of the stages for every photo
    ratios: list[Float[Tensor, "b N"]] = field(default_factory=list)

    def add(self, image: Image) -> None:
        """Run one more batch."""
        order = shuffled(self.network.depth, self.generator) if self.generator else None
        self.ratios.append(reductions(self.network, image, order).cpu())


def runs_of(network: UnfoldedNetwork, seed: int = 0) -> tuple[Tally, Tally, Tally]:
    """The network as it is, and the two nulls."""
    return (
        Tally(TRAINED, network),
        Tally(UNTRAINED, untrained(network, seed)),
        Tally(SHUFFLED, network, Generator().manual_seed(seed)),
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """On which share of the photos place k reduced its own residual, with a 95 % interval (Wilson)."""

    run: str
    k: int
    photos: int
    share: float
    low: float
    high: float
    ratio: float  # median of the merit after over the merit before


def verdicts(runs: Sequence[Tally]) -> list[Verdict]:
    """The verdict on every place of every run, as far as photos have come."""
    return [
        _verdict(tally.name, k, ratios)
        for tally in runs
        for k, ratios in enumerate(torch.cat(tally.ratios).unbind(dim=1), 1)
    ]


def _verdict(name: str, k: int, ratios: Float[Tensor, " n"]) -> Verdict:
    from scipy.stats import binomtest  # half a second to import: not before it is needed

    reduced = int((ratios < 1).sum())
    test = binomtest(reduced, len(ratios))
    ends = test.proportion_ci(method="wilson")
    share = float(test.statistic)
    return Verdict(name, k, len(ratios), share, float(ends.low), float(ends.high), ratios.median().item())
