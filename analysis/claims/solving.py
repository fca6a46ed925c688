r"""Claims about the solver itself: its sum, its residual, its operators.

.. math::
    \text{kept}_k = \frac{\|W_1 \odot h_x + W_2 \odot h_y\|}{\|W_1 \odot h_x\| + \|W_2 \odot h_y\|}, \qquad
    h_x = A_1^\top A_1 x A_2 A_2^\top, \quad h_y = A_1^\top y A_2^\top

with W₁ = 1 and W₂ = -1 for the subtraction of Eq. 28. 0 is a sum that vanished, 1 one in which
nothing cancels. Of the operators it is asked how much of the degraded features' variance is
explained by A₁ x A₂ of the *clean* photo's features x; a factor and an offset are free in each
channel, as the operators' norm is fixed.
"""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Generator, Tensor

from interir import Iteration, State, operators
from interir.shapes import Features

from ..reductions import reductions, shuffled, untrained
from .case import Case, Look, Measurement
from .verdicts import Beside, Finding, ForeignError, Measured, averaged, less

Rows = defaultdict[str, list[float]]
"""Values by photo."""

TENTH = 0.1
"""What may be left of a sum that is said to have vanished."""

SUBTRACTS = (
    "Where W₂ is negative the weighted addition subtracts after all, and does not vanish only because the"
    " weights differ.",
    "Both forms see the states of this network’s own run: how training fares with either is not tested.",
)

SEED = 0
"""Of the orders of the stages, and of the untrained weights."""


class Addition(Measurement):
    """Does the subtraction cancel, and does the weighted addition keep more?"""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.subtracted, self.added, self.negative = (Rows(list) for _ in range(3))

    def look(self, look: Look) -> None:
        y, before = look.trace.observation.features, look.trace[0].state
        plain, weighted, signs = [], [], []
        for step in look.trace.iterations[1:]:
            if step.solve is None or len(step.solve.gains) < 2:
                return
            w1, w2 = step.solve.gains[:2]
            normal = operators.gram(before.a1, before.x, before.a2)
            back = operators.adjoint(before.a1, y, before.a2)
            plain.append(kept(normal, -back))
            weighted.append(kept(w1 * normal, w2 * back))
            signs.append((w2 < 0).float().mean().item())
            before = step.state
        self.subtracted[look.photo].append(min(plain))
        self.added[look.photo].append(min(weighted))
        self.negative[look.photo].append(sum(signs) / len(signs))

    def finding(self) -> Finding:
        if not self.added:
            title = self.case.network.title
            raise ForeignError(f"{title} has no learned weights W₁ and W₂: it is no weighted addition.")
        photos = self.case.photos
        lost = {photo: [1 - value for value in values] for photo, values in self.subtracted.items()}
        tests = (
            Measured("Cancelled by the subtraction, at its worst k", "", averaged(lost), 1 - TENTH, photos),
            Measured(
                "Kept by the weighted addition, less what the subtraction keeps, each at its worst k",
                "",
                less(self.added, self.subtracted),
                0.0,
                photos,
            ),
        )
        beside = (
            Beside("Kept by the weighted addition, at its worst k", "", averaged(self.added)),
            Beside("Share of the weights W₂ that are negative", "", averaged(self.negative)),
        )
        return Finding(tests, self.case.source, beside, SUBTRACTS)


def kept(a: Features, b: Features) -> float:
    """‖a + b‖ / (‖a‖ + ‖b‖), of one photo: 0 where they cancel, also where both are nothing."""
    return ((a + b).norm() / (a.norm() + b.norm()).clamp(min=torch.finfo(a.dtype).tiny)).item()


class Residual(Measurement):
    """Does a stage reduce the residual whose square it descends?"""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.own, self.shuffled, self.untrained = (Rows(list) for _ in range(3))
        self.generator, self.null = Generator().manual_seed(SEED), untrained(case.network, SEED)

    def look(self, look: Look) -> None:
        if not solves(look.trace[-1]):
            return
        network = self.case.network
        order = shuffled(network.depth, self.generator)
        found = reductions(network, look.image)
        self.own[look.photo].append(reduced(found))
        self.shuffled[look.photo].append(reduced(reductions(network, look.image, order)))
        self.untrained[look.photo].append(reduced(reductions(self.null, look.image)))

    def finding(self) -> Finding:
        if not self.own:
            raise ForeignError(f"{self.case.network.title} does not say how its iterations solve anything.")
        photos = self.case.photos
        tests = (
            Measured("Share of the stages that reduce their own ½‖F‖²", "", averaged(self.own), 0.5, photos),
            Measured(
                "The same, less with the stages in random order",
                "",
                less(self.own, self.shuffled),
                0.0,
                photos,
            ),
        )
        beside = (Beside("The share in an untrained network", "", averaged(self.untrained)),)
        return Finding(tests, self.case.source, beside)


def solves(step: Iteration) -> bool:
    """Whether an iteration says how it solved."""
    return step.solve is not None


def reduced(ratios: Tensor) -> float:
    """The share of stages after which the merit is less than before."""
    return (ratios < 1).float().mean().item()


class Operators(Measurement):
    """Do A₁ and A₂ turn the clean features into the degraded ones?"""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.own, self.foreign, self.identity = (Rows(list) for _ in range(3))

    def look(self, look: Look) -> None:
        if not self.case.network.has_operators:
            return
        y, x = look.trace.observation.features, self.case.network.init(look.clean)[0].features
        for rows, state in ((self.own, look.trace[-1].state), (self.foreign, look.donor[-1].state)):
            rows[look.photo].append(explained(applied(state, x), y))
        self.identity[look.photo].append(explained(x, y))

    def finding(self) -> Finding:
        if not self.own:
            raise ForeignError(
                f"This {self.case.network.title} has no matrices: A₁ and A₂ stay at the identity."
            )
        photos = self.case.photos
        tests = (
            Measured(
                "Explained, less with the matrices of another photo",
                "",
                less(self.own, self.foreign),
                0.0,
                photos,
            ),
            Measured(
                "Explained, less with no matrices at all", "", less(self.own, self.identity), 0.0, photos
            ),
        )
        beside = (
            Beside("Share of y’s variance that A₁ x A₂ explains", "", averaged(self.own)),
            Beside("Share that the clean features x explain as they are", "", averaged(self.identity)),
        )
        return Finding(tests, self.case.source, beside)


def applied(state: State, x: Features) -> Features:
    """A1 x A2 by the operators of a state."""
    return operators.apply(state.a1, x, state.a2)


def explained(model: Features, y: Features) -> float:
    """R²: the share of y's variance within channels that the model explains, a line fitted in each."""
    model, y = (each.flatten(2) - each.flatten(2).mean(dim=-1, keepdim=True) for each in (model, y))
    power = model.square().sum(dim=-1).clamp(min=torch.finfo(y.dtype).tiny)
    return ((model * y).sum(dim=-1).square() / power).sum().div(y.square().sum()).item()
