"""The null models of trained weights: what the same network was before, and early in, its training.

A finding about a trained network says little when an untrained one shows it too.
"""

from __future__ import annotations

from pathlib import Path

import torch

from . import weights
from .configs import build
from .unfolding import UnfoldedNetwork
from .weights import CheckpointError

EARLY = "early"
"""The folder beside weights that holds, under the same file names, those of an early moment of their runs."""


def untrained(name_or_file: str | Path) -> UnfoldedNetwork:
    """The network that training started from, bit for bit on a CPU: its seed is in the provenance.

    Leaves torch's global generator as it was. Raises `CheckpointError` where no seed is known.
    """
    path = weights.find(name_or_file)
    checkpoint = weights.read(path)
    try:
        seed = checkpoint.provenance["recipe"]["seed"]
    except (KeyError, TypeError) as error:
        raise CheckpointError(f"{path.name} does not say the seed its training started from") from error
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build(checkpoint.config).eval().requires_grad_(False)


def early(name_or_file: str | Path) -> UnfoldedNetwork:
    """The network early in its training; raises `CheckpointError` where those weights were not kept."""
    path = weights.find(name_or_file)
    return weights.load(path.parent / EARLY / path.name)
