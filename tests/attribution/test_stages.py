"""What iterations add and what passes them: closed forms, Captum's layers, completeness."""

from dataclasses import replace

import pytest
import torch
from captum.attr import LayerConductance, LayerIntegratedGradients
from torch import nn

from analysis.attribution import paths, stages
from tests.analysis.toy import linear
from tests.attribution.support import last, objective, sample
from tests.helpers import photo


class Tap(nn.Module):
    """Hands on what it is given, as a tensor of its own."""

    def forward(self, x):
        return x.clone()


class Tapped(nn.Module):
    """An unfolded network with a module at every place where x, or its move, is handed on."""

    def __init__(self, network, of_moves=False):
        super().__init__()
        self.network, self.of_moves = network, of_moves
        self.taps = nn.ModuleList(Tap() for _ in range(network.depth + 1))

    def forward(self, image):
        observation, state = self.network.init(image)
        state = replace(state, x=self.taps[0](state.x))
        for k in range(1, self.network.depth + 1):
            x, state = state.x, self.network.step(k, observation, state).state
            handed = x + self.taps[k](state.x - x) if self.of_moves else self.taps[k](state.x)
            state = replace(state, x=handed)
        return self.network.decode(state.x, observation)


def test_moves_of_a_linear_network():
    """Each move's light, by hand; the first estimate's and the last's at both ends."""
    image, factor = photo(24, 32), 1 - 0.5 * (0.3 - 0.5)
    found = stages.moves(linear(), image, objective("light"))
    light = objective("light")(image).item()
    expected = [2 * light * (factor**k - factor ** (k - 1)) for k in range(1, 5)]
    assert found.totals.tolist() == pytest.approx(expected)
    assert (found.first, found.last) == pytest.approx((3 * light, (1 + 2 * factor**4) * light))
    assert found.gap < 1e-7  # Captum's weights are of single precision


@pytest.mark.filterwarnings("ignore:Multiple layers provided")
def test_moves_are_layer_integrated_gradients():
    """All moves replaced at once, from those on a black photo, which are none, is Captum's answer."""
    image, measure = photo(24, 32), objective("error", photo(24, 32, seed=1))
    tapped = Tapped(linear(), of_moves=True)
    theirs = LayerIntegratedGradients(lambda x: measure(tapped(x)), list(tapped.taps[1:])).attribute(
        image, baselines=torch.zeros_like(image), n_steps=stages.HEADS
    )
    ours = stages.moves(tapped.network, image, measure)
    for mine, yours in zip(ours.values, theirs, strict=True):
        torch.testing.assert_close(mine, yours[0].sum(dim=0).detach())


@pytest.mark.parametrize("metric", ["error", "detail"])
def test_moves_are_complete(network, metric):
    """Whatever the network and the metric, the moves account for all that they changed."""
    drawn = sample()
    found = stages.moves(network, drawn.image, objective(metric, drawn.clean))
    assert found.totals.shape == (network.depth,)
    assert found.gap < 0.02


def test_conductance_of_a_linear_network():
    """All but the photo's own share passes x, at every k; operators and multiplier carry nothing."""
    image, baseline, factor = photo(24, 32), photo(24, 32, seed=1), 1 - 0.5 * (0.3 - 0.5)
    path = paths.straight(baseline, image, 2)
    found = last(stages.conductance(linear(), path, objective("light")))
    light = (objective("light")(image) - objective("light")(baseline)).item()
    assert found.change == pytest.approx(light * (1 + 2 * factor**4))
    assert found.values["x"].tolist() == pytest.approx([2 * factor**4 * light] * 5)
    assert found.by.tolist() == pytest.approx([light] * 5)
    assert not found.values["operators"].any()
    assert not found.values["multiplier"].any()
    torch.testing.assert_close(found.maps.sum(dim=(1, 2)), found.values["x"])


def test_conductance_is_captum_both_ways(networks):
    """Captum takes slopes at the start of each chord; taken there and back, their mean is the trapezoid."""
    drawn, network = sample(height=16, width=20), networks["interir"]
    measure, tapped = objective("error", drawn.clean), Tapped(networks["interir"])
    path = paths.straight(drawn.clean, drawn.image, 4)
    ours = last(stages.conductance(network, path, measure))

    def one_way(k, start, end):
        layer = LayerConductance(lambda image: measure(tapped(image)), tapped.taps[k])
        found = layer.attribute(end, baselines=start, n_steps=4, method="riemann_trapezoid")
        return found.detach()[0].sum(dim=0)

    for k in (0, 1, network.depth):
        there, back = one_way(k, drawn.clean, drawn.image), one_way(k, drawn.image, drawn.clean)
        torch.testing.assert_close(ours.maps[k], (there - back) / 2)


def test_a_state_and_the_photo_carry_everything(networks):
    """After the last iteration only x is read; before it, all carriers are at work."""
    drawn, network = sample(height=16, width=20), networks["deepsn"]
    path = paths.straight(drawn.clean, drawn.image, 4)
    found = list(stages.conductance(network, path, objective("light")))
    assert [each.done for each in found] == list(range(1, 5))
    amounts = found[-1].values
    assert amounts["operators"][-1] == amounts["multiplier"][-1] == 0
    assert all(amounts[name][0] != 0 for name in stages.CARRIERS)
    skip = (objective("light")(drawn.image) - objective("light")(drawn.clean)).item()
    assert found[-1].by[-1].item() == pytest.approx(skip, abs=0.02 * abs(found[-1].change))
