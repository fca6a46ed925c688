"""The algorithm is the API: forward, trace, unfold and decode tell one story, to the last bit."""

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
import torch

import interir
from interir import records
from interir.unfolding import pad_to_multiple
from tests.helpers import assert_same_bits, normal, photo, randomise

SIZES = [(37, 50), (1, 1), (7, 51), (16, 24)]


@torch.no_grad()
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_forward_is_the_last_decoded_estimate(network, height, width):
    """forward(y) == decode(trace(y)[N].x), bit for bit, at the photo's own size."""
    image = photo(height, width)
    trace = network.trace(image)
    output = network(image)
    assert output.shape == image.shape
    assert torch.equal(output, network.decode(trace[-1].state.x, trace.observation))
    assert output.isfinite().all()


@torch.no_grad()
def test_iterate_is_the_trace(network, trace):
    """iterate yields iterations 1..N of the trace, in order, one at a time."""
    iterations = network.iterate(photo(37, 50))
    assert iter(iterations) is iterations
    for expected, actual in zip(trace.iterations[1:], iterations, strict=True):
        assert actual.k == expected.k
        assert_same_bits(actual, expected)


def test_indices(network, trace):
    """trace[k].k == k for k = 0..depth; iteration 0 has a state and no story."""
    assert [trace[k].k for k in range(network.depth + 1)] == list(range(network.depth + 1))
    assert (trace.depth, len(trace), len(list(trace))) == (
        network.depth,
        network.depth + 1,
        network.depth + 1,
    )
    assert trace[0].solve is None
    assert trace[0].convolutions == ()
    assert all(iteration.solve is not None for iteration in trace.iterations[1:])


@torch.no_grad()
def test_resuming_gives_the_tail(network, trace):
    """From any stored state, k = 0..N, the rest of the run is the same, bit for bit."""
    for k in range(trace.depth + 1):
        tail = list(network.unfold(trace.observation, trace[k].state, first=k + 1))
        assert [iteration.k for iteration in tail] == list(range(k + 1, trace.depth + 1))
        for iteration in tail:
            assert_same_bits(iteration, trace[iteration.k])


@torch.no_grad()
def test_keep(network, trace):
    """``keep`` is applied to every iteration, and only its results are stored."""
    kept = network.trace(photo(37, 50), keep=lambda it: (it.k, it.state.x.sum().item()))
    assert kept.iterations == tuple((it.k, it.state.x.sum().item()) for it in trace)


def test_nothing_is_detached(network):
    """The caller decides on gradients: the output has one for any earlier state."""
    trace = network.trace(photo(9, 6).requires_grad_())
    output = network.decode(trace[-1].state.x, trace.observation)
    for iteration in trace:
        (gradient,) = torch.autograd.grad(output.sum(), iteration.state.x, retain_graph=True)
        assert gradient.any()
    assert torch.autograd.grad(output.sum(), trace.observation.image)[0].any()


def test_grad_mode_is_the_callers(network):
    """Between two iterations the grad mode is what the caller set."""
    iterations = network.iterate(photo(4, 4))
    next(iterations)
    assert torch.is_grad_enabled()
    with torch.no_grad():
        assert not next(iterations).state.x.requires_grad
    assert torch.is_grad_enabled()


@torch.no_grad()
def test_batch_of_two_is_two_of_one(network):
    """In eval mode samples do not see each other: every record of a batch splits."""
    pair = photo(13, 18, batch=2)
    both, *singles = (network.trace(image) for image in (pair, pair[:1], pair[1:]))
    for k in range(network.depth + 1):
        for i, single in enumerate(singles):
            for name in ("x", "a1", "a2", "multiplier"):
                expected, actual = getattr(single[k].state, name), getattr(both[k].state, name)[i : i + 1]
                torch.testing.assert_close(actual, expected, rtol=1e-8, atol=1e-9)
            for ours, theirs in zip(both[k].convolutions, single[k].convolutions, strict=True):
                assert torch.equal(ours.mask[i : i + 1], theirs.mask)
                torch.testing.assert_close(ours.modulation[i : i + 1], theirs.modulation)


