"""`explain` swaps every k x k convolution for its explainable twin, and touches nothing else."""

import copy

import pytest
import torch
from torch import nn

import interir
from tests.helpers import normal, photo


class Halved(nn.Conv2d):
    """A subclass with a forward of its own."""

    def forward(self, x):
        return super().forward(x) / 2


def make_network():
    """Convolutions of many kinds, nested."""
    inner = nn.Sequential(nn.Conv2d(6, 6, (3, 1), padding="same", groups=6, bias=False), nn.Conv2d(6, 4, 1))
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1, padding_mode="reflect"),
        nn.ReLU(),
        nn.ModuleDict({"block": inner})["block"],
        Halved(4, 4, 3, padding=1),
        nn.Conv2d(4, 5, 5, stride=2, dilation=2, padding=4),
    ).double()


def kinds(module):
    return {name: type(m) for name, m in module.named_modules() if isinstance(m, nn.Conv2d)}


def test_swaps_every_large_convolution():
    """k x k becomes explainable wherever it is nested; 1 x 1 and subclasses stay what they are."""
    twin, new = interir.explain(make_network()), interir.ExplainableConv2d
    assert kinds(twin) == {"0": new, "2.0": new, "2.1": nn.Conv2d, "3": Halved, "4": new}
    assert [m.name for m in twin.modules() if isinstance(m, new)] == ["0", "2.0", "4"]


def test_original_is_untouched():
    """The network handed in keeps its convolutions and its numbers, and shares none with its twin."""
    network = make_network()
    before_kinds, before = kinds(network), copy.deepcopy(network.state_dict())
    twin = interir.explain(network)
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.zero_()
    assert kinds(network) == before_kinds
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])


def test_weights_are_kept():
    """The twin's weights are the original's; only thresholds, of 0, are new."""
    network = make_network()
    twin, before = interir.explain(network).state_dict(), network.state_dict()
    new = twin.keys() - before.keys()
    assert new == {"0.threshold", "2.0.threshold", "4.threshold"}
    assert not any(twin[name].any() for name in new)
    for name, value in before.items():
        assert torch.equal(twin[name], value)


@torch.no_grad()
def test_uniform_twin_computes_the_same(monkeypatch):
    """With uniform modulation the copy computes what the module did, bit for bit."""
    network = make_network()
    for parameter in network.parameters():  # whole numbers, whose sums are exact in any order
        parameter.mul_(9).round_()
    twin, x = interir.explain(network), normal(2, 3, 13, 11).mul(9).round()
    assert (twin(x) - network(x)).abs().max() > 1e-4
    monkeypatch.setattr(interir.explainable, "modulate", lambda pooled, literal: torch.ones_like(pooled))
    assert torch.equal(twin(x), network(x))


def test_module_that_is_a_convolution():
    """A convolution by itself gives its twin, with all of its settings."""
    conv = nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2, bias=False, padding_mode="circular").double()
    twin = interir.explain(conv.eval(), literal=True)
    assert type(twin) is interir.ExplainableConv2d
    settings = ("stride", "padding", "dilation", "groups", "bias", "padding_mode", "training")
    assert [getattr(twin, name) for name in settings] == [getattr(conv, name) for name in settings]
    assert twin.literal
    assert torch.equal(twin.weight, conv.weight)
    assert twin.weight is not conv.weight
    assert type(conv) is nn.Conv2d


@pytest.mark.parametrize("module", [nn.Conv2d(3, 4, 1), Halved(3, 4, 3), nn.ReLU()], ids=str)
def test_module_with_nothing_to_swap(module):
    """A 1 x 1 convolution, a subclass and a module without convolutions keep their type."""
    assert type(interir.explain(module)) is type(module)


def test_shared_convolution_is_swapped_everywhere():
    """A convolution used in two places becomes one twin used in both."""
    conv = nn.Conv2d(3, 3, 3)
    twin = interir.explain(nn.Sequential(conv, nn.ReLU(), conv))
    assert type(twin[0]) is interir.ExplainableConv2d
    assert twin[2] is twin[0]


@torch.no_grad()
def test_explained_twin_in_its_own_dtype():
    """The twin of a network in half precision runs in half precision."""
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 3, 1)).bfloat16()
    x = photo(9, 9, dtype=torch.float32).bfloat16()
    assert interir.explain(network)(x).dtype == torch.bfloat16


@torch.no_grad()
def test_the_baseline_can_be_explained(networks):
    """Table 5: DeepSN-Net with explainable convolutions still has a trace, and another output."""
    model, image = networks["deepsn-small"], photo(9, 14)
    twin = interir.explain(model)
    trace = twin.trace(image)
    assert torch.equal(twin(image), twin.decode(trace[-1].state.x, trace.observation))
    assert (twin(image) - model(image)).abs().max() > 1e-4
