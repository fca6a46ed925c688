"""Recipes gather what the networks and files say, and nothing else."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch
from PIL import Image

import interir
from analysis.figures.books import LedgerRecipe
from analysis.figures.convolutions import ConvolutionsRecipe
from analysis.figures.curves import CurvesRecipe, intervals
from analysis.figures.errors import FigureError
from analysis.figures.grid import GridRecipe
from analysis.figures.heat import HeatRecipe
from analysis.figures.inputs import Inputs
from analysis.figures.maps import MapsRecipe
from analysis.figures.operators import OperatorsRecipe
from analysis.figures.pictures import detailed, nice
from analysis.figures.presets import PRESETS
from analysis.figures.strip import StripRecipe
from analysis.interventions.effects import Cell, psnr
from interir import degrade, testsets
from interir.bootstrap import Interval
from interir.data import to_bytes
from interir.tables import finite
from tests.figures.support import save_bank

LEVELS = {"haze": 60.0, "rain": 90.0, "noise": 10.0, "seed": 3}
ON = {"photo": "photo0.png", "weights": "ours.safetensors", **LEVELS}


@pytest.fixture
def inputs(folder):
    return Inputs([folder])


@pytest.fixture
def pair(folder):
    """The degraded photo, rounded as a file is, and the clean one."""
    clean = testsets.read(folder / "photo0.png")
    strengths = {name: LEVELS[name] for name in ("haze", "rain", "noise")}
    levels = degrade.uniform_levels(clean, **strengths)
    sample = degrade.degrade(clean, levels, generator=torch.Generator().manual_seed(3))
    return testsets.eight_bits(sample.image), clean


@pytest.fixture
def network(folder):
    return interir.load(folder / "ours.safetensors")


def bytes_of(image):
    return to_bytes(image[0]).permute(1, 2, 0).numpy()


@torch.inference_mode()
def test_strip(inputs, pair, network):
    """Input, chosen estimates, clean; pixels and dB as the network's own."""
    image, clean = pair
    strip = StripRecipe(**ON, ks=(0, network.depth)).gather(inputs)
    assert [panel.label for panel in strip.panels] == [
        "input $y$",
        "$k = 0$",
        f"$k = {network.depth}$",
        "clean",
    ]
    restored = network(image)
    for panel, wanted in zip(strip.panels, (image, None, restored, clean), strict=True):
        if wanted is not None:
            assert np.array_equal(panel.pixels, bytes_of(wanted))
    assert [panel.psnr for panel in strip.panels[::2]] == [psnr(image, clean), psnr(restored, clean)]
    assert strip.panels[-1].psnr is None
    assert all(
        words in strip.caption()
        for words in ("haze 60, rain 90, noise 10", "seed 3", inputs.weights["ours.safetensors"])
    )


def test_a_photo_as_it_is(inputs, folder):
    """At levels of 0 nothing is added, no clean photo is known, and no PSNR is claimed."""
    strip = StripRecipe(photo="photo0.png", weights="ours.safetensors", haze=0.0, rain=0.0, noise=0.0).gather(
        inputs
    )
    assert np.array_equal(strip.panels[0].pixels, np.asarray(Image.open(folder / "photo0.png")))
    assert all(panel.psnr is None for panel in strip.panels)
    assert strip.panels[-1].label != "clean"
    assert "PSNR" not in strip.caption()


