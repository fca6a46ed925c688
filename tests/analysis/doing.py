"""Runs under interventions, for the tests of these."""

import torch

from analysis import interventions
from analysis.interventions import combination
from tests.helpers import photo

IMAGE, OTHER = photo(21, 30, seed=7), photo(21, 30, seed=8)


@torch.no_grad()
def run(network, text, donor=None, image=IMAGE):
    """A run under the combination that a text describes."""
    return interventions.trace(network, image, combination(text), donor)


def same(left, right):
    """Whether two runs end in the same state, bit for bit."""
    return torch.equal(left[-1].state.x, right[-1].state.x)
