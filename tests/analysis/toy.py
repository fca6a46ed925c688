"""A small unfolded network whose every number can be worked out by hand."""

import torch

import interir
from interir.blocks import Descent
from interir.operators import identities


class Toy(interir.UnfoldedNetwork):
    """x - ε V on the photo itself; ``terms(k, y, state)`` gives the operator and the prior term.

    The residual is the operator term. Decoded by y + 2 x. A1 and A2 stay as they are given.
    """

    title = "Toy"
    down = 1

    def __init__(self, depth, terms, *, size=0.5, operators=None):
        super().__init__()
        self.steps, self.terms, self.operators = depth, terms, operators
        self.size = torch.tensor(size, dtype=torch.float64)
        self.descend = Descent()

    @property
    def depth(self):
        return self.steps

    def init(self, image):
        a1, a2 = self.operators or identities(image)
        shape = image.shape[:2]
        a1, a2 = (a.expand(*shape, *a.shape[-2:]) for a in (a1, a2))
        return interir.Observation(image, image), interir.State(image, a1, a2, torch.zeros_like(image))

    def step(self, k, observation, state):
        operator, prior = self.terms(k, observation.features, state)
        solve = interir.Solve(operator, operator + prior, operator, prior, self.size, ())
        x, solve = self.descend(state.x, solve)
        return interir.Iteration(k, interir.State(x, state.a1, state.a2, state.multiplier), solve)

    def decode(self, x, observation):
        return observation.image + 2 * x


def linear(depth=4, operator=0.3, prior=-0.5):
    """Terms that are multiples of x: x_k = (1 - ε (a + b))^k y."""
    return Toy(depth, lambda k, y, state: (operator * state.x, prior * state.x))


def blur(a1, a2, *, size, depth=3):
    """Gradient descent on ½‖A1 x A2 - y‖² with operators that are known."""

    def terms(k, y, state):
        error = state.a1 @ state.x @ state.a2 - y
        return state.a1.mT @ error @ state.a2.mT, torch.zeros_like(y)

    return Toy(depth, terms, size=size, operators=(a1, a2))
