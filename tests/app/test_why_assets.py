"""What was measured over sets is shown for its own weights only, and else says how to measure it."""

import json

import pytest
import torch

from analysis import bound, lens
from analysis.interventions import ordinary
from app import jobs
from app.photos import Photo
from app.runs import finish
from app.why import assets, interventions
from app.why import lens as lenses
from tests.app.conftest import tiny_network
from tests.helpers import photo

HERE = "0" * 12
"""The digest of the tiny networks' weights."""


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """The folder of assets, empty."""
    monkeypatch.setattr(bound, "SHIPPED", tmp_path)
    return tmp_path


@pytest.fixture
def run():
    """A run of its own: what is asked of it is kept with it."""
    clean = photo(24, 32, dtype=torch.float32)
    return finish(tiny_network("interir"), jobs.degraded(Photo(clean, "noise"), 60, 120, 15, 7), "cpu")


def test_a_command_for_each(run):
    """Every kind names its file and its weights; a file of one's own is given as such."""
    for kind in assets.COMMANDS:
        said = assets.command(run, kind)
        assert f"--out assets/why/{kind}-tiny-interir." in said
        assert "--weights FILE" in said
        assert "{" not in said


def test_absent(run, shipped):
    """A sentence with the command, in place of a trace."""
    for kind in assets.PARTS:
        assert f"python -m analysis.{kind}" in assets.over_photos(run, kind)["missing"]
    assert "python -m analysis.lens" in lenses.readings(run)["missing"]
    assert "python -m analysis.interventions.ordinary" in interventions.untouched(run)["missing"]
    assert interventions.effect(run, "skip@1")["oddity"] is None


def test_of_other_weights(run, shipped):
    """They are refused; once made anew they are there, without a restart."""
    file = assets.path(run, "convergence")
    file.write_text(json.dumps({"weights": "abc", "reduced": []}))
    assert "made on weights abc, not on 000000000000" in assets.over_photos(run, "convergence")["missing"]
    file.write_text(json.dumps({"weights": HERE, "reduced": [1], "metrics": {}, "photos": 3}))
    assert assets.over_photos(run, "convergence") == {"reduced": [1], "photos": 3}


def test_names_in_words(run, shipped):
    """The file holds short texts; the page is told what they mean."""
    cells = [{"label": label, "combination": "R"} for label in ("skip@1", "mine")]
    facts = {"weights": HERE, "cells": cells, "photos": 3}
    assets.path(run, "interventions").write_text(json.dumps(facts))
    found = assets.over_photos(run, "interventions")
    assert found["cells"] == cells
    assert found["words"] == {"skip@1": "iteration 1 skipped", "mine": "mine"}


def test_lens(run, shipped):
    """Raw and tuned estimates at every k; at the end both are the output."""
    found = lens.fit(run.network.model, [run.subject.image])
    about = {"weights": HERE, "photos": 1, "held_out": {"raw": [0.5, 0, 0], "tuned": [0.1, 0, 0]}}
    lens.save(found, assets.path(run, "lens"), about)
    read, views = lenses.readings(run), lenses.tuned(run)
    assert read["identity"]
    assert torch.equal(views.estimates[-1], run.digests[-1].estimate)
    assert read["heldOut"] == about["held_out"]
    assert read["psnr"]["raw"] == pytest.approx(run.scores["psnr"])
    assert read["distance"]["tuned"][-1] == read["distance"]["raw"][-1] == 0
    assert read["distance"]["tuned"][0] < read["distance"]["raw"][0]
    gap = (views.estimates[0] - run.digests[0].estimate).mean(dim=1)[0]
    torch.testing.assert_close(lenses.gap(run)[0], gap)


def test_oddity(run, shipped):
    """do(nothing) is as odd as the run is; what is broken is odder."""
    depth, width = run.depth + 1, 2 * run.digests[0].state.x.shape[1]
    features = torch.stack([ordinary.pooled(digest.state.x)[0] for digest in run.digests])
    near = features + 0.01 * features.abs().mean() * torch.randn(
        60, depth, width, generator=torch.Generator()
    )
    ordinary.save(ordinary.fit(near[:30], near[30:]), assets.path(run, "ordinary"), {"weights": HERE})
    plain = interventions.untouched(run)
    assert plain["photos"] == 30
    assert interventions.effect(run, "nothing")["oddity"]["times"] == pytest.approx(plain["oddity"]["times"])
    broken = interventions.effect(run, "step=50.0")["oddity"]
    assert broken["worst"] == 1
    assert broken["times"] > 10 * plain["oddity"]["times"]
