"""Clean photos and networks in files."""

import pytest
import torch

import interir
from tests.evaluate.support import save
from tests.helpers import photo


@pytest.fixture
def clean(tmp_path):
    """Two clean photos of 16 x 13 px."""
    for seed, name in enumerate(["cat", "old_dog"]):
        save(tmp_path / "clean" / f"{name}.png", photo(13, 16, seed=seed))
    return tmp_path / "clean"


@pytest.fixture
def nets(tmp_path):
    """Two tiny networks in files, with an underscore in a name."""
    files = [tmp_path / "net_a.safetensors", tmp_path / "net_b.safetensors"]
    for seed, file in enumerate(files):
        torch.manual_seed(seed)
        interir.save(interir.create("interir-small", width=8, blocks=1), file, {"seed": seed})
    return files
