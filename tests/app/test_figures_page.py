"""What the Figures page asks of the server: forms, previews and files of tiny runs, and what is refused."""

import base64
import io
import json
import re
import zipfile
from dataclasses import fields
from urllib.parse import unquote

import pytest
from PIL import Image as PILImage
from starlette.applications import Starlette
from starlette.testclient import TestClient

from analysis.figures import manifest
from analysis.figures.errors import FigureError
from analysis.figures.export import export
from analysis.figures.inputs import Inputs
from analysis.figures.kinds import KINDS
from analysis.figures.presets import PRESETS
from analysis.figures.spec import OnPhoto
from app import figure_forms, figure_routes, photos
from app.figure_photos import Placing, copied
from app.figures import Visible, Wanted
from app.jobs import degraded
from app.runs import Subject
from tests.app.studio import (
    HARD,
    LEVELS,
    kept,
    kept_as_is,
    kept_degraded,
    make_desk,
    make_studio,
    own_photo,
    save_networks,
)

STRIP = {"photo": "@run", "ks": [0, 2]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with weights."""
    made = tmp_path_factory.mktemp("weights")
    save_networks(made)
    return made


@pytest.fixture(scope="module")
def studio(folder):
    """A studio with two tiny networks of one's own."""
    return make_studio(make_desk(sorted(folder.glob("*.safetensors"))))


@pytest.fixture(scope="module")
def run(studio):
    """A run of a photo of one's own with a hard name."""
    return kept_degraded(studio.desk)


@pytest.fixture(scope="module")
def client(studio):
    """A client of the page's addresses."""
    return TestClient(Starlette(routes=[figure_routes.mount(studio)]), raise_server_exceptions=False)


def placed(studio, parameters, run):
    """Parameters as the studio fills them in."""
    return Placing(studio.run, studio.given, studio.desk.networks).placed(parameters, run.id)


def strip(run, **more):
    """An order of a strip of the run."""
    return {"run": run.id, "kind": "strip", "parameters": STRIP, "preset": "cvpr-column", **more}


def files_of(content):
    """What a ZIP holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


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
    monkeypatch.setattr(figure_forms, "SHIPPED", (tmp_path,))
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


REFUSED = [
    ({"parameters": {"photo": "/etc/hostname"}}, "is not here"),
    ({"parameters": {"photo": "../weights/README.md"}}, "is not here"),
    ({"parameters": {"photo": "assets/photos/cat.png"}}, "is not here"),
    ({"parameters": {"photo": "@run"}, "run": "guessed"}, "press Run"),
    ({"parameters": {"photo": "@run"}, "run": None}, "press Run"),
    ({"parameters": {"photo": "cat.png", "weights": "/tmp/evil.pth"}}, "no network is called"),
    (
        {"parameters": {"photo": "cat.png", "weights": "assets/weights/interir-small.safetensors"}},
        "no network",
    ),
    ({"kind": "results", "parameters": {"file": "/etc/passwd"}}, "is not here"),
    ({"kind": "ablation", "parameters": {"runs": ["../deepsn-0/scores.json"]}}, "is not here"),
    ({"kind": "embeddings", "parameters": {"bank": "/tmp/bank.npz"}}, "is not here"),
    ({"kind": "pie"}, "no kind of figure"),
    ({"preset": "napkin"}, "no preset"),
    ({"format": "exe"}, "its formats are"),
    ({"parameters": {"photo": "@run", "haze": 151}}, "must be in"),
    ({"parameters": {"photo": "@run", "ks": [99]}}, "iterations 99"),
    ({"parameters": ["photo"]}, "cannot be"),
    ({"run": 3}, "cannot be"),
    ({"kind": "board", "parameters": {"panels": ["x"]}}, "a panel is a record"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_refusals(client, run, change, words):
    """No path, no other's run, no other weights; whatever cannot be is a sentence."""
    answer = client.post("/figures/file", json={**strip(run), "format": "pdf", **change})
    assert answer.status_code == 404
    assert words.lower() in answer.text.lower()
    assert answer.text.endswith(".")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("body", [b"", b"words", b"[1]", b"\xff"])
def test_what_is_no_order(client, body):
    """Other bodies are refused too."""
    for path in ("/figures/file", "/figures/preview"):
        assert client.post(path, content=body).status_code in (400, 404)


def test_nothing_is_listed(client):
    """No address lists orders, photos or runs."""
    for path in ("", "/", "/file", "/preview"):
        assert client.get(f"/figures{path}").status_code in (404, 405)
    assert client.get("/figures/kinds.json?run=guessed").status_code == 404


def test_a_photo_as_it_is(studio):
    """Nothing is put over it, and no PSNR is claimed."""
    run = kept_as_is(studio.desk)
    recipe = studio.made(Wanted.parse(strip(run))).order.recipe
    assert (recipe.haze, recipe.rain, recipe.noise) == (0, 0, 0)
    assert "PSNR" not in studio.preview(Wanted.parse(strip(run)))["caption"]


def test_a_degradation_without_its_seed(studio, run):
    """It cannot be made again, so the degraded photo itself is what travels."""
    subject = Subject(run.subject.image, run.subject.clean, "map", levels={"haze": 9.0})
    copy = copied(kept(studio.desk, subject), studio.given)
    assert photos.read(copy.path).image.sub(run.subject.image).abs().max() <= 0.5 / 255 + 1e-6


def test_what_the_order_says_goes_first(studio, run):
    """Levels and network of the run stand in only for what was not said."""
    asked = {"photo": "@run", "haze": 5.0, "weights": "theirs"}
    found = placed(studio, asked, run)
    assert (found["haze"], found["rain"], found["weights"]) == (5.0, 60.0, "theirs")


def test_bundled_photos_are_named_not_copied(studio):
    """Where one was scaled for the screen it is copied, and its caption still names whom it is by."""
    small, large = (next(e for e in photos.examples() if e.file == name) for name in ("cat.png", "china.jpg"))
    first, second = (kept(studio.desk, degraded(photos.read(e.path), **LEVELS)) for e in (small, large))
    assert copied(first, studio.given).path == small.path
    copy = copied(second, studio.given)
    assert copy.path.name == "china.png"
    assert large.credit in Inputs((copy.path.parent,)).credit("china.png")


def test_a_board_of_several_runs(studio, run):
    """Every panel is of its own run; photos that differ and are called alike go by two names."""
    other = kept_degraded(studio.desk, own_photo(30, 41), "theirs")
    panels = [
        {"run": r.id, "kind": "panel", "parameters": {"photo": "@run", "what": "input"}} for r in (run, other)
    ]
    made = studio.made(Wanted("board", {"panels": panels}))
    assert [p["parameters"]["photo"] for p in made.order.recipe.panels] == [f"{HARD}.png", f"2-{HARD}.png"]
    assert run.id not in str(made.order)
    assert set(made.inputs.own()) == {f"{HARD}.png", f"2-{HARD}.png"}
    with pytest.raises(FigureError, match="press Run"):
        studio.made(Wanted("board", {"panels": [{**panels[0], "run": "guessed"}]}))


def test_names_that_are_taken(studio):
    """An own photo that is called as a bundled one goes by another name."""
    run = kept_as_is(studio.desk, own_photo(title="cat"))
    assert copied(run, studio.given).name == "own-cat.png"


@pytest.mark.parametrize("title", ["../../x", "a/b", ".", "..", "x" * 300, "", "\x00\n"])
def test_titles_stay_in_their_folder(studio, title):
    """A file of a strange title lies beside no other."""
    copy = copied(kept_as_is(studio.desk, own_photo(8, 8, title)), studio.given)
    assert copy.path.is_file()
    assert copy.path.parent.name.startswith("interir-photo-")


def test_wanted_takes_what_its_json_says():
    """Every field of an order comes from the JSON."""
    asked = {"kind": "strip", "parameters": {"k": 1}, "preset": "eccv", "formats": ["pdf"], "run": "r"}
    assert {f.name for f in fields(Wanted)} == set(asked)
    assert Wanted.parse(asked) == Wanted("strip", {"k": 1}, "eccv", ("pdf",), "r")
    with pytest.raises(FigureError):
        Wanted.parse({})
