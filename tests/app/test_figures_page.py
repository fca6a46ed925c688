"""What the Figures page asks of the server: forms, previews and files of tiny runs."""

import base64
import io
import json
import re
from dataclasses import fields
from urllib.parse import unquote

import pytest
from PIL import Image as PILImage

from analysis.figures import manifest
from analysis.figures.errors import FigureError
from analysis.figures.export import export
from analysis.figures.inputs import Inputs
from analysis.figures.kinds import KINDS
from analysis.figures.presets import PRESETS
from analysis.figures.spec import OnPhoto
from app import figure_forms
from app.figures import Visible, Wanted
from tests.app import figure_orders as orders
from tests.app.figure_orders import STRIP, files_of, placed, strip
from tests.app.studio import (
    HARD,
    LEVELS,
)

folder, studio, run, client = orders.folder, orders.studio, orders.run, orders.client


def page(studio, run):
    """The forms as the browser gets them, by kind."""
    made = json.loads(json.dumps(figure_forms.page(studio.shelf, run)))
    return {kind["kind"]: kind for kind in made["kinds"]}


def test_every_form_is_an_order(studio, run):
    """The defaults of every kind that is offered go back into a recipe, and name what is on screen."""
    kinds = page(studio, run)
    assert set(kinds) == set(KINDS) - {"panel", "chart", "matrix"}
    for name, kind in kinds.items():
        values = {entry["name"]: entry["default"] for entry in kind["form"]}
        for entry in kind["form"]:
            assert entry["label"]
            assert entry["type"] in ("number", "integer", "text", "boolean", "integers", "texts", "pairs")
            known = [choice["value"] for choice in entry.get("choices", ())]
            chosen = values[entry["name"]] if entry["several"] else [values[entry["name"]]]
            assert not known or set(chosen) <= set(known)
        recipe = manifest.order(name, placed(studio, values, run), "eccv", ()).recipe
        if issubclass(KINDS[name], OnPhoto):
            assert {level: getattr(recipe, level) for level in LEVELS} == LEVELS
            assert (recipe.photo, recipe.weights) == (f"{HARD}.png", "ours.safetensors")


def test_formats_are_those_of_what_is_gathered(studio, run):
    """Films are no PDFs, and tables are LaTeX alone."""
    kinds = page(studio, run)
    assert kinds["strip"]["formats"] == ["pdf", "svg", "png"]
    assert kinds["film"]["formats"] == ["gif", "webp", "mp4"]
    assert kinds["results"]["formats"] == []


def test_only_what_runs_often_waits_for_the_button(studio, run):
    """Several networks on several photos take long; one run does not."""
    slow = {name for name, kind in page(studio, run).items() if kind["slow"]}
    assert slow == {"grid", "curves"}


def test_kinds_without_their_files_say_so(studio, run, monkeypatch):
    """Where no measurements come with the package, the kinds made of them cannot be chosen."""
    monkeypatch.setattr(figure_forms, "readable", lambda kind, setting: ())
    kinds = page(studio, run)
    for name in ("interventions", "results", "ablation", "embeddings"):
        assert kinds[name]["refusal"].startswith("It needs a file")
    assert kinds["strip"]["refusal"] is None


def test_measurements_are_found_by_reading_them(monkeypatch, tmp_path):
    """A file that holds something else is not offered."""
    (tmp_path / "words.json").write_text("[1, 2]")
    monkeypatch.setattr(figure_forms, "FOLDERS", (tmp_path,))
    figure_forms.findings.cache_clear()
    figure_forms.readable.cache_clear()
    try:
        assert set(figure_forms.findings()) == {"words.json"}
        assert figure_forms.readable("results", "file") == ()
    finally:
        figure_forms.findings.cache_clear()
        figure_forms.readable.cache_clear()