@torch.no_grad()
@pytest.mark.parametrize("layout", ["transposed", "channels last", "strided"])
def test_memory_layout_does_not_matter(network, layout):
    """A photo that is not contiguous is restored like its copy."""
    image = {
        "transposed": photo(14, 9).mT,
        "channels last": photo(9, 14).contiguous(memory_format=torch.channels_last),
        "strided": photo(18, 28)[..., ::2, ::2],
    }[layout]
    assert not image.is_contiguous()
    torch.testing.assert_close(network(image), network(image.contiguous()), rtol=1e-8, atol=1e-9)


@torch.no_grad()
def test_decoder_is_affine(network, trace):
    """decode(x) - decode(0) is linear in x, so the output splits into the steps' contributions."""
    shape, observation = trace.observation.features.shape, trace.observation
    u, v = normal(*shape, seed=1), normal(*shape, seed=2)
    origin = network.decode(torch.zeros_like(u), observation)
    linear = lambda x: network.decode(x, observation) - origin  # noqa: E731
    torch.testing.assert_close(linear(1.7 * u - 0.4 * v), 1.7 * linear(u) - 0.4 * linear(v))
    assert linear(u).abs().max() > 0.1


def test_direction_is_the_sum_of_its_terms(trace):
    """V == operator term + prior term, both at work."""
    for iteration in trace.iterations[1:]:
        solve = iteration.solve
        assert torch.equal(solve.direction, solve.operator_term + solve.prior_term)
        assert solve.operator_term.any()
        assert solve.prior_term.any()


def test_step_follows_the_direction(trace):
    """x_k == x_{k-1} - ε V, bit for bit, with a scalar ε that is not 0."""
    for before, after in pairwise(trace):
        assert after.solve.size.shape == ()
        assert after.solve.size != 0
        assert torch.equal(after.state.x, before.state.x - after.solve.size * after.solve.direction)


@torch.no_grad()
def test_contributions_sum_to_the_output(network, trace):
    """x_N - x_0 is minus the sum of all ε V, and so is the output, decoded."""
    total = sum(it.solve.size * it.solve.direction for it in trace.iterations[1:])
    first, last = trace[0].state.x, trace[-1].state.x
    torch.testing.assert_close(first - total, last)
    origin = network.decode(torch.zeros_like(first), trace.observation)
    decoded = network.decode(first, trace.observation) - (network.decode(total, trace.observation) - origin)
    torch.testing.assert_close(decoded, network.decode(last, trace.observation))


def test_repeated_solves_are_one_step():
    """Also with several solves per iteration, x_k == x_{k-1} - ε V, as `Solve` promises."""
    model = randomise(interir.create("deepsn-small", depth=2, repeat=2).double().eval())
    with torch.no_grad():
        trace = model.trace(photo(8, 8))
    solve = trace[1].solve
    torch.testing.assert_close(trace[1].state.x, trace[0].state.x - solve.size * solve.direction)


@pytest.mark.parametrize("factor", [1, 4, 8])
@pytest.mark.parametrize(("height", "width"), [*SIZES, (2, 3)])
def test_padding_is_a_reflection(height, width, factor):
    """Right and bottom are extended as NumPy reflects, as often as it must; multiples are untouched."""
    image = photo(height, width, batch=2)
    padded = pad_to_multiple(image, factor)
    edges = [(0, 0), (0, 0), (0, -height % factor), (0, -width % factor)]
    np.testing.assert_array_equal(padded.numpy(), np.pad(image.numpy(), edges, mode="reflect"))
    if edges == [(0, 0)] * 4:
        assert padded is image


@pytest.mark.parametrize("kind", [records.Observation, records.State, records.Solve, records.Convolution])
def test_every_field_says_how_it_is_drawn(kind):
    """A page can draw a record it has never seen: each tensor has a symbol and a view."""
    for field in fields(kind):
        assert field.name == "name" or set(field.metadata) == {"symbol", "view"}, field.name