def test_licences_are_kept(inputs):
    """A bundled photo under CC BY is credited in the caption, others are not."""
    assert inputs.credit("china.jpg") == " (photo: danielbuechele, Flickr, CC BY 2.0, changed)"
    assert inputs.credit("astronaut.png") == inputs.credit("photo0.png") == ""


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (StripRecipe(**ON, ks=(99,)), "iterations 99"),
        (StripRecipe(**ON, crops=((1000, 0),)), "leaves the photo"),
        (StripRecipe(**ON, crops=((-1, 0),)), "leaves the photo"),
        (StripRecipe(**ON, insets=9), "9 crops"),
        (OperatorsRecipe(**ON, channel=999), "channel 999"),
        (OperatorsRecipe(**{**ON, "weights": "theirs.safetensors"}), "has no operators"),
        (ConvolutionsRecipe(**ON, module="nose"), "no explainable convolution 'nose'"),
        (ConvolutionsRecipe(**{**ON, "weights": "theirs.safetensors"}), "no explainable convolution"),
        (
            GridRecipe(photos=("photo0.png",), weights=("ours.safetensors",), combinations=("Q",)),
            "no combination",
        ),
        (GridRecipe(photos=(), weights=("ours.safetensors",)), "needs a photo"),
        (CurvesRecipe(photos=("photo0.png",), weights=("ours.safetensors",)), "two photos"),
        (HeatRecipe(file="photo0.png"), "holds no cells"),
        (MapsRecipe(bank="photo0.png"), "not a readable bank"),
    ],
)
def test_refusals(recipe, words, inputs):
    """What makes no sense is refused by a sentence."""
    with pytest.raises(FigureError, match=words):
        recipe.gather(inputs)


@torch.inference_mode()
def test_operators(inputs, pair, network):
    """The matrices are the trace's, the quantiles and effective ranks those of its spectra."""
    trace = network.trace(pair[0])
    found = OperatorsRecipe(**ON, ks=(1, 2), channel=3).gather(inputs)
    for i, name in enumerate(("a1", "a2")):
        a = getattr(trace[2].state, name)[0]
        assert np.array_equal(found.matrices[i][1], a[3].numpy())
        values = torch.linalg.svdvals(a)
        np.testing.assert_allclose(found.values[i][1], np.median(values.numpy(), axis=0), rtol=1e-3)
        share = values / values.sum(dim=1, keepdim=True)
        rank = torch.special.entr(share).sum(dim=1).exp().numpy()
        assert found.ranks[i, 2, 1] == pytest.approx(np.median(rank), rel=1e-3)


@torch.inference_mode()
def test_convolutions(inputs, pair, network):
    """Every row is the trace's record of the module; W̃ is W times the modulation."""
    trace = network.trace(pair[0])
    record = next(c for c in trace[1].convolutions if c.kernel.shape[-1] > 1)
    found = ConvolutionsRecipe(**ON, ks=(1, 2), channel=5).gather(inputs)
    assert record.name.replace("_", r"\_") in found.sentence
    row = found.rows[0]
    assert np.array_equal(row.mask, record.mask[0, 5].numpy())
    assert np.array_equal(row.modulation, record.modulation[0, 5].numpy())
    assert np.array_equal(row.kernel, record.kernel[5, 0].numpy())
    assert row.pooled.mean() == pytest.approx(row.mask.mean(), abs=0.1)


def test_ledger(inputs):
    """Shares add up to 1, and what is gone at N to what all terms took."""
    books = LedgerRecipe(**ON).gather(inputs)
    assert books.shares.sum() == pytest.approx(1, abs=1e-4)
    assert set(books.removed) == {"rain", "haze", "noise"}
    for name, share in books.gone().items():
        assert share[-1] == pytest.approx(books.removed[name].sum(), abs=1e-4)
        assert share[0] == pytest.approx(books.removed[name][0], abs=1e-5)


@torch.inference_mode()
def test_grid(inputs, folder, network):
    """Photo i under combination j has the seed of an evaluation; the networks stand in the order given."""
    weights = ("theirs.safetensors", "ours.safetensors")
    recipe = GridRecipe(photos=("photo0.png",), combinations=("H", "R+N"), weights=weights, seed=5)
    grid = recipe.gather(inputs)
    assert grid.methods == ("input $y$", "DeepSN-Net", "InterIR", "clean")
    assert [case.combination for case in grid.cases] == ["H", "R+N"]
    clean = testsets.read(folder / "photo0.png")
    levels = degrade.uniform_levels(clean, rain=recipe.rain, noise=recipe.noise)
    seed = testsets.seed_of(0, degrade.COMBINATIONS.index("R+N"), 5)
    sample = degrade.degrade(clean, levels, generator=torch.Generator().manual_seed(seed))
    image = testsets.eight_bits(sample.image)
    assert np.array_equal(grid.cases[1].panels[0].pixels, bytes_of(image))
    assert np.array_equal(grid.cases[1].panels[2].pixels, bytes_of(network(image)))