@pytest.mark.parametrize("preset", ["cvpr-column", "slide"])
def test_preview_is_as_wide_as_the_preset(studio, run, preset):
    """In inches, with the picture's own proportions; the caption names photo and network."""
    shown = studio.preview(Wanted.parse(strip(run, preset=preset)))
    content = base64.b64decode(shown["picture"].removeprefix("data:image/png;base64,"))
    with PILImage.open(io.BytesIO(content)) as picture:
        assert shown["pixels"] == list(picture.size)
        assert shown["inches"][0] == PRESETS[preset].width
        assert shown["inches"][1] == pytest.approx(shown["inches"][0] * picture.height / picture.width)
    assert r"50\% \& more\_\$x\$ 雨天" in shown["caption"]
    assert "haze 30, rain 60, noise 10" in shown["caption"]


def test_another_preset_runs_no_network(studio, run, monkeypatch):
    """What was gathered is kept; another recipe is gathered anew."""
    studio.preview(Wanted.parse(strip(run)))
    monkeypatch.setattr(Visible, "network", lambda *_: pytest.fail("a network was asked for"))
    studio.preview(Wanted.parse(strip(run, preset="eccv")))
    studio.file(Wanted.parse(strip(run)), "svg")
    with pytest.raises(pytest.fail.Exception, match="network"):
        studio.preview(Wanted.parse(strip(run, parameters={**STRIP, "ks": [1]})))


def test_the_zip_makes_the_same_files_again(client, run, folder, tmp_path):
    """Name and content survive: from the ZIP and the weights, everything is the same to the byte."""
    answer = client.post("/figures/file", json=strip(run, formats=["pdf", "png"], format="zip"))
    stem = "strip-50-more-x-雨天"
    said = answer.headers["content-disposition"]
    assert unquote(re.search(r"filename\*=UTF-8''([^;]+)", said)[1]) == f"{stem}.zip"
    assert said.isascii()
    assert answer.headers["content-type"] == "application/zip"
    files = files_of(answer.content)
    assert set(files) == {*(f"{stem}.{x}" for x in ("pdf", "png", "tex", "npz", "json")), f"{HARD}.png"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    order, _ = manifest.read(tmp_path / f"{stem}.json")
    assert export(order, Inputs((tmp_path, folder))) == files


@pytest.mark.parametrize("form", ["pdf", "svg", "png", "tex", "npz", "json"])
def test_single_files(client, run, form):
    """Each by its own name and kind."""
    answer = client.post("/figures/file", json=strip(run, format=form))
    assert answer.status_code == 200, answer.text
    starts = {"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG", "npz": b"PK", "json": b"{"}
    assert answer.content.startswith(starts.get(form, b"% needs XeLaTeX"))
    assert answer.headers["content-disposition"].endswith(f".{form}")


@pytest.mark.parametrize("kind", ["operators", "convolutions", "ledger", "film", "panel", "board"])
def test_kinds_of_one_run(client, run, kind):
    """Each is drawn of the run on screen by its defaults, and packs."""
    inner = {"photo": "@run"}
    given = {"panels": [{"kind": "panel", "parameters": inner}] * 2} if kind == "board" else inner
    order = {"run": run.id, "kind": kind, "parameters": given, "preset": "neurips"}
    shown = client.post("/figures/preview", json=order)
    assert shown.status_code == 200, shown.text
    assert shown.json()["picture"].startswith("data:image/")
    packed = client.post("/figures/file", json={**order, "format": "zip"})
    assert f"{HARD}.png" in files_of(packed.content)


def test_wanted_takes_what_its_json_says():
    """Every field of an order comes from the JSON."""
    asked = {"kind": "strip", "parameters": {"k": 1}, "preset": "eccv", "formats": ["pdf"], "run": "r"}
    assert {f.name for f in fields(Wanted)} == set(asked)
    assert Wanted.parse(asked) == Wanted("strip", {"k": 1}, "eccv", ("pdf",), "r")
    with pytest.raises(FigureError):
        Wanted.parse({})
