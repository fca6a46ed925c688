"""The command: arrays and a manifest of all methods, rewritten as it goes."""

import json

import numpy as np
import pytest
from PIL import Image as PILImage

import interir
from analysis.attribution.__main__ import main
from interir.data import to_bytes
from tests.helpers import photo, randomise

METHODS = {"saliency", "ig", "lam", "occlusion", "cem", "moves", "conductance"}


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A folder of two photos, the weights of a small network, and the options that name them."""
    folder = tmp_path_factory.mktemp("photos")
    for i in range(2):
        pixels = to_bytes(photo(24, 28, seed=i)[0]).permute(1, 2, 0).numpy()
        PILImage.fromarray(pixels).save(folder / f"{i}.png")
    network = randomise(interir.create("interir-small", width=8, blocks=1).eval())
    interir.save(network, folder / "w.safetensors")
    return ["--weights", str(folder / "w.safetensors"), "--data", str(folder), "--side", "24"]


def test_everything(given, tmp_path):
    """A map per method, and the numbers beside it."""
    out = tmp_path / "o.npz"
    few = ["--steps", "2", "--block", "12", "--combination", "R", "H", "--limit", "1"]
    assert main([*given, *few, "--out", str(out)]) == 0
    with np.load(out) as file:
        arrays = dict(file)
    manifest = json.loads(arrays.pop("manifest").item())
    assert set(arrays) == {f"0/{name}/{method}" for name in ("R", "H") for method in METHODS}
    assert arrays["0/R/lam"].shape == (24, 24)
    assert arrays["0/R/cem"].shape == (2, 2)
    assert arrays["0/R/moves"].shape == (2, 6, 6)
    assert arrays["0/R/conductance"].shape == (3, 6, 6)
    assert (manifest["metric"], manifest["steps"], manifest["photos"]) == ("error", 2, 1)
    _, haze = manifest["entries"]
    assert (haze["combination"], haze["region"]) == ("H", "6,6,12,12")
    assert haze["shapley"]["rain"] == 0 != haze["shapley"]["haze"]
    assert haze["maps"]["saliency"]["gap"] is None
    assert haze["maps"]["saliency"]["sensitivity"] > 0
    total = arrays["0/H/ig"].sum()
    change, gap = (haze["maps"]["ig"][key] for key in ("change", "gap"))
    assert abs(total - change) / abs(change) == pytest.approx(gap, rel=1e-3)


def test_refusals(given, tmp_path, capsys):
    """A region outside the photo is a sentence, not a trace."""
    out = str(tmp_path / "o.npz")
    assert main([*given, "--region", "0,0,99,99", "--combination", "R", "--out", out]) == 2
    assert "leaves the photo of 24 x 24 px" in capsys.readouterr().err
