"""do(): nothing changes nothing, and every intervention does what it says, to this run alone."""

import threading
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

import interir
from analysis import interventions
from analysis.interventions import CATALOGUE, InterventionError, between, combination, described, inside
from analysis.interventions.private import private
from interir import operators
from interir.blocks import Descent
from tests.analysis.toy import blur, linear
from tests.helpers import assert_same_bits, normal, photo, randomise

IMAGE, OTHER = photo(21, 30, seed=7), photo(21, 30, seed=8)
OF_INTERIR = {
    "foreign-masks", "foreign-operators", "uniform", "full-masks", "thresholds", "freeze-operators",
    "identity-operators", "rank", "zero-multiplier", "gain", "skip", "repeat", "step", "remove",
}  # fmt: skip


@pytest.fixture(scope="module")
def model(networks):
    """The small InterIR: three stages."""
    return networks["interir"]


@pytest.fixture(scope="module")
def donor(model):
    """Its run on another photo."""
    with torch.no_grad():
        return model.trace(OTHER)


@torch.no_grad()
def run(network, text, donor=None, image=IMAGE):
    """A run under the combination that a text describes."""
    return interventions.trace(network, image, combination(text), donor)


def same(left, right):
    """Whether two runs end in the same state, bit for bit."""
    return torch.equal(left[-1].state.x, right[-1].state.x)


@torch.no_grad()
def test_nothing_is_bit_equal(network):
    """do(nothing) is the plain run: every tensor of every iteration, from any k on."""
    plain = network.trace(IMAGE)
    for ours, theirs in zip(run(network, "nothing"), plain, strict=True):
        assert ours.k == theirs.k
        assert_same_bits(ours, theirs)
    assert torch.equal(interventions.restore(network, IMAGE), network(IMAGE))
    tail = interventions.unfold(network, plain.observation, plain[1].state, first=2)
    for ours, theirs in zip(tail, plain.iterations[2:], strict=True):
        assert_same_bits(ours, theirs)


NEUTRAL = [
    "thresholds=0",
    "rank=99",
    "step=1",
    "repeat=1",
    "reorder@1,2",
    "freeze-operators@1",
    "foreign-operators",
]


@torch.no_grad()
@pytest.mark.parametrize("text", [*NEUTRAL, "foreign-masks", " + ".join(NEUTRAL)])
def test_operators_that_do_nothing(model, text):
    """Settings that change nothing, and what is taken from the very same photo: bit-equal."""
    plain = model.trace(IMAGE)
    assert same(run(model, text, plain), plain)


