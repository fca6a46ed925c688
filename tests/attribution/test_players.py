"""Eight mixtures, and a division of them that is the textbook's."""

from itertools import permutations

import pytest
import torch

from analysis.attribution.players import KINDS, Mixture, mixtures, rendered, shares
from interir.degrade import COMBINATIONS
from tests.attribution.support import objective, sample


def game(value):
    """Mixtures whose value is a function of the degradations that are there."""
    names = ["", "N", "H", "H+N", "R", "R+N", "R+H", "R+H+N"]
    return [Mixture(name, value(set(name.split("+")) - {""})) for name in names]


def test_known_game():
    """What is earned alone is one's own; what two earn together is halved, or lost with either."""
    found = shares(
        game(
            lambda there: (
                3 * ("R" in there) + 5 * ("H" in there) + 2 * ("N" in there) + 4 * (there >= {"R", "H"})
            )
        )
    )
    assert found.shapley == pytest.approx({"rain": 5, "haze": 7, "noise": 2})
    assert found.ablation == pytest.approx({"rain": 7, "haze": 9, "noise": 2})


def test_all_orders():
    """Shapley's value is the mean over all six orders of what each adds when it comes."""
    drawn = dict(zip(("", "N", "H", "HN", "R", "NR", "HR", "HNR"), torch.randn(8).tolist(), strict=True))
    found = shares(game(lambda there: drawn["".join(sorted(there))]))
    names = {"R": "rain", "H": "haze", "N": "noise"}
    for kind, name in names.items():
        added = []
        for order in permutations(KINDS):
            before = order[: order.index(kind)]
            added.append(drawn["".join(sorted((*before, kind)))] - drawn["".join(sorted(before))])
        assert found.shapley[name] == pytest.approx(sum(added) / 6, abs=1e-6)
    assert sum(found.shapley.values()) == pytest.approx(drawn["HNR"] - drawn[""], abs=1e-6)


@pytest.mark.parametrize("name", COMBINATIONS)
def test_renders_are_exact(name):
    """With all of its degradations a photo is itself, with none it is clean; all of one seed."""
    drawn = sample(name)
    assert torch.equal(rendered(drawn, KINDS), drawn.image)
    assert torch.equal(rendered(drawn, ""), drawn.clean)
    assert torch.equal(rendered(sample("H+R+N"), name.replace("+", "")), drawn.image)


def test_what_is_absent_costs_nothing(networks):
    """On a photo with rain alone, rain has it all."""
    drawn = sample("R")
    steps = mixtures(objective("psnr", drawn.clean).of(networks["interir"]), drawn)
    assert next(steps).name == ""
    found = [*mixtures(objective("psnr", drawn.clean).of(networks["interir"]), drawn)]
    assert [mixture.name for mixture in found] == [mixture.name for mixture in game(len)]
    divided = shares(found)
    assert divided.shapley["haze"] == divided.shapley["noise"] == 0
    assert divided.shapley["rain"] == pytest.approx(found[-1].value - found[0].value)
    assert divided.shapley["rain"] != 0
