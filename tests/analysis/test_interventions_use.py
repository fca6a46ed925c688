"""Every kind of intervention does something, to this run alone, and its text says which."""

import threading

import pytest
import torch

from analysis import interventions
from analysis.interventions import (
    CATALOGUE,
    InterventionError,
    between,
    combination,
    described,
    in_words,
    inside,
)
from analysis.interventions.private import private
from interir.blocks import Descent
from tests.analysis.doing import IMAGE, run, same
from tests.helpers import assert_same_bits, photo

OF_INTERIR = {
    "foreign-masks", "foreign-operators", "uniform", "full-masks", "thresholds", "freeze-operators",
    "identity-operators", "rank", "zero-multiplier", "gain", "skip", "repeat", "step", "remove",
}  # fmt: skip


@pytest.mark.parametrize("text", sorted(OF_INTERIR))
def test_every_kind_does_something(model, donor, text):
    """At defaults and all stages, each changes the output, and the shared network stays as it was."""
    before = {name: value.clone() for name, value in model.state_dict().items()}
    text = "skip@2" if text == "skip" else text
    found = run(model, text, donor)
    assert not same(found, model.trace(IMAGE))
    assert_same_bits(tuple(before.values()), tuple(model.state_dict().values()))
    assert not [m for m in model.modules() if {"observe", "forward"} & vars(m).keys()]


def test_catalogue_is_covered():
    """The list above, and reorder, are all there is."""
    assert set(CATALOGUE) == OF_INTERIR | {"reorder"}


def test_concurrent_runs_do_not_see_each_other(model):
    """Three people, one network object: each gets what they would have got alone."""
    texts = ["uniform", "nothing", "gain=W2:-1 + step=0.5@2"]
    alone = [run(model, text)[-1].state.x for text in texts]
    barrier, wrong = threading.Barrier(len(texts)), []

    def visit(text, expected):
        for _ in range(4):
            barrier.wait()
            if not torch.equal(run(model, text)[-1].state.x, expected):
                wrong.append(text)

    threads = [threading.Thread(target=visit, args=pair) for pair in zip(texts, alone, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_private_copies_share_all_tensors(network):
    """Own modules where they are edited and above, the original's everywhere else, and no new tensor."""
    twin = private(network, (Descent,))
    assert {id(t) for t in twin.state_dict(keep_vars=True).values()} == {
        id(t) for t in network.state_dict(keep_vars=True).values()
    }
    pairs = list(zip(network.named_modules(), twin.named_modules(), strict=True))
    assert all(name == other for (name, _), (other, _) in pairs)
    assert not any(isinstance(ours, Descent) and ours is theirs for (_, ours), (_, theirs) in pairs)
    assert any(ours is theirs for (_, ours), (_, theirs) in pairs)
    assert private(network, ()) is network


def test_gradients_are_the_callers(model):
    """A run under interventions can be differentiated like a plain one."""
    image = photo(9, 6).requires_grad_()
    output = interventions.restore(model, image, combination("uniform + thresholds=0.1 + rank=1"))
    assert torch.autograd.grad(output.sum(), image)[0].any()


@pytest.mark.parametrize(
    ("network_key", "text", "reason"),
    [
        ("deepsn", "uniform", "DeepSN-Net has no explainable convolution"),
        ("deepsn", "gain=W2:-1", "DeepSN-Net has no gain W2 .it has: none"),
        ("interir", "gain=W9:1", "W1, W2, W3, W4, W5, W6"),
        ("deepsn-small", "freeze-operators", "has no operators"),
        ("interir", "skip@4", "no stage 4, only 1 to 3"),
        ("interir", "skip@0", "no stage 0"),
        ("interir", "foreign-masks", "needs another photo"),
    ],
)
def test_refusals(networks, network_key, text, reason):
    """What has no meaning is refused before anything runs, with a sentence that says why."""
    with pytest.raises(InterventionError, match=reason):
        run(networks[network_key], text)


def test_donors_of_another_size(model):
    """The other photo must have this one's size."""
    with torch.no_grad():
        donor = model.trace(photo(9, 9))
    with pytest.raises(InterventionError, match="must have this one's"):
        run(model, "foreign-operators", donor)


@pytest.mark.parametrize(
    "text", ["nothing", "rank=4@1,3", "gain=W2:-1.0 + remove=prior@2 + reorder@3,1", "uniform"]
)
def test_text_round_trip(text):
    """A combination is written as it is read, and equal combinations are equal keys."""
    assert described(combination(text)) == text
    assert combination(text) == combination(described(combination(text)))
    assert hash(combination(text)) == hash(combination(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing"),
        ("uniform", "modulation uniform"),
        ("uniform@1,2,3,5", "modulation uniform at k = 1–3, 5"),
        ("thresholds=-0.25@2", "thresholds lowered by 0.25 at k = 2"),
        ("thresholds", "thresholds raised by 0.5"),
        ("rank=4", "A1 and A2 cut to rank 4"),
        ("gain=W2:-1.0", "W2 = −1"),
        ("step=0.5 + zero-multiplier", "step size × 0.5 + λ = 0"),
        ("remove=prior", "prior term left out"),
        ("skip@1", "iteration 1 skipped"),
        ("skip@1-3,5", "iterations 1–3, 5 skipped"),
        ("repeat=2", "every iteration run 2 times"),
        ("reorder@3,2", "iterations run in the order 3, 2"),
        ("dance@1", "dance@1"),
    ],
)
def test_in_words(text, words):
    """What is done, its settings and its stages, for people; what cannot be read stays as it is."""
    assert in_words(text) == words


def test_every_kind_in_words():
    """No two kinds say the same, and none its short name."""
    said = {name: in_words(f"{name}@1,2") for name in CATALOGUE}
    assert len(set(said.values())) == len(CATALOGUE)
    assert not any(words.startswith(f"{name}@") for name, words in said.items())


def test_settings():
    """What a form needs: the settings of each kind and their defaults."""
    assert interventions.settings(inside.SetGain) == {"gain": "W2", "value": -1.0}
    assert interventions.settings(between.TruncateOperators) == {"rank": 4}
    assert all(kind.title and kind.name == name for name, kind in CATALOGUE.items())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("explode", "'explode' is no intervention; there are uniform"),
        ("rank=four", "rank takes rank .int., not 'four'"),
        ("rank=1:2", "not '1:2'"),
        ("skip=1", "takes no value"),
        ("skip@x", "'x' names no stages"),
        ("reorder", "reorder needs the stages"),
        ("reorder@1,1", "each once"),
        ("repeat=0", "at least 1"),
        ("rank=-1", "cannot be negative"),
        ("remove=all", "operator and prior"),
    ],
)
def test_texts_that_say_nothing(text, reason):
    """Errors restate what was given and what was expected."""
    with pytest.raises(InterventionError, match=reason):
        combination(text)
