"""Looks made by hand, and what stands for a case where no photo is needed."""

from types import SimpleNamespace

import torch

from analysis.claims.case import Look
from interir.degrade import COMBINATIONS
from tests.helpers import photo


def case(network, *, subject=None, against=None):
    """Two photos of a network, of which nothing is on disk."""
    return SimpleNamespace(network=network, photos=2, source="here", subject=subject, against=against)


def look(network, image, clean=None, donor=None, *, plain=None, name="a", combination="R"):
    """One photo, run; another photo's run is its own where none is given."""
    clean, trace = image if clean is None else clean, network.trace(image)
    plain = image if plain is None else plain
    return Look(name, combination, image, clean, plain, trace, trace if donor is None else donor)


def watched(measurement, looks):
    """A measurement that has seen some looks."""
    with torch.inference_mode():
        for each in looks:
            measurement.look(each)
    return measurement.finding()


def everything(make):
    """Looks at two photos under all combinations; ``make(i, combination)`` gives one."""
    return [make(i, name) for i in range(2) for name in COMBINATIONS]


def images():
    """Two photos."""
    return photo(12, 12, seed=1), photo(12, 12, seed=2)
