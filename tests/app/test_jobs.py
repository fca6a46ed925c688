"""Pressing Run: statuses and then runs; whatever goes wrong is a sentence, and nothing is raised."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image as PILImage

from app import jobs
from app.jobs import Desk, Form
from app.store import RunStore
from interir import CheckpointError
from tests.app.conftest import TINY, tiny_network
from tests.app.markup import Text


class TinyNetworks:
    """The networks that can be chosen, tiny."""

    device = "cpu"
    names = tuple(f"tiny-{key}" for key in TINY)

    def __init__(self, networks):
        self._networks = {network.name: network for network in networks.values()}

    def get(self, name):
        """The network, or the error that the real ones raise."""
        if name not in self._networks:
            raise CheckpointError(f"No network is called {name!r}.")
        return self._networks[name]


@pytest.fixture
def desk(tiny_networks):
    """A desk with tiny networks and an empty store."""
    return Desk(TinyNetworks(tiny_networks), RunStore(), "cpu")


@pytest.fixture
def form(tmp_path):
    """A form filled with a small photo."""
    values = np.random.default_rng(2).integers(0, 255, (37, 50, 3), dtype=np.uint8)
    path = tmp_path / "hill.png"
    PILImage.fromarray(values).save(path)
    return Form(str(path), jobs.DEGRADE, 20, 30, 10, 4, "tiny-interir", jobs.NO_COMPARISON)


def run(desk, form, visit="ann"):
    """All statuses, parsed, and what came last."""
    found = list(desk.run(form, visit))
    assert all(runs is None for _, runs in found[:-1])
    return [Text(status) for status, _ in found], found[-1][1]


def sentence(statuses):
    """The last status, which must be a problem in words."""
    last = statuses[-1]
    assert last.role == "alert"
    assert len(last.text.split()) > 3
    assert last.text.endswith(".")
    assert "Traceback" not in last.text
    return last.text


def test_statuses_and_then_the_run(desk, form):
    """A progress bar that counts every iteration, then size and time, and the run is kept."""
    statuses, runs = run(desk, form)
    *working, done = statuses
    assert [status.text for status in working] == [
        f"InterIR · tiny-interir: iteration {k} of 3" for k in (0, 1, 2, 3, 3)
    ]
    assert all("progress" in status.tags and status.role == "status" for status in working)
    assert done.text.startswith("50 × 37 px restored: InterIR ")
    (manifest,) = runs
    assert (manifest["name"], manifest["title"], manifest["size"]) == ("tiny-interir", "hill", [37, 50])
    assert [kept.id for kept in desk.store.owned_by("ann")] == [manifest["id"]]


def test_what_is_restored_is_the_degraded_photo(desk, form):
    """The levels of the form are applied with its seed; the clean photo is kept as the truth."""
    subject, again = desk.subject(form), desk.subject(form)
    assert torch.equal(subject.image, again.image)
    assert not torch.equal(subject.image, desk.subject(replace(form, seed=5)).image)
    assert not torch.equal(subject.image, subject.clean)
    assert subject.levels == {"haze": 20, "rain": 30, "noise": 10, "seed": 4}
    assert torch.equal(
        desk.subject(replace(form, seed=None)).image, desk.subject(replace(form, seed=0)).image
    )
    untouched = desk.subject(replace(form, haze=0, rain=0, noise=0))
    assert torch.equal(untouched.image, untouched.clean)


def test_a_degraded_photo_is_taken_as_it_is(desk, form):
    """A real one is not degraded again, has no truth, and its run no scores."""
    real = replace(form, kind=jobs.REAL)
    subject = desk.subject(real)
    assert torch.equal(subject.image, desk.subject(form).clean)
    assert (subject.clean, subject.levels) == (None, {})
    _, (manifest,) = run(desk, real)
    assert (manifest["clean"], "psnr" in manifest) == (False, False)


def broken(_self, *_args, **_kwargs):
    """A network that fails half-way."""
    raise RuntimeError("shapes <b>do not</b> match")


def no_memory(_self, *_args, **_kwargs):
    """A network that does not fit."""
    raise torch.OutOfMemoryError("CUDA out of memory")


@pytest.mark.parametrize(
    ("failure", "words"), [(broken, "went wrong"), (no_memory, "out of memory")], ids=["error", "memory"]
)
def test_a_failure_inside_the_network_is_a_sentence(desk, form, monkeypatch, caplog, failure, words):
    """Nothing is raised, nothing is shown in place of what was, and no half run is kept."""
    monkeypatch.setattr(type(desk.networks.get("tiny-interir").model), "step", failure)
    statuses, runs = run(desk, form)
    assert runs is None
    assert words in sentence(statuses)
    assert "do not" not in statuses[-1].text
    assert len(desk.store) == 0
    assert bool(caplog.records) == (failure is broken)


WRONG = {
    "no photo": ({"photo": None}, "Choose a photo"),
    "gone": ({"photo": "/nowhere/hill.png"}, "hill.png"),
    "unknown network": ({"network": "nonsense"}, "nonsense"),
    "haze": ({"haze": 1000}, ""),
    "rain": ({"rain": -1}, ""),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_form_is_a_sentence(desk, form, kind):
    """What cannot be done is said, with what it is about."""
    change, words = WRONG[kind]
    statuses, runs = run(desk, replace(form, **change))
    assert runs is None
    assert words in sentence(statuses)
    assert len(desk.store) == 0


def test_levels_out_of_range_are_named(desk, form):
    """A level outside the ranges of Table 6 is said to be that, not just something that went wrong."""
    statuses, _ = run(desk, replace(form, noise=51))
    assert "51" in sentence(statuses)


@pytest.mark.parametrize("content", [b"just words", b""], ids=["text", "empty"])
def test_a_bad_photo_is_a_sentence(desk, form, tmp_path, content):
    """A file that is no photo, by its name."""
    path = tmp_path / "words.png"
    path.write_bytes(content)
    statuses, runs = run(desk, replace(form, photo=str(path)))
    assert runs is None
    assert "words.png" in sentence(statuses)


def test_comparing_with_a_second_network(desk, form):
    """Both are run on the same photo, and both are shown and kept, the first one first."""
    statuses, runs = run(desk, replace(form, compare="tiny-deepsn"))
    assert [manifest["name"] for manifest in runs] == ["tiny-interir", "tiny-deepsn"]
    assert "InterIR" in statuses[-1].text
    assert "DeepSN-Net" in statuses[-1].text
    first, second = desk.store.owned_by("ann")
    assert first.subject is second.subject


def test_comparing_with_an_earlier_run(desk, form):
    """An earlier run of the visit is shown beside the new one, and is not run again."""
    _, (earlier,) = run(desk, form)
    choice = desk.comparisons("ann")[-1]
    assert choice.startswith("Earlier: InterIR · tiny-interir, hill (haze 20, rain 30, noise 10, seed 4)")
    _, runs = run(desk, replace(form, network="tiny-deepsn", compare=choice))
    assert [manifest["name"] for manifest in runs] == ["tiny-deepsn", "tiny-interir"]
    assert runs[1]["id"] == earlier["id"]
    assert len(desk.store) == 2


def test_another_visit_cannot_choose_it(desk, form):
    """Neither is another visit's run in the list, nor can it be had by its name."""
    run(desk, form)
    choice = desk.comparisons("ann")[-1]
    networks = [jobs.NO_COMPARISON, *desk.networks.names]
    assert desk.comparisons("ben") == networks
    assert desk.comparisons("ann") == [*networks, choice]
    assert desk.earlier(choice, "ben") is None
    statuses, runs = run(desk, replace(form, compare=choice), visit="ben")
    assert runs is None
    assert sentence(statuses)


