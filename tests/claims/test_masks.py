"""Masks that find the rain by design, and masks that find nothing."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import interir
from analysis.claims.masks import Masks
from analysis.claims.verdicts import REFUTED, SUPPORTED, UNDECIDED, ForeignError
from tests.localisation.support import PLANTED, Planted


class Blind(Planted):
    """All of its masks see noise."""

    def _convolution(self, k, name, observation):
        return super()._convolution(k + PLANTED[0], name, observation)


def finding(network, folder):
    """What is found on six grey photos."""
    subject = SimpleNamespace(file=Path("nowhere.safetensors"))
    return Masks(
        SimpleNamespace(network=network, subject=subject, folder=folder, limit=6, side=48, source="here")
    ).finding()


def test_a_planted_mask(folder):
    """It finds each photo's own rain, and not another's."""
    found = finding(Planted(), folder)
    assert found.tests[0].verdict == SUPPORTED
    assert found.beside[0].value.low > 0.75
    assert found.tests[0].photos == 6


def test_masks_that_see_noise(folder):
    """They are no better than on another photo's rain, and worse than the gradient, which sees it on grey."""
    found = finding(Blind(), folder)
    assert found.tests[0].verdict in (UNDECIDED, REFUTED)
    assert found.tests[1].verdict == REFUTED
    assert abs(found.beside[0].value.mean - 0.5) < 0.1


def test_a_network_without_masks(folder):
    """The claim does not apply."""
    with pytest.raises(ForeignError, match="no explainable convolution"):
        finding(interir.create("deepsn-small", depth=2).eval(), folder)
