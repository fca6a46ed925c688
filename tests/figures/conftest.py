"""A folder with two photos, one of a hard name, and the weights of two tiny networks."""

import pytest
import torch

import interir
from tests.embedding.support import save_photos
from tests.helpers import randomise

HARD = "50% & more_$x$ #1 {a}~^ 雨天.png"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Tests must leave it as it is."""
    made = save_photos(tmp_path_factory.mktemp("figures") / "given", 2, size=40)
    (made / "photo1.png").rename(made / HARD)
    tiny = {"ours": ("interir-small", {"width": 8, "blocks": 2}), "theirs": ("deepsn-small", {"depth": 2})}
    for name, (configuration, overrides) in tiny.items():
        with torch.random.fork_rng():
            network = randomise(interir.create(configuration, **overrides).eval(), seed=1)
        interir.save(network, made / f"{name}.safetensors")
    return made
