"""The report: bound to weights and photos, harmless whatever it holds, and complete from the command line."""

import hashlib
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as PILImage

import interir
from analysis.claims.__main__ import main
from analysis.claims.case import Case, Measurement, Subject, looks
from analysis.claims.catalogue import CLAIMS
from analysis.claims.page import SHAPES, page
from analysis.claims.report import card, facts
from analysis.claims.verdicts import (
    FOREIGN,
    SUPPORTED,
    UNMEASURED,
    VERDICTS,
    Beside,
    Finding,
    ForeignError,
    Measured,
)
from interir import weights
from interir.bootstrap import Interval
from tests.helpers import randomise

EVIL = '<script>alert("1")</script>&'


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Three photos with something on them."""
    folder = tmp_path_factory.mktemp("photos")
    for i in range(3):
        pixels = (
            np.random.default_rng(i).integers(0, 255, (6, 7, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        )
        PILImage.fromarray(pixels).save(folder / f"{i}.png")
    return folder


def written(folder, name, kind, **overrides):
    """Weights of a small random network on disk."""
    network = randomise(interir.create(kind, **overrides), seed=3)
    weights.save(network, folder / f"{name}.safetensors")
    return folder / f"{name}.safetensors"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Both networks."""
    folder = tmp_path_factory.mktemp("weights")
    return {
        "ours": written(folder, "ours", "interir-small", width=8, blocks=1, down=4),
        "theirs": written(folder, "theirs", "deepsn-small", depth=2),
    }


@pytest.fixture(scope="module")
def case(files, photos):
    """A case of weights that are on disk."""
    return Case(Subject.load(files["ours"]), None, photos, 2, 40)


class Found(Measurement):
    """Found what it is given."""

    what = Finding(
        (Measured(EVIL, EVIL, Interval(2, 1, 3), 0, 4),),
        EVIL,
        (Beside(EVIL, EVIL, Interval(0, 0, 0)),),
        (EVIL,),
    )

    def finding(self):
        if isinstance(self.what, Exception):
            raise self.what
        return self.what


def evil():
    """A claim with markup wherever it has text."""
    words = ("name", "question", "quotation", "section", "measured", "control", "supports", "refutes")
    return replace(CLAIMS[0], **dict.fromkeys(words, EVIL), measurement=Found)


def test_text_stays_text(case):
    """Whatever a report holds, it adds no element to the page and no attribute to an element."""
    report = facts(case, [card(evil(), Found(case), EVIL)])
    report |= dict.fromkeys(("paper", "data", "intervals", "command"), EVIL)
    report["network"] = report["against"] = dict.fromkeys(("name", "title", "weights"), EVIL)
    report["photos"] = [{"name": EVIL, "sha256": EVIL}]
    text = page(report)
    assert "<script" not in text
    assert '"1"' not in text
    assert text.count("&lt;script&gt;") > 20


def test_nothing_from_outside(case):
    """No address is fetched: no source, no import, no font; links lead within the page."""
    text = page(facts(case, [card(evil(), Found(case), "")]))
    assert not re.search(r"src=|@import|url\(|<link|<script|https?:", text)
    assert all(link.startswith("#") for link in re.findall(r'href="([^"]*)"', text))


def test_a_verdict_is_a_shape_and_a_word(case):
    """Each has a shape of its own, and the page says the word too."""
    assert set(SHAPES) == set(VERDICTS)
    assert len(set(SHAPES.values())) == len(SHAPES)
    text = page(facts(case, [card(evil(), Found(case), "")]))
    assert f"{SHAPES[SUPPORTED]}</i>supported" in text


def test_what_does_not_apply(case):
    """Is said in a sentence in place of numbers."""
    measurement = Found(case)
    measurement.what = ForeignError("It has none.")
    found = card(evil(), measurement, "")
    assert (found["verdict"], found["tests"], found["notes"]) == (FOREIGN, [], ["It has none."])
    assert "It has none." in page(facts(case, [found]))


