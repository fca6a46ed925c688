"""Links and manifests that open the dashboard in a state: there and back, and what cannot be."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest

from analysis.figures import manifest
from app import layout, links, main, photos
from app.figure_forms import page
from app.figures import Wanted
from app.jobs import DEGRADE, REAL, degraded
from app.links import LinkError
from app.runs import Subject
from interir.weights import ASSETS
from tests.app.studio import (
    HARD,
    LEVELS,
    kept,
    kept_as_is,
    kept_degraded,
    make_desk,
    make_studio,
    save_networks,
)

GALLERY = ASSETS / "gallery"
PAGES = tuple(name.lower() for name in layout.PAGES)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Weights of two tiny networks."""
    return save_networks(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def desk(weights):
    """A desk where these can be chosen."""
    return make_desk(weights)


def parse(desk, query):
    """The place of an address's words."""
    return links.parse(dict(parse_qsl(query)), desk.blank(), desk.networks.names, PAGES)


def cat(desk, network="ours", **levels):
    """A run of a bundled photo."""
    path = photos.PHOTOS / "cat.png"
    return kept(desk, degraded(photos.read(path), **{**LEVELS, **levels}), network)


def test_there_and_back(desk):
    """What a link says of the runs on screen fills the form that makes them again."""
    one, other = cat(desk, haze=12.5), cat(desk, "theirs", haze=12.5)
    query = f"{links.written([one, other])}&k=1&tab=operators&figure=ledger&preset=slide"
    place = parse(desk, query)
    form = place.form
    assert (Path(form.photo).name, form.kind, form.network, form.compare) == (
        "cat.png",
        DEGRADE,
        "ours",
        "theirs",
    )
    assert {name: getattr(form, name) for name in LEVELS} == {**LEVELS, "haze": 12.5}
    assert place.view == {
        "k": 1, "page": "operators", "figure": {"kind": "ledger", "preset": "slide"}, "note": ""
    }  # fmt: skip


def test_a_bundled_photo_as_it_is(desk):
    """Without levels, the link says that nothing is put over it."""
    given = photos.read(photos.PHOTOS / "cat.png")
    run = kept(desk, Subject(given.image, None, given.title))
    assert parse(desk, links.written([run])).form.kind == REAL


def test_what_a_link_leaves_out(desk):
    """It is as the dashboard opens; without any word of ours, there is no place."""
    assert parse(desk, "k=3").form == desk.blank()
    assert parse(desk, "") is None
    assert parse(desk, "__theme=dark") is None


def test_own_photos_do_not_travel(desk):
    """A sentence says what does."""
    for run in (kept_degraded(desk), kept_as_is(desk)):
        with pytest.raises(LinkError, match="--open"):
            links.written([run])


@pytest.mark.parametrize(
    "query",
    [
        "photo=mine.png", "photo=/etc/passwd", "photo=..%2Fphotos%2Fcat.png", "network=gpt", "compare=gpt",
        "k=many", "k=1.5", "seed=x", "haze=nan", "rain=inf", "noise=%20", "input=dirty", "tab=settings",
        "figure=pie", "figure=panel", "preset=napkin", "seed=" + "9" * 5000,
    ],
)  # fmt: skip
def test_links_that_say_what_cannot_be(desk, query):
    """A sentence that names the word."""
    with pytest.raises(LinkError, match=query.partition("=")[0]):
        parse(desk, query)


@pytest.fixture(scope="module")
def made(desk, tmp_path_factory):
    """The files of a strip of a photo of one's own; the manifest's path."""
    studio, run = make_studio(desk), kept_degraded(desk)
    wanted = Wanted("strip", {"photo": "@run", "ks": [0, 2]}, "eccv", ("svg",), run.id)
    folder = tmp_path_factory.mktemp("made")
    for form in ("json", "svg"):
        name, content = studio.file(wanted, form)
        (folder / name).write_bytes(content)
    copy = studio.made(wanted).inputs.find(f"{HARD}.png")
    (folder / copy.name).write_bytes(copy.read_bytes())
    return next(folder.glob("*.json"))


def test_a_manifest_opens_its_state(desk, made):
    """Photo, levels, seed, network, k and the figure itself; the form makes the same run."""
    place = links.opened(made, desk.blank(), desk.networks)
    assert place.form == replace(
        desk.blank(), photo=str(made.parent / f"{HARD}.png"), network="ours", **LEVELS
    )
    assert (place.k, place.page, place.note) == (2, "figures", "")
    assert place.figure["parameters"]["photo"] == f"{HARD}.png"
    assert (place.figure["preset"], place.figure["formats"]) == ("eccv", ["svg"])
    assert set(place.files) == {f"{HARD}.png"}
    run = desk.finished(place.form)[0]
    assert run.subject.levels == LEVELS


@pytest.mark.parametrize("path", sorted(GALLERY.glob("*.json")), ids=lambda path: path.stem)
def test_the_gallery_opens(path, desk, monkeypatch):
    """Every manifest opens the page at a kind that can be chosen there, with its settings."""
    monkeypatch.setattr(desk.networks, "named", lambda file: "ours")
    figure = links.opened(path, desk.blank(), desk.networks).figure
    assert figure["kind"] in {entry["kind"] for entry in page(make_studio(desk).shelf, None)["kinds"]}
    manifest.order(figure["kind"], figure["parameters"], figure["preset"], ())


def test_large_seeds_survive_a_link(desk):
    """All digits are written: 1e+12 is no seed."""
    assert links._word(10**12 + 7) == "1000000000007"
    assert links._word(0.5) == "0.5"


def changed(made, tmp_path, **facts):
    """The manifest, changed, beside its photo."""
    copy = made.parent / f"changed-{tmp_path.name}.json"
    copy.write_text(json.dumps({**json.loads(made.read_text(encoding="utf-8")), **facts}))
    return copy


def test_other_weights_are_said(desk, made, tmp_path):
    """The page opens all the same."""
    path = changed(made, tmp_path, weights={"ours.safetensors": "0" * 12})
    assert "000000000000" in links.opened(path, desk.blank(), desk.networks).note


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"kind": "pie"}, "no kind"),
        ({"parameters": {"photo": "gone.png"}}, "not found"),
        ({"parameters": {"photo": "cat.png", "weights": "gpt"}}, "--weights"),
        ({"format": 9}, "format 9"),
    ],
)
def test_manifests_that_cannot_be_opened(desk, made, tmp_path, facts, words):
    """The program ends with a sentence before the page opens."""
    options = main.arguments(["--open", str(changed(made, tmp_path, **facts))])
    with pytest.raises(SystemExit, match=words):
        main.place(options, desk)


