"""Scores measured apart give the table and the intervals of one evaluation."""

import json

import pytest

from interir import commands, compare


@pytest.fixture
def apart(clean, nets, tmp_path):
    """Two networks evaluated together, and each alone: three JSON files."""
    lines = {"both": [*nets], "first": [nets[0]], "second": [nets[1]]}
    for name, files in lines.items():
        out = ["--data", str(clean), "--json", str(tmp_path / f"{name}.json")]
        assert commands.main(["--weights", *map(str, files), *out]) == 0
    return tmp_path


def test_apart_is_together(apart, capsys):
    """The same table, differences and hashes, to the last digit."""
    out = apart / "merged.json"
    assert compare.main([str(apart / "first.json"), str(apart / "second.json"), "--json", str(out)]) == 0
    ours, theirs = (json.loads((apart / f"{name}.json").read_text()) for name in ("merged", "both"))
    for key in ("table", "differences", "about"):
        assert ours[key] == theirs[key]
    assert "| net_a − net_b" in capsys.readouterr().out


def test_other_photos_are_refused(apart, capsys):
    """A single input score that differs is another set of files."""
    path = apart / "second.json"
    content = json.loads(path.read_text())
    content["scores"][0]["psnr"] += 1
    path.write_text(json.dumps(content))
    assert compare.main([str(apart / "first.json"), str(path)]) == 2
    assert "the degraded photos differ" in capsys.readouterr().err


def test_one_method_twice_is_refused(apart, capsys):
    """Which of both would stand in the table?"""
    assert compare.main([str(apart / "first.json"), str(apart / "both.json")]) == 2
    assert "a method is in two files" in capsys.readouterr().err
