r"""Which iteration contributes to the region? Two answers, both in units of the objective.

What an iteration *adds*. The estimate is moved by Δ_k = x_k - x_{k-1}, and the photo is the head
on x_0 and the sum of all moves; along a straight way from none of the moves to all of them

.. math::
    \phi_k = \Big\langle \Delta_k, \int_0^1 \nabla_{\!x} f\big(\mathrm{decode}(x_0 + a (x_N - x_0))\big)
             \,da \Big\rangle, \qquad \sum_k \phi_k = f(\hat x_N) - f(\hat x_0).

This is layer integrated gradients over all moves at once: as all are replaced together, whatever
lies upstream drops out, and heads are all that has to be computed.

What *passes* an iteration: the conductance (Dhamdhere et al., ICLR 2019) of what it hands on,
along a way from a baseline to the photo

.. math::
    \phi(z_k) = \int_0^1 \Big\langle \frac{\partial f}{\partial z_k}, \frac{dz_k}{da} \Big\rangle da,
    \qquad z \in \{x,\ (A_1, A_2),\ \lambda\}.

State and observation are all that later iterations know, so what does not pass the state of
iteration k passes it by: through y. Captum's `LayerConductance` hooks one module and yields one
layer for each whole pass; the contract promises no modules, and a pass costs the same for all
states at once. So the sum is taken here, by trapezoids; Captum's, taken both ways, is the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from captum.attr import IntegratedGradients
from jaxtyping import Float
from torch import Tensor

from interir import State, UnfoldedNetwork
from interir.shapes import Features, Image

from .maps import gap
from .objectives import Objective
from .paths import Path

HEADS = 32
"""Points of the way along the moves; a head costs next to nothing."""

FIELDS = ("x", "a1", "a2", "multiplier")
"""Of a state, in its order."""

CARRIERS = ("x", "operators", "multiplier")
"""What of a state can pass something on; ``operators`` are A1 and A2."""


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """What each iteration k = 1..N added to the objective, of the first estimate's to the last's."""

    values: Float[Tensor, "N h w"]  # by place of the features
    first: float  # f of the estimate at k = 0
    last: float

    @property
    def totals(self) -> Float[Tensor, " N"]:
        """The credit of each iteration."""
        return self.values.sum(dim=(1, 2))

    @property
    def gap(self) -> float:
        """The share of the change that the credit misses."""
        return gap(self.totals.sum().item(), self.last - self.first)


@torch.inference_mode(False)
@torch.enable_grad()
def moves(network: UnfoldedNetwork, image: Image, objective: Objective) -> Moves:
    """The credit of each iteration's move; one run, and `HEADS` heads."""
    with torch.no_grad():
        image = image.detach().clone()
        trace = network.trace(image, keep=lambda iteration: iteration.state.x)
        xs = torch.cat(tuple(trace))
        ends = [objective(network.decode(x[None], trace.observation)).item() for x in (xs[0], xs[-1])]

    def head(x: Features) -> Tensor:
        there = trace.observation
        repeated = replace(there, image=there.image.expand(len(x), -1, -1, -1))
        return objective(network.decode(x, repeated))

    slope = IntegratedGradients(head, multiply_by_inputs=False).attribute(
        xs[-1:], baselines=xs[:1], n_steps=HEADS
    )
    return Moves((xs.diff(dim=0) * slope).detach().sum(dim=1), *ends)


@dataclass(frozen=True, slots=True, eq=False)
class Conductance:
    """What passed the states of k = 0..N on the way so far; ``change`` is what it should amount to.

    ``values[name][k]`` is what passed one of `CARRIERS`; ``maps`` is that of x by place of the
    features.
    """

    values: dict[str, Float[Tensor, " k"]]
    maps: Float[Tensor, "k h w"]
    change: float
    done: int
    steps: int

    @property
    def by(self) -> Float[Tensor, " k"]:
        """What passed the state of each k by, through y."""
        return self.change - torch.stack(list(self.values.values())).sum(dim=0)


@dataclass(frozen=True, slots=True, eq=False)
class _Corner:
    """The states at one corner of the way, and the objective's slopes there; both by field and k."""

    value: float
    states: dict[str, list[Tensor]]
    slopes: dict[str, list[Tensor]]


def conductance(network: UnfoldedNetwork, path: Path, objective: Objective) -> Iterator[Conductance]:
    """What passed after each chord of the way, of one photo; close the generator to stop it.

    Takes one run with its gradient per corner, and one run more for the end.
    """
    before = _corner(network, path[0], objective)
    with torch.no_grad():  # closed before the first yield
        change = objective(network(path[-1])).item() - before.value
    sums: dict[str, Tensor] = {}
    maps = torch.zeros(())
    for done, point in enumerate(path[1:], 1):
        corner = _corner(network, point, objective)
        passed = {name: _passed(before, corner, name) for name in FIELDS}
        sums = {name: sums.get(name, 0) + by_place.sum(dim=(1, 2)) for name, by_place in passed.items()}
        maps = maps.to(passed["x"]) + passed["x"]
        yield Conductance(_carried(sums), maps, change, done, len(path) - 1)
        before = corner


def _carried(sums: dict[str, Tensor]) -> dict[str, Float[Tensor, " k"]]:
    amounts = (sums["x"], sums["a1"] + sums["a2"], sums["multiplier"])
    return dict(zip(CARRIERS, amounts, strict=True))


def _passed(before: _Corner, after: _Corner, name: str) -> Float[Tensor, "k rows columns"]:
    """The trapezoid of one chord, summed over channels."""
    pairs = zip(before.states[name], after.states[name], before.slopes[name], after.slopes[name], strict=True)
    return torch.cat([((g + h) / 2 * (v - u)).sum(dim=1) for u, v, g, h in pairs])


@torch.inference_mode(False)
@torch.enable_grad()
def _corner(network: UnfoldedNetwork, image: Image, objective: Objective) -> _Corner:
    observation, state = network.init(image.detach().clone().requires_grad_())
    states = [_handed_on(state)]
    for k in range(1, network.depth + 1):
        states.append(_handed_on(network.step(k, observation, states[-1]).state))
    value = objective(network.decode(states[-1].x, observation))
    flat = [getattr(state, name) for name in FIELDS for state in states]
    slopes = torch.autograd.grad(value.sum(), flat, materialize_grads=True, allow_unused=True)
    n = len(states)
    return _Corner(
        value.item(),
        {name: [tensor.detach() for tensor in flat[i * n : i * n + n]] for i, name in enumerate(FIELDS)},
        {name: list(slopes[i * n : i * n + n]) for i, name in enumerate(FIELDS)},
    )


def _handed_on(state: State) -> State:
    """The state as the next iteration gets it: what the same one still makes of it is not counted twice."""
    return State(*(getattr(state, name).clone().requires_grad_() for name in FIELDS))
