"""A network whose masks find the light of a photo in one channel of one convolution, by design."""

import torch
from torch.nn import functional as F

import interir
from interir import Convolution, Iteration, Observation, State
from interir.operators import identities
from tests.helpers import generator

PLANTED = (2, "B", 3)
"""Iteration, module and channel that know."""


class Planted(interir.UnfoldedNetwork):
    """Does nothing; of its eight masks in each of four convolutions, all but one see noise of their own."""

    title = "Planted"
    down = 2
    depth = 2
    sign = 1

    def init(self, image):
        features = F.avg_pool2d(image.mean(dim=1, keepdim=True), 2)
        a1, a2 = identities(features)
        return Observation(image, features), State(features, a1, a2, features)

    def step(self, k, observation, state):
        records = tuple(self._convolution(k, name, observation) for name in ("A", "B"))
        return Iteration(k, state, None, records)

    def decode(self, x, observation):
        return observation.image

    def _convolution(self, k, name, observation):
        light = observation.features
        seed = int(1e6 * observation.image.double().mean()) + 10 * k + ord(name)
        x = torch.rand(1, 8, *light.shape[-2:], generator=generator(seed))
        if (k, name) == PLANTED[:2]:
            x[:, PLANTED[2]] = self.sign * (light[:, 0] - light.median() - 0.02)
        threshold = torch.zeros(1, 8, 1, 1)
        nothing = torch.ones(1, 8, 3, 3)
        return Convolution(name, x, threshold, x > threshold, nothing, nothing, nothing[0][:, None])
