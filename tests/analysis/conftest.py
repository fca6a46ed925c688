"""A network to intervene in, and its run on another photo."""

import pytest
import torch

from tests.analysis.doing import OTHER


@pytest.fixture(scope="module")
def model(networks):
    """The small InterIR: three stages."""
    return networks["interir"]


@pytest.fixture(scope="module")
def donor(model):
    """Its run on another photo."""
    with torch.no_grad():
        return model.trace(OTHER)
