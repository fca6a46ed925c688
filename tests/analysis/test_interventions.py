"""do(): nothing changes nothing, and what each intervention inside a stage does."""

from dataclasses import replace

import pytest
import torch

import interir
from analysis import interventions
from analysis.interventions import between, inside
from analysis.interventions.private import private
from interir import operators
from tests.analysis.doing import IMAGE, OTHER, run, same
from tests.helpers import assert_same_bits, normal, randomise


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
