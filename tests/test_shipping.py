"""Weights in half the bytes, what a run gives to the package, and the null models of weights."""

import sys

import pytest
import torch
from safetensors.torch import load_file

import interir
from interir import CheckpointError, card, nulls, ship, weights
from interir.training import Recipe, Trainer
from tests.helpers import assert_same_bits, photo

CONFIG = interir.InterIRConfig(width=8, down=4, blocks=1)


@pytest.fixture
def run(tmp_path):
    """What a finished run leaves: its weights, those of an early moment, and their provenance."""
    trainer = Trainer(CONFIG, Recipe(steps=1, seed=5), "cpu")
    facts = {"recipe": {"seed": 5, "source": "two photos"}, "steps": 1, "patches": 8}
    for stem in ("weights", "early"):
        weights.save(trainer.network, tmp_path / "run" / f"{stem}.safetensors", facts)
        with torch.no_grad():
            trainer.network.last.size += 1
    return tmp_path / "run"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A package of its own to ship into."""
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path / "assets")
    return tmp_path / "assets"


def test_half_loads_as_float32(tmp_path):
    """Half the bytes; every weight is the nearest float16, in float32; counters stay whole numbers."""
    network = interir.create("deepsn-small", depth=2).eval()
    weights.save(network, tmp_path / "full.safetensors")
    weights.save(network, tmp_path / "half.safetensors", half=True)
    full, half = ((tmp_path / f"{name}.safetensors").stat().st_size for name in ("full", "half"))
    assert half < 0.55 * full
    loaded = interir.load(tmp_path / "half.safetensors").state_dict()
    for name, tensor in network.state_dict().items():
        assert loaded[name].dtype == tensor.dtype
        expected = tensor.half().float() if tensor.is_floating_point() else tensor
        assert torch.equal(loaded[name], expected)


def test_half_refuses_what_it_cannot_hold(tmp_path):
    """A weight beyond 65504 would come back as infinity."""
    network = interir.create("interir-small", width=8, blocks=1)
    with torch.no_grad():
        network.last.size.fill_(7e4)
    with pytest.raises(ValueError, match=r"last\.size holds 70000; float16 ends at 65504"):
        weights.save(network, tmp_path / "half.safetensors", half=True)


def test_annotation_keeps_the_tensors(tmp_path):
    """Facts are added, the weights stay what they were, in the type they were."""
    path = tmp_path / "half.safetensors"
    weights.save(interir.create("interir-small", width=8, blocks=1), path, {"seed": 1}, half=True)
    before = load_file(path)
    weights.annotate(path, scores={"photos": 3})
    after = load_file(path)
    assert weights.read(path).provenance == {"seed": 1, "scores": {"photos": 3}}
    assert {n: t.dtype for n, t in after.items()} == {n: t.dtype for n, t in before.items()}
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_shipped_run(run, folder, monkeypatch, capsys):
    """The command writes both files; only the final weights are offered by name."""
    monkeypatch.setattr(sys, "argv", ["ship", str(run), "net"])
    ship.main()
    assert capsys.readouterr().out.count(" MB ") == 2
    assert weights.shipped() == ["net"]
    final, start = interir.load("net"), nulls.early("net")
    assert final.last.size.item() != start.last.size.item()
    assert weights.read(folder / "early" / "net.safetensors").provenance["recipe"]["seed"] == 5


def test_run_without_early_weights(run, folder, monkeypatch):
    """What is missing is said."""
    (run / "early.safetensors").unlink()
    monkeypatch.setattr(sys, "argv", ["ship", str(run), "net"])
    with pytest.raises(SystemExit, match=r"early\.safetensors is neither a file nor shipped"):
        ship.main()


def test_untrained_is_where_training_started(run):
    """Bit for bit the network before the first step; the global generator is left alone."""
    torch.manual_seed(99)
    before = torch.get_rng_state()
    start = nulls.untrained(run / "weights.safetensors")
    assert torch.equal(torch.get_rng_state(), before)
    assert_same_bits(start(photo(9, 8, dtype=torch.float32)), first(photo(9, 8, dtype=torch.float32)))


def first(image):
    with torch.inference_mode():
        return Trainer(CONFIG, Recipe(steps=1, seed=5), "cpu").network.eval()(image)


def test_untrained_needs_a_seed(tmp_path):
    """Weights of unknown origin have no known start."""
    weights.save(interir.create("interir-small", width=8, blocks=1), tmp_path / "net.safetensors")
    with pytest.raises(CheckpointError, match="does not say the seed"):
        nulls.untrained(tmp_path / "net.safetensors")


def test_card(run, folder):
    """Each file with its size, hash, budget, scores and the interval of its gain."""
    ship.ship(run, "net")
    pair = {column: [20.0, 0.5] for column in (*interir.degrade.COMBINATIONS, "mean")}
    gain = {column: [2.0, 1.5, 2.5] for column in pair}
    facts = {"photos": 3, "folder": "val", "input": pair, "network": pair, "gain": gain}
    assert "Not evaluated yet." in card.card()
    weights.annotate(folder / "net.safetensors", scores=facts)
    text = card.card()
    assert "+2.00 [+1.50, +2.50]" in text
    assert "two photos" in text
    assert weights.digest(folder / "net.safetensors") in text
