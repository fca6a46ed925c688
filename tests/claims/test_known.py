"""Claims that are read from what was made of the same weights, and of no others."""

import json
from dataclasses import asdict
from types import SimpleNamespace

import pytest

from analysis.claims import known
from analysis.claims.known import Baseline, Embeddings
from analysis.claims.verdicts import REFUTED, SUPPORTED, UNDECIDED, UnmeasuredError, agreed, every
from analysis.embedding import scores
from analysis.embedding.contrast import Contrast
from interir.bootstrap import Interval
from interir.scores import Score
from tests.analysis.toy import linear
from tests.claims.support import case, everything, images, look, watched

FIRST, OTHER = (
    SimpleNamespace(digest=d, name=n, provenance={}) for d, n in (("1" * 12, "one"), ("2" * 12, "two"))
)
HIGHER, LOWER, NEITHER = Interval(2, 1, 3), Interval(-2, -3, -1), Interval(0, -1, 1)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where banks are looked for, and how many photos they have."""
    monkeypatch.setattr(known, "EMBEDDINGS", tmp_path)
    monkeypatch.setattr(known, "_photos", lambda path: 40)
    return tmp_path


def write(folder, last):
    """The scores of a bank of both networks, higher at the iteration before the last."""
    measures = {name: [HIGHER, value] for name, value in zip(known.TITLES, last, strict=True)}
    row = Contrast("bank-one", "bank-two", "x", [0, 1], measures)
    other = Contrast("bank-one", "bank-two", "prior", [0, 1], {name: [HIGHER] * 2 for name in measures})
    names = [{"name": f"bank-{each.name}", "digest": each.digest} for each in (FIRST, OTHER)]
    scores.save([other, row], folder / "bank.json", {"networks": names})


@pytest.mark.parametrize(
    ("last", "word"),
    [
        ((HIGHER,) * 3, SUPPORTED),
        ((LOWER,) * 3, REFUTED),
        ((LOWER, HIGHER, LOWER), UNDECIDED),
        ((HIGHER, NEITHER, HIGHER), UNDECIDED),
    ],
)
def test_embeddings_of_a_bank(folder, last, word):
    """The last iteration of the estimates is read, by the weights' content and not their names."""
    write(folder, last)
    found = Embeddings(case(linear(), subject=FIRST, against=OTHER)).finding()
    assert tuple(test.value for test in found.tests) == last
    assert agreed([test.verdict for test in found.tests]) == word
    assert "bank.json" in found.source
    assert found.tests[0].photos == 40


def test_a_bank_of_other_weights_is_not_read(folder):
    """What to type is said."""
    write(folder, (HIGHER,) * 3)
    stranger = SimpleNamespace(digest="3" * 12, name="three")
    with pytest.raises(
        UnmeasuredError, match=r"python -m analysis\.embedding --data PHOTOS --weights three two"
    ):
        Embeddings(case(linear(), subject=stranger, against=OTHER)).finding()


@pytest.mark.parametrize("kind", [Embeddings, Baseline])
def test_without_a_baseline(kind):
    """What compares says that it needs something to compare with."""
    with pytest.raises(UnmeasuredError, match="--against"):
        kind(case(linear(), subject=FIRST)).finding()


@pytest.mark.parametrize("better", [True, False])
def test_a_network_that_restores_and_one_that_does_not(better):
    """By 100 dB less the PSNR of the input, under each combination; or the other way round."""
    clean = images()
    dark = [each * 0.9 for each in clean]
    against = SimpleNamespace(
        network=lambda image: image if better else image / 0.9, provenance={}, digest="4" * 12
    )
    found = watched(
        Baseline(case(linear(), subject=FIRST, against=against)),
        everything(
            lambda i, c: look(
                linear(), dark[i], clean[i], plain=clean[i] if better else dark[i], name=str(i), combination=c
            )
        ),
    )
    assert len(found.tests) == 7
    assert every([test.verdict for test in found.tests]) == (SUPPORTED if better else REFUTED)
    assert {test.what.rpartition(", ")[2] for test in found.tests} >= {"H+R+N", "N"}


def test_results_are_read_rather_than_measured_again(tmp_path, monkeypatch):
    """Paired by file, of both weights by content and in the order asked; the shared runs add nothing."""
    monkeypatch.setattr(known, "RESULTS", tmp_path)
    scores = [
        Score(method, column, photo, psnr + (method == "bank-one"), 0.5)
        for method in ("input", "bank-one", "bank-two")
        for column in ("H", "R")
        for photo, psnr in (("a", 20.0), ("b", 30.0))
    ]
    weights = {"bank-one": FIRST.digest, "bank-two": OTHER.digest}
    facts = {"about": {"weights": weights, "data": "val"}, "scores": [asdict(score) for score in scores]}
    (tmp_path / "pair.json").write_text(json.dumps(facts))
    for first, other, gain in ((FIRST, OTHER, 1), (OTHER, FIRST, -1)):
        measurement = Baseline(case(linear(), subject=first, against=other))
        measurement.look(None)
        found = measurement.finding()
        assert [test.value for test in found.tests] == [Interval(gain, gain, gain)] * 2
        assert found.tests[0].photos == 2
        assert found.source.endswith("pair.json: 2 photos of val, whole")


def test_recipes_that_differ_are_named():
    """Also in a field that one of both did not have yet."""
    ours, theirs = (
        SimpleNamespace(provenance={"recipe": r}) for r in ({"rate": 1, "a": 0}, {"rate": 2, "b": 0})
    )
    assert "differ in a, b, rate." in next(known._recipes(ours, theirs))
    assert "the same recipe" in next(known._recipes(ours, ours))
