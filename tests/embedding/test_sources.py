"""Sources against what the records hold, and spectra whose bands are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis.embedding.sources import BANDS, OPERATORS, SOURCES, bands, embed, held_by, pool
from tests.helpers import normal, photo

EXPLAINABLE = ("blocks", "modulation")


def test_every_source_of_every_network(key, network, trace):
    """x and the multiplier from k = 0, the rest from k = 1; what a network lacks is absent."""
    found = pool(trace, held_by(network))
    expected = set(SOURCES) if key == "interir" else set(SOURCES) - set(EXPLAINABLE)
    assert set(found) == expected - (set() if network.has_operators else set(OPERATORS))
    for name, vectors in found.items():
        late = name in ("prior", *EXPLAINABLE)
        assert vectors.shape[:2] == (network.depth + (not late), 1), name
        assert np.isfinite(vectors).all()


def test_averages(network, trace):
    """x_k, λ_k and the prior's term, each averaged over its places."""
    found = pool(trace, ["x", "multiplier", "prior"])
    for k, iteration in enumerate(trace):
        assert np.allclose(found["x"][k], iteration.state.x.mean(dim=(2, 3)), atol=1e-6)
        assert np.allclose(found["multiplier"][k], iteration.state.multiplier.mean(dim=(2, 3)), atol=1e-6)
    last = trace[network.depth].solve.prior_term.mean(dim=(2, 3))
    assert np.allclose(found["prior"][-1], last, atol=1e-6)


def test_embed_is_pool_of_the_trace(network, trace):
    """And it restores the photo as the network does."""
    found, restored = embed(network, photo(37, 50))
    pooled = pool(trace, held_by(network))
    assert found.keys() == pooled.keys()
    assert all(np.array_equal(found[name], pooled[name]) for name in found)
    with torch.no_grad():
        assert torch.equal(restored, network(photo(37, 50)))


def test_batch_is_one_by_one(network):
    """Samples of a batch do not meet."""
    images = photo(24, 32, batch=3)
    together, _ = embed(network, images)
    for i in range(3):
        alone, _ = embed(network, images[i : i + 1])
        for name, vectors in alone.items():
            assert np.allclose(vectors[:, 0], together[name][:, i], atol=1e-5), name


def test_photos_of_any_size_give_vectors_of_one_length(network):
    """A user's photo can be placed among the bank's."""
    sizes = [
        {name: vectors.shape for name, vectors in embed(network, photo(h, w))[0].items()}
        for h, w in [(24, 32), (41, 19)]
    ]
    assert sizes[0] == sizes[1]


def test_parts_that_an_iteration_lacks_are_zero(traces):
    """InterIR's last iteration has no DMUM and no MUM; its RESM stays in the RESM's columns."""
    trace = traces["interir"]
    found = pool(trace, ["blocks"])["blocks"]
    mean = torch.cat([c.input.mean(dim=(2, 3)) for c in trace[trace.depth].convolutions], dim=1)
    held = mean.shape[1]
    assert held < found.shape[2]
    assert np.allclose(found[-1, :, :held], mean, atol=1e-6)
    assert not found[-1, :, held:].any()
    assert found[:-1, :, held:].any()


def test_convolutions_of_one_name_are_kept_apart(traces):
    """A network may name none of its convolutions."""
    trace = traces["interir"]
    nameless = [
        replace(each, convolutions=tuple(replace(c, name="") for c in each.convolutions)) for each in trace
    ]
    for source in EXPLAINABLE:
        assert np.array_equal(pool(nameless, [source])[source], pool(trace, [source])[source])


@pytest.mark.parametrize("scale", [1.0, 1 / 9])
def test_uniform_modulation_is_zero(traces, scale):
    """An ordinary convolution is the origin, with the factor k² and in the literal form."""
    trace = traces["interir"]
    uniform = [
        replace(
            each,
            convolutions=tuple(
                replace(c, modulation=torch.full_like(c.modulation, scale)) for c in each.convolutions
            ),
        )
        for each in trace
    ]
    assert np.abs(pool(uniform, ["modulation"])["modulation"]).max() < 1e-7
    assert np.abs(pool(trace, ["modulation"])["modulation"]).max() > 1e-3


def test_bands_are_singular_values():
    """Against the decomposition itself, in single precision."""
    operators = normal(2, 3, 24, 24, dtype=torch.float32)
    operators = operators @ operators.mT @ operators
    operators = operators / operators.norm(dim=(-2, -1), keepdim=True)
    values = torch.linalg.svdvals(operators) * 24**0.5
    expected = values.unflatten(-1, (BANDS, 3)).mean(dim=-1).flatten(1)
    assert torch.allclose(bands(operators), expected, atol=1e-3)


@pytest.mark.parametrize("n", [BANDS, 16, 40])
def test_bands_of_known_spectra(n):
    """Flat is 1 everywhere, at every size; rank one has everything in the first band."""
    flat = torch.eye(n)[None, None] / n**0.5
    assert torch.allclose(bands(flat), torch.ones(1, BANDS), atol=1e-5)
    first = torch.zeros(1, 1, n, n)
    first[..., 0, 0] = 1
    expected = torch.zeros(1, BANDS)
    expected[0, 0] = n**0.5 * BANDS / n
    assert torch.allclose(bands(first), expected, atol=1e-4)