def test_levels_out_of_range_end_the_program(desk, made, tmp_path):
    """So do values that the form would refuse."""
    facts = {"parameters": {"photo": "cat.png", "haze": 999.0}}
    with pytest.raises(SystemExit, match="haze"):
        main.place(main.arguments(["--open", str(changed(made, tmp_path, **facts))]), desk)
    assert main.place(main.arguments([]), desk) is None


def test_a_run_at_hand_is_not_made_again(desk):
    """A link to what is on screen shows that; another seed is run."""
    run = cat(desk)
    place = parse(desk, links.written([run]))
    (_, shown), *rest = desk.run(place.form, "bob", [run])
    assert (shown[0]["id"], rest) == (run.id, [])
    assert desk.store.owned_by("bob") == []
    *_, (_, shown) = desk.run(replace(place.form, seed=5), "bob", [run])
    assert shown[0]["id"] != run.id


def request(query):
    """A visit with an address."""
    return SimpleNamespace(query_params=dict(parse_qsl(query)), session_hash="ann")


def test_arrival(desk):
    """The sample at once; a link's values in the form and its run after; a bad one is a sentence."""
    opening = [{"id": cat(desk).id}]
    arrive, follow = layout.arrive(desk, lambda: opening, None), layout.follow(desk, lambda: opening)
    status, stepper, tab, *fields = arrive(request("photo=cat.png&tab=operators&network=theirs"))
    assert (stepper["runs"], stepper["place"], tab["selected"]) == (opening, None, "operators")
    assert "Waiting" in status
    assert str(photos.PHOTOS / "cat.png") in fields
    assert "theirs" in fields
    *_, (status, stepper) = follow(request("photo=cat.png&k=1&network=theirs"))
    assert "restored" in status
    assert (stepper["runs"][0]["name"], stepper["place"]["k"]) == ("theirs", 1)
    status, stepper, *_ = arrive(request("k=many"))
    assert 'role="alert"' in status
    assert stepper["runs"] == opening
    assert len(list(follow(request("k=many")))) == len(list(follow(request("")))) == 1
