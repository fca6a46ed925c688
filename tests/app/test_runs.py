"""Making a run: every iteration in order, the network's own numbers, and no leak of its modes."""

import math
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
import torch

from app.runs import RECENT, Run, Subject, finish, start
from interir import metrics
from tests.app.conftest import TINY


def modes():
    """Whether gradients are recorded here."""
    return torch.is_inference_mode_enabled(), torch.is_grad_enabled()


@pytest.mark.parametrize("key", TINY)
def test_every_k_comes_in_order_and_then_the_run(key, tiny_networks, tiny_subject):
    """(0, None), (1, None) .. (N, None), and at last (N, run)."""
    network = tiny_networks[key]
    *steps, (last, run) = start(network, tiny_subject, "cpu")
    assert steps == [(k, None) for k in range(network.model.depth + 1)]
    assert isinstance(run, Run)
    assert last == run.depth == network.model.depth
    assert [digest.k for digest in run.digests] == list(range(run.depth + 1))
    assert run.seconds > 0
    assert (run.network, run.subject) == (network, tiny_subject)


def test_modes_do_not_leak_to_the_consumer(tiny_networks, tiny_subject):
    """Between two iterations whoever listens computes with gradients, as before."""
    before = modes()
    assert before == (False, True)
    for _ in start(tiny_networks["interir"], tiny_subject, "cpu"):
        assert modes() == before
        weight = torch.ones(2, requires_grad=True)
        weight.sum().backward()
    assert modes() == before


def test_a_consumer_may_stop(tiny_networks, tiny_subject):
    """Closing the generator between two iterations ends the work, and leaves no mode behind."""
    steps = start(tiny_networks["interir"], tiny_subject, "cpu")
    assert next(steps) == (0, None)
    steps.close()
    assert list(steps) == []
    assert modes() == (False, True)


@torch.inference_mode()
def test_estimates_are_the_networks(tiny_run):
    """Every estimate is the decoded state of a trace, to the bit; the last is the network's output."""
    model, image = tiny_run.network.model, tiny_run.subject.image
    trace = model.trace(image)
    for digest, iteration in zip(tiny_run.digests, trace, strict=True):
        decoded = model.decode(iteration.state.x, trace.observation)
        assert torch.equal(digest.estimate, decoded)
        for name in ("x", "a1", "a2", "multiplier"):
            assert torch.equal(getattr(digest.state, name), getattr(iteration.state, name))
    assert torch.equal(tiny_run.digests[-1].estimate, model(image))
    assert torch.equal(tiny_run.observation.features, trace.observation.features)


def test_scores_are_those_of_the_measures(tiny_run):
    """PSNR and SSIM of every estimate, and of the degraded photo, one estimate at a time."""
    clean = tiny_run.subject.clean
    for name, measure in (("psnr", metrics.psnr), ("ssim", metrics.ssim)):
        alone = [measure(digest.estimate, clean).item() for digest in tiny_run.digests]
        assert tiny_run.scores[name] == pytest.approx(alone, rel=1e-5)
        assert tiny_run.input_scores[name] == measure(tiny_run.subject.image, clean).item()


def test_without_a_clean_photo_there_are_no_scores(tiny_networks, tiny_subject):
    """Nothing is known to compare with, so nothing is claimed."""
    run = finish(tiny_networks["interir"], Subject(tiny_subject.image, None, "real"), "cpu")
    assert run.scores == {}
    assert run.input_scores == {}


def test_identifiers_cannot_be_guessed(tiny_networks, tiny_subject):
    """The same photo twice gives two runs with long, different, URL-safe names."""
    ids = {finish(tiny_networks["deepsn"], tiny_subject, "cpu").id for _ in range(3)}
    assert len(ids) == 3
    for id in ids:
        assert len(id) >= 20
        assert id.replace("-", "").replace("_", "").isalnum()


def test_size_in_memory(tiny_run):
    """The size counts what a run holds: at least its estimates, states and masks, each once."""
    pixels = math.prod(tiny_run.subject.image.shape)
    x = tiny_run.digests[0].state.x
    least = (tiny_run.depth + 1) * 4 * (pixels + 2 * x.numel())
    matrices = (tiny_run.depth + 1) * 4 * x.shape[1] * (x.shape[2] ** 2 + x.shape[3] ** 2)
    masks = sum(c.bits.nbytes for d in tiny_run.digests for c in d.convolutions)
    assert least <= tiny_run.nbytes <= least + matrices + masks


def test_once_is_once_when_several_ask_together(tiny_networks, tiny_subject):
    """A page fetches several parts of one result at the same time: it is made by the first to ask."""
    run, made, together = finish(tiny_networks["interir"], tiny_subject, "cpu"), [], Barrier(4)

    def ask(_):
        together.wait()
        return run.once("slow", lambda: (time.sleep(0.05), made.append(1), object())[-1])

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert len(made) == 1
    assert all(each is found[0] for each in found)
    with pytest.raises(ZeroDivisionError):
        run.once("failing", lambda: 1 / 0)
    assert run.once("failing", lambda: 7) == 7


def test_recent_answers_are_few(tiny_runs):
    """What can be asked in any number of ways is kept for the last askings alone; the rest stays."""
    run = replace(tiny_runs["interir"], _made={}, _making={}, _recent=OrderedDict())
    asked = []
    run.once("lasting", lambda: 0)
    for i in [*range(RECENT + 1), RECENT, 0]:
        assert run.recent(f"{i}", lambda i=i: asked.append(i) or i) == i
    assert asked == [*range(RECENT + 1), 0]  # the latest was kept, the first had gone
    assert len(run._recent) == RECENT
    assert run.once("lasting", lambda: 1) == 0
