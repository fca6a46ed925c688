"""A bank of six small photos in two tiny networks, built once by the command."""

import pytest
import torch

import interir
from analysis.embedding import __main__ as command
from analysis.embedding import bank as banks
from tests.embedding.support import save_photos
from tests.helpers import randomise

PHOTOS = 6


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder in which the command was run: photos, weights, ``bank.npz`` and ``bank.json``."""
    folder = tmp_path_factory.mktemp("embedding")
    save_photos(folder / "photos", PHOTOS)
    tiny = {"ours": ("interir-small", {"width": 8, "blocks": 1}), "theirs": ("deepsn-small", {"depth": 2})}
    for name, (configuration, overrides) in tiny.items():
        network = randomise(interir.create(configuration, **overrides).eval(), seed=1)
        interir.save(network, folder / f"{name}.safetensors")
    arguments = ["--data", folder / "photos", "--out", folder / "bank.npz", "--side", "24", "--workers", "2"]
    weights = [folder / "ours.safetensors", folder / "theirs.safetensors"]
    threads = torch.get_num_threads()
    assert command.main([str(each) for each in [*arguments, "--weights", *weights]]) == 0
    torch.set_num_threads(threads)
    return folder


@pytest.fixture(scope="session")
def bank(built):
    """The built bank, read back; tests must leave it as it is."""
    return banks.load(built / "bank.npz")
