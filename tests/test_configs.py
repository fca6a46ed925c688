"""Named configurations have the sizes they claim, and can be written down and read again."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import interir
from interir import configs


def parameters(model):
    return sum(p.numel() for p in model.parameters())


@torch.no_grad()
def test_paper_configuration_has_table_8s_size():
    """27 M parameters within 5 % and 22 GMACs within 10 % at 3 x 256 x 256 (Table 8)."""
    with torch.device("meta"):
        model, image = interir.create("interir-paper"), torch.empty(1, 3, 256, 256)
    with FlopCounterMode(display=False) as counter:
        model(image)
    assert parameters(model) == pytest.approx(27e6, rel=0.05)
    assert counter.get_total_flops() / 2 == pytest.approx(22e9, rel=0.1)
    assert model.depth == 17  # 16 IPBlocks and a last RESM


def test_small_configuration_is_small():
    """At most 6 M parameters and at least 8 iterations."""
    with torch.device("meta"):
        model = interir.create("interir-small")
    assert parameters(model) <= 6e6
    assert model.depth >= 8


def test_explainable_block_counts():
    """An EPBlock of width c has 7c² + 35c parameters, as its docstring says."""
    for c in (8, 20):
        assert parameters(interir.blocks.EPBlock(c, "block")) == 7 * c**2 + 35 * c


@pytest.mark.parametrize("name", configs.NAMED)
def test_dictionary_round_trip(name):
    """from_dict is the inverse of to_dict."""
    config = configs.NAMED[name]
    values = configs.to_dict(config)
    assert configs.from_dict(values) == config
    assert values["family"] == name.split("-")[0]


@pytest.mark.parametrize("values", [{}, {"family": "resnet"}, {"family": "interir", "depth": 3}], ids=str)
def test_unknown_family_or_field_in_a_dictionary(values):
    """from_dict names what it does not know."""
    with pytest.raises(ValueError, match=r"family is|not a configuration of interir"):
        configs.from_dict(values)


def test_create_takes_overrides():
    """Overrides replace fields; the named configuration stays as it is."""
    model = interir.create("interir-small", width=8, blocks=1)
    assert model.config == interir.InterIRConfig(width=8, down=4, blocks=1)
    assert configs.NAMED["interir-small"].width == 64


def test_create_with_unknown_name_or_field():
    """An unknown name is answered with the names there are; an unknown field is a `TypeError`."""
    with pytest.raises(KeyError, match=r"'interir-big'; there are interir-paper, .*deepsn-small"):
        interir.create("interir-big")
    with pytest.raises(TypeError, match="colour"):
        interir.create("interir-small", colour=3)


@torch.no_grad()
def test_same_seed_same_network():
    """Weights are drawn from torch's global generator: the same seed gives the same network."""
    states = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        states.append(interir.create("interir-small", width=8, blocks=1).state_dict())
    first, same, other = states
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["encoder.1.weight"], other["encoder.1.weight"])