def test_curves(inputs):
    """Gains are over the degraded photo, whose own gain is 0; a constant has no interval."""
    recipe = CurvesRecipe(
        photos=("photo0.png", "photo0.png"), combinations=("N",), side=24, weights=("ours.safetensors",)
    )
    found = recipe.gather(inputs)
    (values,) = found.gains["N"]
    strip = StripRecipe(photo="photo0.png", weights="ours.safetensors").gather(inputs)
    assert values.shape == (2, strip.depth + 1)
    assert "too narrow to be trusted" in found.caption()
    same = intervals(np.full((5, 3), 2.0))
    assert all(each == Interval(2, 2, 2) for each in same)
    (known,) = intervals(np.arange(20.0)[:, None])
    assert known.mean == 9.5
    assert known.low < 8 < 11 < known.high


def test_heat_map_reads_what_interventions_write(tmp_path):
    """Through the file and back; NaN ends become None there."""
    cells = [
        Cell("skip@1", "H", 2, Interval(-1.5, -2, -1), float("nan")),
        Cell("skip@1", "R", 2, Interval(0.5, float("nan"), float("nan")), 0.2),
    ]
    rows = [asdict(cell) for cell in cells]
    facts = {"weights": "abc", "data": "a_b", "photos": 2, "cells": finite(rows)}
    (tmp_path / "h.json").write_text(json.dumps(facts))
    heat = HeatRecipe(file="h.json").gather(Inputs([tmp_path]))
    assert np.array_equal(heat.values(), [[-1.5, 0.5]])
    assert heat.axes() == (["skip@1"], ["H", "R"])
    assert r"a\_b" in heat.caption()
    texts = {t.get_text(): t.get_fontweight() for t in heat.figure(PRESETS["eccv"]).axes[0].texts}
    assert texts == {"−1.50": "bold", "+0.50": "normal"}


def test_embeddings_are_the_banks_own(tmp_path):
    """Points and scores of the last k as stored; nothing is fitted, and shuffled labels stay out."""
    points, rows = save_bank(tmp_path)
    inputs = Inputs([tmp_path])
    found = MapsRecipe(bank="bank.npz").gather(inputs)
    (shown,) = found.maps
    assert (shown.title, shown.k) == ("InterIR", 2)
    np.testing.assert_allclose(shown.points, points[2], rtol=1e-3)
    purity = [row.measures["purity"].mean for row in rows]
    assert shown.measures["purity"].mean == pytest.approx(purity[3], rel=1e-4)
    assert [each.mean for each in found.curves["ours"][1]] == pytest.approx(purity[1:4], rel=1e-4)
    assert found.curves["pixels"][0] == []
    assert set(inputs.hashes()) == {"bank.npz", "bank.json"}
    assert r"some\_photos" in found.caption()
    with pytest.raises(FigureError, match="iterations 0 to 2, not 7"):
        MapsRecipe(bank="bank.npz", k=7).gather(inputs)


def test_close_ups_go_where_the_detail_is():
    """A photo that is plain but for one corner; the second window does not overlap the first."""
    pixels = np.full((60, 80, 3), 128, np.uint8)
    pixels[40:55, 50:70] = np.random.default_rng(0).integers(0, 256, (15, 20, 3))
    first, second = detailed(pixels, (15, 20), 2)
    assert abs(first.x - 50) <= 2
    assert abs(first.y - 40) <= 2
    assert abs(first.x - second.x) >= 20 or abs(first.y - second.y) >= 15
    assert [nice(v) for v in (0.3, 1, 1.5, 30, 50.1)] == [1, 1, 2, 50, 100]
