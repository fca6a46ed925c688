"""What is kept of an iteration: enough to run it again bit for bit, and no more than is counted."""

import numpy as np
import pytest
import torch

from analysis import digest as kept
from interir import Convolution
from tests.helpers import assert_same_bits, photo


@pytest.fixture
def digests(network):
    """(observation, digest) of every iteration of a small network."""
    with torch.inference_mode():
        return list(kept.follow(network, photo(37, 50)))


def test_follow_is_the_trace(digests, trace):
    """States k = 0..N as the trace has them, to the bit, and one observation for all."""
    assert [digest.k for _, digest in digests] == list(range(trace.depth + 1))
    for (observation, digest), iteration in zip(digests, trace, strict=True):
        assert_same_bits(digest.state, iteration.state)
        assert_same_bits(observation, trace.observation)


def test_rerun_is_the_iteration(network, digests, trace):
    """From the kept state before it, every iteration comes out again with everything in it."""
    for k in range(1, trace.depth + 1):
        observation, before = digests[k - 1]
        again = kept.rerun(network, observation, before.state, k)
        assert again.k == k
        assert_same_bits(again, trace[k])


def test_rerun_records_no_gradient(networks):
    """It is only looked at: nothing in it asks for gradients."""
    network = networks["interir"]
    with torch.no_grad():
        observation, state = network.init(photo(12, 16))
    again = kept.rerun(network, observation, state, 1)
    assert not again.state.x.requires_grad
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 8, 10, 13), (3,)], ids=str)
def test_rms(shape):
    """Root of the mean of squares, as numpy has it; a constant's is its size."""
    values = torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert kept.rms(values) == pytest.approx(np.sqrt(np.mean(values.numpy() ** 2)))
    assert kept.rms(torch.full(shape, -3.0)) == 3.0
    assert kept.rms(torch.zeros(shape)) == 0.0


def size(x):
    """Root mean square, by numpy."""
    return np.sqrt(np.mean(x.numpy().astype(np.float64) ** 2))


def test_norms(digests, trace):
    """Each norm is that of its field; the step is relative to where it started."""
    for k in range(1, trace.depth + 1):
        norms, iteration, before = digests[k][1].norms, trace[k], trace[k - 1].state
        for name in ("residual", "direction", "operator_term", "prior_term"):
            assert getattr(norms, name) == pytest.approx(size(getattr(iteration.solve, name)), rel=1e-9)
        assert norms.size == pytest.approx(iteration.solve.size.item())
        assert norms.multiplier == pytest.approx(size(iteration.state.multiplier), rel=1e-9)
        moved = size(iteration.state.x - before.x) / size(before.x)
        assert norms.step == pytest.approx(moved, rel=1e-9)


def test_norms_of_the_start(digests, trace):
    """At k = 0 nothing was solved: zeros, but for the multiplier's size."""
    norms = digests[0][1].norms
    zeros = [getattr(norms, n) for n in type(norms).__slots__ if n != "multiplier"]
    assert zeros == [0] * 6
    assert norms.multiplier == pytest.approx(size(trace[0].state.multiplier))


def test_a_step_from_zero_is_finite():
    """Starting from x = 0 the relative step does not divide by zero."""
    zero, one = torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2)
    eye = torch.eye(2).reshape(1, 1, 2, 2)
    before, state = (kept.State(x, eye, eye, zero) for x in (zero, one))
    assert np.isfinite(kept.norms(None, state, before).step)
    assert kept.norms(None, before, before).step == 0


def test_nbytes(digests):
    """States and estimate whole, masks a bit per place: nothing is counted that is shared."""
    for _, digest in digests:
        state = digest.state
        whole = [state.x, state.multiplier, digest.estimate]
        matrices = [t.untyped_storage().nbytes() for t in (state.a1, state.a2)]
        bits = sum(c.bits.shape[0] * -(-c.size[0] * c.size[1] // 8) for c in digest.convolutions)
        assert digest.nbytes == sum(t.numel() * t.element_size() for t in whole) + sum(matrices) + bits


def test_identity_operators_take_one_matrix(networks):
    """A network without operators does not keep an identity per channel."""
    with torch.inference_mode():
        *_, (_, digest) = kept.follow(networks["deepsn-small"], photo(37, 50))
    item = digest.state.a1.element_size()
    channels = digest.state.x.shape[1]
    assert digest.state.a1.untyped_storage().nbytes() < channels * 10 * 10 * item


def a_convolution(h, w, channels=3):
    """A record whose mask has a size that bytes do not divide."""
    x = torch.randn(2, channels, h, w, generator=torch.Generator().manual_seed(h * 100 + w))
    taps = torch.rand(2, channels, 3, 3)
    zero = torch.zeros(1, channels, 1, 1)
    return Convolution("c", x, zero, x > 0, taps, taps + 1, torch.rand(channels, 1, 3, 3))


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (3, 3), (8, 8), (10, 13), (5, 64)], ids=str)
def test_masks_survive_packing(size):
    """A bit per place, and every one comes back, of the first photo of the batch."""
    record = a_convolution(*size)
    summary = kept.summary(record)
    assert summary.bits.shape == (3, -(-size[0] * size[1] // 8))
    for channel in range(3):
        mask = summary.mask(channel)
        assert mask.shape == size
        assert np.array_equal(mask, record.mask[0, channel].numpy())
        assert summary.occupancy[channel] == pytest.approx(mask.mean(), abs=1e-6)
    assert np.array_equal(summary.pooled, record.pooled[0])
    assert np.array_equal(summary.modulation, record.modulation[0])
    assert np.array_equal(summary.kernel, record.kernel)