def test_an_earlier_run_that_is_gone_is_said_at_once(desk, form):
    """The run to compare with was dropped: that is said before anything is computed."""
    run(desk, form)
    choice = desk.comparisons("ann")[-1]
    desk.store.release("ann")
    statuses, runs = run(desk, replace(form, compare=choice))
    assert runs is None
    assert len(statuses) == 1
    assert "No network is called" not in sentence(statuses)


def test_names_are_escaped(desk, form, tmp_path):
    """A file's or network's name can hold HTML: it is shown, never run."""
    evil = "<img src=x onerror=alert(1)>"
    path = tmp_path / f"{evil}.png"
    path.write_bytes(b"words")
    statuses, _ = run(desk, replace(form, photo=str(path)))
    assert evil in sentence(statuses)
    statuses, _ = run(desk, replace(form, network=evil))
    assert evil in statuses[-1].text
    assert statuses[-1].tags == ["p"]
    assert "<img" not in jobs.working(evil, 1, 3)
    note = replace(desk.subject(form), note=evil)
    named = tiny_network("interir", name=evil)
    assert "<img" not in jobs.done([jobs.finish(named, note, "cpu")], note)


def test_the_sample(desk, monkeypatch):
    """The photo on screen at the start is degraded in all three ways, and its truth is known."""
    seen = []
    monkeypatch.setattr(jobs, "finish", lambda network, subject, device: seen.append((network, subject)))
    desk.sample()
    ((network, subject),) = seen
    assert network.name == desk.networks.names[0]
    assert all(subject.levels[kind] > 0 for kind in ("haze", "rain", "noise"))
    assert subject.clean.shape == subject.image.shape


def test_an_earlier_run_of_another_photo_is_refused(desk, form):
    """Side by side only what began alike can be compared; the sentence says so."""
    _, (earlier,) = run(desk, form)
    choice = next(label for label in desk.comparisons("ann") if earlier["id"][:4] in label)
    statuses, runs = run(desk, replace(form, compare=choice, noise=form.noise + 1))
    assert runs is None
    assert "another photo" in sentence(statuses)
