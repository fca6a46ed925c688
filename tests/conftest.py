"""Fixtures that all laws share: three small networks in float64, every parameter random."""

import pytest
import torch

import interir
from tests.helpers import photo, randomise

SMALL = {
    "interir": ("interir-small", {"width": 8, "blocks": 2, "down": 4}),
    "deepsn": ("deepsn-small", {"depth": 3, "operators": True, "ratio_spatial": 2, "ratio_freq": 4}),
    "deepsn-small": ("deepsn-small", {"depth": 3}),
}


def _small(key):
    name, overrides = SMALL[key]
    return randomise(interir.create(name, **overrides).double().eval(), seed=3)


@pytest.fixture(scope="session", autouse=True)
def _few_threads():
    torch.set_num_threads(min(2, torch.get_num_threads()))


@pytest.fixture(scope="session")
def networks():
    """The small networks by name; tests must leave them as they are."""
    return {key: _small(key) for key in SMALL}


@pytest.fixture(scope="session")
def traces(networks):
    """A whole run of each network on one photo of 37 x 50 px."""
    with torch.no_grad():
        return {key: model.trace(photo(37, 50)) for key, model in networks.items()}


@pytest.fixture(params=SMALL)
def key(request):
    """The name of each small network in turn."""
    return request.param


@pytest.fixture
def network(key, networks):
    """Each small network in turn."""
    return networks[key]


@pytest.fixture
def trace(key, traces):
    """The run of the network at hand."""
    return traces[key]