def test_few_photos_are_marked(case):
    """Four are; ten are not."""
    measurement = Found(case)
    assert any("fewer than" in note for note in card(evil(), measurement, "")["notes"])
    measurement.what = replace(Found.what, tests=(replace(Found.what.tests[0], photos=10),))
    assert not any("fewer than" in note for note in card(evil(), measurement, "")["notes"])


def test_bound_to_weights_and_photos(case, files, photos):
    """By their content: other tensors have another digest; the photos' hashes are those of the files."""
    report = facts(case, [])
    assert report["weights"] == report["network"]["weights"] == weights.digest(files["ours"])
    assert report["weights"] != weights.digest(files["theirs"])
    assert [photo["sha256"] for photo in report["photos"]] == [
        hashlib.sha256((photos / f"{i}.png").read_bytes()).hexdigest() for i in range(2)
    ]


def test_bound_to_what_was_loaded(files, tmp_path):
    """A file that is replaced afterwards does not lend its name to what was measured before."""
    file = tmp_path / "w.safetensors"
    file.write_bytes(files["ours"].read_bytes())
    subject = Subject.load(file)
    file.write_bytes(files["theirs"].read_bytes())
    assert subject.digest == weights.digest(files["ours"]) != weights.digest(file)


def test_looks_share_runs(case):
    """Each photo under each combination once, and the donor is another photo under the same one."""
    found = list(looks(case.network, case.drawn))
    assert len({(each.photo, each.combination) for each in found}) == len(found) == 14
    by_place = {(each.photo, each.combination): each for each in found}
    for each in found:
        other = by_place["1" if each.photo == "0" else "0", each.combination]
        assert each.donor.observation.image.equal(other.image)
        assert not each.donor.observation.image.equal(each.image)


@pytest.mark.parametrize(
    ("name", "foreign"),
    [("ours", set()), ("theirs", {"masks", "modules", "addition", "modulation", "operators"})],
)
def test_the_command(name, foreign, files, photos, tmp_path, capsys):
    """Eight cards in both files; what does not apply says so; one card alone is the same card."""
    common = ["--data", str(photos), "--limit", "2", "--side", "40", "--weights", str(files[name])]
    assert main([*common, "--out", str(tmp_path / "all")]) == 0
    file = tmp_path / "all" / name
    report, text = json.loads(file.with_suffix(".json").read_text()), file.with_suffix(".html").read_text()
    cards = {each["name"]: each for each in report["cards"]}
    assert list(cards) == [claim.name for claim in CLAIMS]
    assert {key for key, each in cards.items() if each["verdict"] == FOREIGN} == foreign
    assert {key for key, each in cards.items() if each["verdict"] == UNMEASURED} == {"embeddings", "baseline"}
    assert all(each["question"] in text for each in report["cards"])
    assert str(photos) not in json.dumps(report)
    assert main([*common, "--out", str(tmp_path / "one"), "--only", "addition"]) == 0
    (alone,) = json.loads((tmp_path / "one" / f"{name}.json").read_text())["cards"]
    assert alone == cards["addition"]
    said = capsys.readouterr().out.splitlines()
    assert [f"{each['verdict']:<14} {each['question']}" for each in cards.values()] == said[:8]


def test_one_photo_is_not_enough(files, photos, tmp_path, capsys):
    """A sentence, and an exit status."""
    arguments = [
        "--weights",
        str(files["ours"]),
        "--data",
        str(photos),
        "--out",
        str(tmp_path),
        "--limit",
        "1",
    ]
    assert main([*arguments, "--side", "40"]) == 2
    assert "2 or more" in capsys.readouterr().err


def test_quotations_are_short_and_differ():
    """Fifteen words at most, each with its section, and no name twice."""
    assert len(CLAIMS) == len({claim.name for claim in CLAIMS}) == 8
    for claim in CLAIMS:
        assert 3 <= len(claim.quotation.split()) <= 15
        assert claim.section
