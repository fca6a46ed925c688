"""From a manifest to the same bytes, and words for what differs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.figures import __main__ as command
from analysis.figures.errors import FigureError
from analysis.figures.export import export
from analysis.figures.inputs import Inputs
from analysis.figures.kinds import KINDS
from analysis.figures.manifest import order
from analysis.figures.spec import FILE, RUN, form
from interir.tables import escape
from tests.figures.conftest import HARD

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = {"weights": "ours.safetensors", "ks": [0, 2], "haze": 20, "rain": 40, "noise": 0}


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    """A strip of the photo with the hard name, as files."""
    wanted = order("strip", {**PARAMETERS, "photo": str(folder / HARD)}, "cvpr-page", ("pdf", "svg"))
    out = tmp_path_factory.mktemp("made")
    for name, content in export(wanted, Inputs([folder])).items():
        (out / name).write_bytes(content)
    return out


def manifest(made):
    return next(path for path in made.glob("strip-*.json"))


def test_hard_names_survive(made):
    """In the caption, escaped; in file names, as letters and digits; in the manifest, as they are."""
    stem = manifest(made).stem
    assert stem == "strip-50-more-x-1-a-雨天"
    assert {path.name for path in made.iterdir()} == {
        *(f"{stem}.{x}" for x in ("pdf", "svg", "tex", "npz", "json")),
        HARD,
    }
    caption = (made / f"{stem}.tex").read_text(encoding="utf-8")
    assert escape(HARD.removesuffix(".png")) in caption
    assert r"50\% \& more\_\$x\$ \#1 \{a\}" in caption
    assert "XeLaTeX" in caption
    facts = json.loads(manifest(made).read_text(encoding="utf-8"))
    assert facts["parameters"]["photo"] == HARD
    assert "/" not in "".join([*facts["inputs"], *facts["weights"], *facts["files"]])


def test_the_command_makes_the_same_bytes(made, folder, tmp_path):
    """In another process with other hashes, from the folder of the figure and the weights alone."""
    line = [
        sys.executable,
        "-m",
        "analysis.figures",
        str(manifest(made)),
        "--out",
        tmp_path / "again",
        "--files",
        folder,
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The same to the byte." in done.stdout
    for path in made.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_the_command_says_what_differs(made, folder, tmp_path, capsys):
    """Other weights under the name, another version: both are named, and the files that changed."""
    facts = json.loads(manifest(made).read_text(encoding="utf-8"))
    facts["versions"]["matplotlib"] = "1.0"
    facts["weights"]["ours.safetensors"] = "0" * 12
    facts["parameters"]["seed"] = 5
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(facts), encoding="utf-8")
    assert (
        command.main([str(changed), "--out", str(tmp_path / "out"), "--files", str(made), str(folder)]) == 1
    )
    said = capsys.readouterr().out
    for words in (
        "versions: matplotlib was 1.0",
        "weights: ours.safetensors was 000000000000",
        "files: strip-",
    ):
        assert words in said
    assert "The same" not in said


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"kind": "pie"}, "no kind of figure"),
        ({"kind": "strip", "preset": "napkin"}, "no preset"),
        ({"kind": "strip", "parameters": {"colour": 1}}, "has no 'colour'"),
        ({"kind": "strip", "parameters": {"haze": "much"}}, "must be like"),
        ({"kind": "strip", "parameters": {"photo": "nowhere.png"}}, "was not found"),
        ({"kind": "strip", "parameters": {"weights": "nothing"}}, "neither a file nor shipped weights"),
        ({"kind": "strip", "parameters": {"haze": 151}}, "must be in"),
        ({"kind": "strip", "format": 9}, "format 9"),
        ({"no": "kind"}, "no manifest"),
        ([1], "no manifest"),
    ],
)
def test_errors_are_sentences(facts, words, folder, tmp_path, capsys):
    """Exit status 2 and one line on stderr."""
    path = tmp_path / "manifest.json"
    if isinstance(facts, dict) and facts.get("kind") == "strip":
        facts = {
            **facts,
            "parameters": {
                "photo": "photo0.png",
                "weights": "ours.safetensors",
                **facts.get("parameters", {}),
            },
        }
    path.write_text(json.dumps(facts))
    assert command.main([str(path), "--out", str(tmp_path), "--files", str(folder)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_list_names_everything(capsys):
    """Kinds, their settings, presets."""
    assert command.main(["--list"]) == 0
    said = capsys.readouterr().out
    assert all(f"{kind}: {recipe.title}" in said for kind, recipe in KINDS.items())
    assert "slide" in said


def test_forms_hold_plain_values():
    """What a page needs to ask for a figure goes through JSON and back into the same recipe."""
    for recipe in KINDS.values():
        fields = form(recipe)
        assert all(field["label"] for field in fields)
        opens = any(field["role"] in (FILE, RUN) for field in fields)
        assert opens == (recipe.kind not in ("chart", "matrix", "board"))  # numbers, or other recipes
        values = json.loads(json.dumps({field["name"]: field["default"] for field in fields}))
        assert order(recipe.kind, values, "eccv", ()).recipe == recipe()


def test_formats_that_a_kind_lacks(folder):
    """A strip is no film."""
    wanted = order("strip", {**PARAMETERS, "photo": "photo0.png"}, "eccv", ("gif",))
    with pytest.raises(FigureError, match="cannot be gif"):
        export(wanted, Inputs([folder]))
