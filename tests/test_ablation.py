"""The networks between the two ends of Table 4, and the command that trains and scores them."""

import sys
from dataclasses import asdict, replace

import pytest
import torch
from PIL import Image as PILImage

import interir
from interir import ablation, configs, weights
from interir.blocks import EPBlock
from interir.hybrid import UniformConv2d
from interir.scores import Score
from tests.helpers import assert_same_bits, generator

PARTS = ("resm", "updates", "explain")


def hybrid(seed=0, **parts):
    """A small network with the given parts of InterIR, its learned scales not at their zeros."""
    torch.manual_seed(seed)
    network = configs.build(configs.HybridConfig(**asdict(replace(ablation.SMALL, depth=2)), **parts))
    for module in network.modules():
        if isinstance(module, EPBlock):
            torch.nn.init.normal_(module.scale1)
            torch.nn.init.normal_(module.scale2)
    return network.eval()


def photo(height=20, width=24):
    return torch.rand(1, 3, height, width, generator=generator(1))


def test_without_parts_it_is_the_baseline():
    """No part exchanged: the very network of DeepSN-Net."""
    torch.manual_seed(0)
    baseline = configs.build(replace(ablation.SMALL, depth=2)).eval()
    assert_same_bits(hybrid()(photo()), baseline(photo()))


@pytest.mark.parametrize("part", PARTS)
def test_each_part_changes_the_network(part):
    """A row of the table is another network, trains, and keeps the contract."""
    network = hybrid(**{part: True})
    assert not torch.equal(network(photo()), hybrid()(photo()))
    trace = network.trace(photo())
    assert_same_bits(network.decode(trace[2].state.x, trace.observation), network(photo()))
    network.train()(photo()).square().mean().backward()
    moved = [name for name, p in network.named_parameters() if p.grad is not None and p.grad.any()]
    inside = {"resm": "gains_direction", "updates": "factors", "explain": "threshold"}[part]
    assert any(inside in name for name in moved)


@pytest.mark.parametrize("part", PARTS)
def test_weights_come_back(tmp_path, part):
    """Saved and loaded by their header alone, like those of any other network."""
    network = hybrid(**{part: True})
    weights.save(network, tmp_path / "w.safetensors")
    assert_same_bits(interir.load(tmp_path / "w.safetensors")(photo()), network(photo()))


def test_exchanged_modules_convolve_ordinarily():
    """In a RESM or DMUM of the ablation the depthwise convolution is `nn.Conv2d`'s, whatever the mask."""
    network = hybrid(resm=True, updates=True)
    found = [module for module in network.modules() if isinstance(module, UniformConv2d)]
    assert len(found) == 2 * 3 + 2  # three in each RESM, one in a DMUM and one in a MUM
    conv, x = found[0], torch.randn(2, found[0].in_channels, 9, 7, generator=generator(2))
    ordinary = torch.nn.functional.conv2d(x, conv.weight, conv.bias, padding=1, groups=conv.groups)
    torch.testing.assert_close(conv(x), ordinary)
    explainable = interir.ExplainableConv2d.from_conv(conv)
    assert not torch.allclose(explainable(x), ordinary)


def test_seeds_are_averaged_before_photos_are_drawn():
    """A photo's score is its mean over seeds; the interval then knows photos only."""
    seeds = [[Score("interir", "R", p, psnr + s, 0.5) for p, psnr in (("a", 20), ("b", 22))] for s in (0, 1)]
    assert [(s.photo, s.psnr) for s in ablation.averaged(seeds)] == [("a", 20.5), ("b", 22.5)]


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Run the command on two small photos; its options beside them."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(2):
        pixels = torch.randint(256, (36, 40, 3), generator=generator(i)).to(torch.uint8).numpy()
        PILImage.fromarray(pixels).save(photos / f"{i}.png")
    shrunk = {name: replace(c, depth=2) for name, c in ablation.VARIANTS.items() if hasattr(c, "depth")}
    end = interir.InterIRConfig(width=8, down=4, blocks=1)
    monkeypatch.setattr(ablation, "VARIANTS", {**shrunk, "interir": end})
    line = ["ablation", "--data", photos, "--val", photos, "--out", tmp_path / "runs", "--device", "cpu"]
    line += ["--steps", "1", "--batch", "2", "--patch", "16", "--seeds", "2", "--threads", "1"]

    def run(*options):
        monkeypatch.setattr(sys, "argv", [str(word) for word in (*line, *options)])
        ablation.main()

    return run


def test_command_trains_scores_and_prints(command, capsys, tmp_path):
    """Shared between two calls; the second prints all rows, the published gains beside ours."""
    command("--only", "deepsn", "deepsn+explain")
    first = capsys.readouterr().out
    assert "| deepsn+explain |" in first
    assert "| interir |" not in first
    command()
    rows = capsys.readouterr().out.split("| interir |")
    assert "+1.11" in rows[1]
    assert " ± " in rows[1]
    assert len(list((tmp_path / "runs").glob("*/scores.json"))) == 7


def test_finished_runs_are_not_done_again(command, capsys, tmp_path):
    """The second call of the same line only prints."""
    command("--only", "interir")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")}
    capsys.readouterr()
    command("--only", "interir")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.safetensors")} == before
    assert "step" not in capsys.readouterr().out
