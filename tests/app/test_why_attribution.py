"""Attribution on the page: every method answers line by line, is kept, and can be stopped."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis.attribution import AttributionError, gradients, paths
from app import jobs
from app.photos import Photo
from app.runs import Subject, finish
from app.why import asked, attribution, convergence, localisation
from app.why.asked import METHODS, Asked
from app.why.working import pace
from tests.helpers import photo

REGION = "8,8,8,12"
EFFORT = {"steps": 3, "squares": 16, "": 0}


@pytest.fixture(scope="module")
def run(tiny_networks):
    """The tiny InterIR on a photo that was degraded here."""
    clean = photo(24, 40, dtype=torch.float32)
    return finish(tiny_networks["interir"], jobs.degraded(Photo(clean, "noise"), 60, 120, 15, 7), "cpu")


@pytest.fixture(scope="module")
def real(tiny_networks, run):
    """The same photo, of which nothing is known."""
    return finish(tiny_networks["interir"], Subject(run.subject.image, None, "real"), "cpu")


def text(method, metric="error", baseline="clean", region=REGION):
    return f"{method};{region};{metric};{baseline};{EFFORT[METHODS[method].unit]}"


def unpacked(line):
    return np.load(io.BytesIO(base64.b64decode(line["map"])))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers(run, method):
    """Progress first, the whole last; asked again, it is there at once."""
    lines = list(attribution.explained(run, text(method)))
    assert all(1 <= line["done"] <= line["of"] for line in lines)
    assert lines[-1]["numbers"]
    assert all(value is None or np.isfinite(value) for value in lines[-1]["numbers"].values())
    assert list(attribution.explained(run, text(method))) == lines[-1:]
    if method in ("ig", "saliency", "occlusion", "lam", "cem"):
        assert unpacked(lines[-1]).shape == (1, 24, 40)
        assert np.abs(unpacked(lines[-1])).max() > 0
    if method in ("moves", "conductance"):
        assert len(unpacked(lines[-1])) == run.depth + 1
        first = lines[-1].get("first", 0)
        assert all(len(v) == run.depth + 1 - first for v in lines[-1]["curves"].values())


def test_the_map_is_captums(run):
    """What reaches the screen is what `analysis.attribution` gives, in its units."""
    *_, line = attribution.explained(run, text("ig"))
    wanted = Asked.parse(text("ig"))
    function = wanted.objective(run).of(run.network.model)
    *_, found = gradients.along(function, paths.straight(run.subject.clean, run.subject.image, 3), "ig")
    np.testing.assert_allclose(unpacked(line)[0], found.signed, rtol=1e-5)
    assert line["numbers"]["completeness gap"] == pytest.approx(found.gap)


def test_shares_sum(run):
    """Shapley's division sums to what all three did."""
    *_, line = attribution.explained(run, text("shapley"))
    values = line["numbers"]
    assert sum(row[1] for row in line["rows"]) == pytest.approx(values["R+H+N"] - values["clean"])


def test_stopping(run):
    """Closed after a line, it leaves nothing behind, and the next one begins anew."""
    steps = attribution.explained(run, text("occlusion", "light"))
    assert next(steps)["done"] == 1
    steps.close()
    assert len(list(attribution.explained(run, text("occlusion", "light")))) > 1


def test_without_a_clean_photo(real):
    """Light and detail from a blurred photo; what needs more is refused with a sentence."""
    form = asked.form(real)
    assert form["baselines"] == ["blur"]
    assert [m["name"] for m in form["metrics"] if m["known"]] == ["detail", "light"]
    assert {m["name"] for m in form["methods"] if m["refusal"]} == {"cem", "shapley"}
    *_, line = attribution.explained(real, text("ig", "light", "blur"))
    assert np.abs(unpacked(line)).max() > 0
    with pytest.raises(AttributionError, match="needs the clean photo"):
        list(attribution.explained(real, text("ig")))
    with pytest.raises(LookupError, match="degrade a clean photo"):
        list(attribution.explained(real, text("shapley", "light")))


@pytest.mark.parametrize(
    "words", ["ig", text("ig", region="20,0,9,9"), text("ig", region="1,2,3"), "dance;0,0,9,9;error;clean;1",
              "ig;0,0,9,9;error;clean;0", "ig;0,0,9,9;error;clean;many", text("ig", metric="beauty")]
)  # fmt: skip
def test_what_cannot_be_asked(run, words):
    """A sentence, before anything runs."""
    with pytest.raises(AttributionError):
        list(attribution.explained(run, words))


def test_settings_fit_the_budget(run):
    """As many steps and as small squares as ten seconds allow; on a slow machine the cheapest."""
    fast, slow = (replace(run, _made={"one run": seconds}, _making={}) for seconds in (0.01, 60.0))
    assert [asked.start(fast, METHODS[m]) for m in ("ig", "occlusion", "saliency")] == [24, 16, 0]
    assert [asked.start(slow, METHODS[m]) for m in ("ig", "occlusion", "saliency")] == [4, 128, 0]
    assert asked.runs(METHODS["occlusion"], 16, run.subject.image) == asked.CHECKS + 2 * 3


def test_pace_is_measured_and_not_the_runs_own(run):
    """A run of the server's start says too much; the network itself is timed, once."""
    late = replace(run, seconds=1e6, _made={}, _making={})
    assert 0 < pace(late) < 60
    assert pace(late) == pace(late) == asked.form(late)["seconds"]


def test_residuals(run):
    """The curves of `analysis.convergence`, k = 0..N; what is not there is None."""
    *progress, answer = convergence.curves(run)
    assert [line["done"] for line in progress] == list(range(1, run.depth + 1))
    assert {len(values) for values in answer["curves"].values()} == {run.depth + 1}
    assert answer["curves"]["merit"][0] is None
    step = [digest.norms.step for digest in run.digests[1:]]
    assert answer["curves"]["fixed point"][1:] == pytest.approx(step, rel=1e-4)


def test_masks_of_this_photo(run, real):
    """Every convolution of every stage, for each degradation there is; unknown layers are said."""
    *_, answer = localisation.cells(run)
    assert {cell["kind"] for cell in answer["cells"]} == {"R", "H", "N"}
    places = {(cell["k"], cell["module"]) for cell in answer["cells"] if cell["k"]}
    assert places == {(d.k, c.name) for d in run.digests for c in d.convolutions}
    assert all(0 <= cell["value"]["mean"] <= 1 for cell in answer["cells"])
    with pytest.raises(LookupError, match="not known"):
        list(localisation.cells(real))