@torch.no_grad()
@pytest.mark.parametrize("literal", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_full_masks_are_uniform(dtype, literal):
    """The built-in check: two ways to the ordinary convolution, one through mask, pool and softmax."""
    model = randomise(interir.create("interir-small", width=8, blocks=1, literal=literal)).to(dtype).eval()
    image = IMAGE.to(dtype)
    uniform, full = (run(model, text, image=image) for text in ("uniform", "full-masks"))
    torch.testing.assert_close(uniform[-1].state.x, full[-1].state.x, rtol=1e-6, atol=1e-6)
    assert literal or same(uniform, full)
    assert all(c.mask.all() for iteration in full for c in iteration.convolutions)
    assert not same(uniform, model.trace(image))


@torch.no_grad()
def test_uniform_is_the_ordinary_convolution(model):
    """A uniform explainable block computes what the same block with `nn.Conv2d` does."""
    twin = private(model, (interir.ExplainableConv2d,))
    conv, x = twin.blocks[0].mum.block.depthwise, normal(1, 16, 6, 7)
    plain = torch.nn.functional.conv2d(x, conv.weight, conv.bias, padding=1, groups=16)
    assert not torch.allclose(conv(x), plain)
    inside.UniformModulation().edit(1, conv, None)
    torch.testing.assert_close(conv(x), plain)


def test_masks_of_another_photo(model, donor):
    """At the stages named the records carry the donor's masks and modulations; elsewhere their own."""
    found, plain = run(model, "foreign-masks@2", donor), run(model, "nothing")
    for k in (1, 2, 3):
        for c, theirs in zip(found[k].convolutions, donor[k].convolutions, strict=True):
            assert (
                torch.equal(c.modulation, theirs.modulation) == torch.equal(c.mask, theirs.mask) == (k == 2)
            )
    assert_same_bits(found[1], plain[1])
    assert not same(found, plain)


def test_thresholds(model):
    """Moved far up, no place is on, which is as uniform as all being on; records say the threshold used."""
    high, uniform = run(model, "thresholds=1e9"), run(model, "uniform")
    torch.testing.assert_close(high[-1].state.x, uniform[-1].state.x)
    moved, plain = run(model, "thresholds=0.25@1"), run(model, "nothing")
    ours, theirs = (trace[1].convolutions[0] for trace in (moved, plain))
    torch.testing.assert_close(ours.threshold, theirs.threshold + 0.25)
    assert torch.equal(ours.mask, theirs.input > ours.threshold)


@torch.no_grad()
@pytest.mark.parametrize("key", ["interir", "deepsn"], indirect=False)
def test_operators(networks, key):
    """Each stage starts from the operators it is told, checked against the contract's own step."""
    network = networks[key]
    plain, other = network.trace(IMAGE), network.trace(OTHER)
    observation, state = plain.observation, plain[1].state
    told = {
        "freeze-operators": plain[0].state,
        "foreign-operators": other[1].state,
        "identity-operators": replace(
            state, **dict(zip(("a1", "a2"), operators.identities(state.x), strict=True))
        ),
        "rank=1": replace(state, a1=first_rank(state.a1), a2=first_rank(state.a2)),
    }
    for text, source in told.items():
        expected = network.step(2, observation, replace(state, a1=source.a1, a2=source.a2))
        found = run(network, f"{text}@2", other)[2]
        torch.testing.assert_close(found.state.x, expected.state.x)
        torch.testing.assert_close(found.state.a1, expected.state.a1)
        assert not torch.allclose(found.state.x, plain[2].state.x)


def first_rank(a):
    u, s, vh = torch.linalg.svd(a)
    return u[..., :1] * s[..., :1, None] @ vh[..., :1, :]


@pytest.mark.parametrize("rank", [0, 1, 3, 6, 7])
def test_truncation(rank):
    """The nearest matrix of that rank (Eckart and Young): the other singular values are the error."""
    a = normal(2, 3, 6, 6)
    found, values = between.truncated(a, rank), torch.linalg.svdvals(a)
    assert (torch.linalg.matrix_rank(found) == min(rank, 6)).all()
    error = (a - found).norm(dim=(-2, -1))
    torch.testing.assert_close(error, values[..., rank:].norm(dim=-1), atol=1e-7, rtol=1e-7)


@torch.no_grad()
def test_multiplier(network):
    """λ = 0 before the stage, checked against the contract's own step."""
    plain = network.trace(IMAGE)
    state = replace(plain[1].state, multiplier=torch.zeros_like(plain[1].state.multiplier))
    expected = network.step(2, plain.observation, state)
    assert_same_bits(run(network, "zero-multiplier@2")[2], expected)
    assert not torch.equal(expected.state.x, plain[2].state.x)


def test_gains(model):
    """W2 = -1 wherever it is told, and no other gain is touched."""
    found, plain = run(model, "gain=W2:-1@1"), run(model, "nothing")
    ours, theirs = found[1].solve.gains, plain[1].solve.gains
    assert (ours[1] == -1).all()
    assert torch.equal(ours[0], theirs[0])
    assert not (found[2].solve.gains[1] == -1).any()
    both = run(model, "gain=W1:0 + gain=W2:-1")
    assert all(
        (it.solve.gains[0] == 0).all() and (it.solve.gains[1] == -1).all() for it in both.iterations[1:]
    )


@torch.no_grad()
@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("skip@2", [1, 3]),
        ("skip", []),
        ("repeat=3@1", [1, 1, 1, 2, 3]),
        ("reorder@2,1", [2, 1, 3]),
        ("reorder@2,3,1", [2, 3, 1]),
        ("reorder@2,1 + skip@1", [2, 3]),
        ("skip@1 + reorder@2,1", [1, 3]),
        ("repeat@3 + repeat@3", [1, 2, 3, 3, 3, 3]),
    ],
)
def test_order(network, text, order):
    """Stages run as by hand; iteration k is what is there after place k."""
    observation, state = network.init(IMAGE)
    found = run(network, text)
    for j in order:
        state = network.step(j, observation, state).state
    assert torch.equal(found[-1].state.x, state.x)
    assert [iteration.k for iteration in found] == list(range(network.depth + 1))


@torch.no_grad()
def test_step_size(network):
    """x_k = x_{k-1} - 0.5 ε V at the stage told; ε = 0 leaves x where it was."""
    found, plain = run(network, "step=0.5@2"), network.trace(IMAGE)
    solve = plain[2].solve
    torch.testing.assert_close(found[2].solve.size, 0.5 * solve.size)
    torch.testing.assert_close(found[2].state.x, plain[1].state.x - 0.5 * solve.size * solve.direction)
    still = run(network, "step=0")
    assert same(still, [plain[0]])


def test_terms(network):
    """Without one term the step is the other's; the books of such a run still balance."""
    for text, kept in (("remove=operator", "prior_term"), ("remove=prior", "operator_term")):
        found = run(network, text)
        for before, after in pairwise(found):
            expected = before.state.x - after.solve.size * getattr(after.solve, kept)
            torch.testing.assert_close(after.state.x, expected)


@torch.no_grad()
def test_closed_form():
    """In a linear network skipping, repeating and scaling are known powers; identities are what it had."""
    network, y = linear(depth=4, operator=0.3, prior=-0.5), IMAGE
    factor = 1 - 0.5 * (0.3 - 0.5)
    for text, expected in (
        ("nothing", factor**4),
        ("skip@2,4", factor**2),
        ("repeat=3@1", factor**6),
        ("reorder@4,3,2,1", factor**4),
        ("step=2", (1 + 0.2) ** 4),
        ("remove=prior@3", factor**3 * (1 - 0.15)),
        ("identity-operators", factor**4),
    ):
        torch.testing.assert_close(run(network, text)[-1].state.x, expected * y)


@torch.no_grad()
def test_a_blur_without_its_operators():
    """With a known separable blur taken out (A = I), gradient descent goes straight to y."""
    a1, a2 = (torch.eye(n, dtype=torch.float64) * 0.5 + 0.5 / n for n in (21, 30))
    network = blur(a1, a2, size=1.0)
    torch.testing.assert_close(run(network, "identity-operators")[-1].state.x, IMAGE)
    assert not torch.allclose(run(network, "nothing")[-1].state.x, IMAGE, atol=1e-2)


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
