r"""Running a network under interventions.

.. math::
    s_k = \mathrm{step}_{\sigma(k)}\big(\mathrm{do}(s_{k-1})\big)

do(nothing) is the plain run, bit for bit. The network object is only read: where bricks are
edited, the stage runs on a private copy, so concurrent runs do not see each other's
interventions. As in the contract, gradients are the caller's to allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from interir import Iteration, Observation, State, Trace, UnfoldedNetwork
from interir.shapes import Image

from .base import Around, Intervention, InterventionError, OnBrick, OnOrder, OnState
from .private import private


def unfold(
    network: UnfoldedNetwork,
    observation: Observation,
    state: State,
    interventions: Sequence[Intervention] = (),
    *,
    first: int = 1,
    donor: Trace | None = None,
) -> Iterator[Iteration]:
    """`UnfoldedNetwork.unfold` under interventions: iterations ``first``..N from the state before.

    Iteration k holds what came of the last stage that ran in its place; where none did, only
    the state that passed. ``donor`` is another photo's run, of the same size. Raises
    `InterventionError` where one of the interventions has no meaning.
    """
    refuse(network, observation, interventions, donor)
    start = state if first == 1 else network.init(observation.image)[1]
    stages = _Stages(network, tuple(interventions), Around(start, donor))
    for k in range(first, network.depth + 1):
        iteration = Iteration(k, state)
        for j in stages.instead(k):
            iteration = replace(stages.step(j, observation, state), k=k)
            state = iteration.state
        yield iteration


def trace(
    network: UnfoldedNetwork,
    image: Image,
    interventions: Sequence[Intervention] = (),
    donor: Trace | None = None,
) -> Trace[Iteration]:
    """`UnfoldedNetwork.trace` under interventions: a whole run, k = 0..N."""
    observation, state = network.init(image)
    steps = unfold(network, observation, state, interventions, donor=donor)
    return Trace(observation, (Iteration(0, state), *steps))


def restore(
    network: UnfoldedNetwork,
    image: Image,
    interventions: Sequence[Intervention] = (),
    donor: Trace | None = None,
) -> Image:
    """The restored photo under interventions; nothing else is kept."""
    observation, state = network.init(image)
    for iteration in unfold(network, observation, state, interventions, donor=donor):
        state = iteration.state
    return network.decode(state.x, observation)


def refuse(
    network: UnfoldedNetwork,
    observation: Observation,
    interventions: Sequence[Intervention],
    donor: Trace | None,
) -> None:
    """Raise `InterventionError` for the first intervention that has no meaning here, and say why."""
    for do in interventions:
        outside = [k for k in do.stages or () if not 1 <= k <= network.depth]
        if outside:
            there = f"only 1 to {network.depth}"
            raise InterventionError(f"{do}: {network.title} has no stage {outside[0]}, {there}")
        reason = do.refusal(network)
        if reason:
            raise InterventionError(f"{do}: {reason}")
        if do.foreign and donor is None:
            raise InterventionError(f"{do}: needs another photo")
    if donor is not None and donor.observation.features.shape != observation.features.shape:
        ours, theirs = (tuple(o.image.shape) for o in (observation, donor.observation))
        raise InterventionError(f"the other photo has shape {theirs}; it must have this one's, {ours}")


@dataclass(frozen=True)
class _Stages:
    """The stages of a network as the interventions leave them."""

    network: UnfoldedNetwork
    interventions: tuple[Intervention, ...]
    around: Around

    def instead(self, k: int) -> tuple[int, ...]:
        """The stages that run at place k."""
        run: tuple[int, ...] = (k,)
        for do in self.interventions:
            if isinstance(do, OnOrder):
                run = tuple(chain.from_iterable(map(do.instead, run)))
        return run

    def step(self, k: int, observation: Observation, state: State) -> Iteration:
        """Stage k, on the state it is made to start from."""
        for do in self.interventions:
            if isinstance(do, OnState) and do.acts(k):
                state = do.before(k, state, self.around)
        edits = [do for do in self.interventions if isinstance(do, OnBrick) and do.acts(k)]
        return self.edited(k, edits).step(k, observation, state)

    def edited(self, k: int, edits: list[OnBrick]) -> UnfoldedNetwork:
        """The network with its bricks edited for stage k; itself, where there is nothing to edit."""
        network = private(self.network, tuple({do.brick for do in edits}))
        for do in edits:
            for module in do.bricks(network):
                do.edit(k, module, self.around)
        return network
