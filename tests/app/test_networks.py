"""What can be chosen: files of the command line first, each under a name of its own."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

import interir
from app.networks import Networks
from interir import configs, weights
from interir.records import Iteration, Observation, State


@pytest.fixture
def saved(tmp_path):
    """Saves a tiny network under a path, and returns it."""

    def save(relative: str) -> Path:
        path = tmp_path / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        interir.save(interir.create("interir-small", width=8, blocks=1), path, {"seed": 0})
        return path

    return save


def test_own_files_come_first(saved):
    """Then the shipped ones, InterIR before its baseline."""
    own = saved("mine.safetensors")
    names = Networks("cpu", [own]).names
    assert names[0] == "mine"
    assert [name for name in names[1:] if name.startswith("interir")] == names[1:2]


def test_files_of_one_name_are_told_apart(saved):
    """Training always writes `weights.safetensors`: the folder's name then comes before it."""
    files = [saved("first/weights.safetensors"), saved("second/weights.safetensors")]
    networks = Networks("cpu", files)
    assert networks.names[:2] == ["first/weights", "second/weights"]
    assert networks.get("first/weights").model is not networks.get("second/weights").model


def test_a_file_may_stand_in_for_shipped_weights(saved):
    """A file called as the shipped weights is opened in their place."""
    own = saved("interir-small.safetensors")
    assert Networks("cpu", [own]).get("interir-small").digest == weights.digest(own)


@dataclass(frozen=True)
class HalvingConfig:
    """Of a network that no part of the package knows."""

    depth: int = 2


class Halving(interir.UnfoldedNetwork):
    """Halves the features at every iteration."""

    title = "Halving"
    down = 1
    has_operators = False

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.scale = torch.nn.Parameter(torch.tensor(0.5))

    @property
    def depth(self):
        return self.config.depth

    def init(self, image):
        b, c, h, w = image.shape
        a1, a2 = torch.eye(h).expand(b, c, h, h), torch.eye(w).expand(b, c, w, w)
        return Observation(image, image), State(image, a1, a2, image)

    def step(self, k, observation, state):
        return Iteration(k, State(state.x * self.scale, state.a1, state.a2, state.multiplier))

    def decode(self, x, observation):
        return x


def test_a_family_of_ones_own(tmp_path, monkeypatch):
    """Registered once, a third network is saved, loaded, and opened like ours."""
    monkeypatch.setattr(configs, "_FAMILIES", dict(configs._FAMILIES))
    interir.register("halving", HalvingConfig, Halving)
    path = tmp_path / "halving.safetensors"
    interir.save(Halving(HalvingConfig(3)), path, {})
    loaded = Networks("cpu", [path]).get("halving")
    assert (loaded.title, loaded.model.depth) == ("Halving · halving", 3)
    image = torch.rand(1, 3, 5, 4)
    torch.testing.assert_close(loaded.model(image), image / 8)
