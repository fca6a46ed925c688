"""Spectra of matrices whose singular values are known."""

import math

import numpy as np
import pytest
import torch

from analysis.spectra import QUANTILES, Spectrum, spectrum
from tests.helpers import normal

SIDES = [1, 2, 5, 16]


@pytest.mark.parametrize("n", SIDES)
def test_identity_is_flat(n):
    """All singular values 1, effective rank n; at unit norm they lie on the reference line."""
    found = spectrum(torch.eye(n).expand(3, n, n))
    assert torch.allclose(found.values, torch.ones(3, n))
    assert torch.allclose(found.effective_rank, torch.full((3,), float(n)), rtol=1e-5)
    unit = spectrum(torch.eye(n)[None] / math.sqrt(n))
    assert unit.values[0, 0].item() == pytest.approx(unit.reference)


@pytest.mark.parametrize("n", SIDES)
def test_rank_one(n):
    """One singular value, the norm of the matrix, and effective rank 1."""
    u, v = normal(n, seed=1), normal(n, seed=2)
    found = spectrum(torch.outer(u, v)[None])
    assert found.values[0, 0].item() == pytest.approx((u.norm() * v.norm()).item())
    assert found.effective_rank.item() == pytest.approx(1, abs=1e-6)


def test_zero_matrix():
    """Nothing is divided by zero: no singular value, and the least rank there is."""
    found = spectrum(torch.zeros(2, 4, 4))
    assert not found.values.any()
    assert torch.isfinite(found.effective_rank).all()
    assert torch.equal(found.effective_rank, torch.ones(2))


def test_known_values_in_any_basis():
    """diag(3, 2, 1) between two rotations keeps its singular values, largest first."""
    q1, q2 = (torch.linalg.qr(normal(3, 3, seed=s))[0] for s in (3, 4))
    found = spectrum((q1 @ torch.diag(torch.tensor([1.0, 3.0, 2.0], dtype=torch.float64)) @ q2)[None])
    assert found.values[0].tolist() == pytest.approx([3, 2, 1])
    share = np.array([3, 2, 1]) / 6
    assert found.effective_rank.item() == pytest.approx(np.exp(-(share * np.log(share)).sum()))


@pytest.mark.parametrize("factor", [1e-3, 1.0, 1e3])
def test_rank_does_not_depend_on_scale(factor):
    """Values scale with the matrix, the effective rank does not; it lies in [1, n]."""
    matrices = normal(6, 5, 5)
    found, scaled = spectrum(matrices), spectrum(factor * matrices)
    assert torch.allclose(scaled.values, factor * found.values)
    assert torch.allclose(scaled.effective_rank, found.effective_rank)
    assert found.effective_rank.min() >= 1
    assert found.effective_rank.max() <= 5


def test_values_are_numpys_and_quantiles_too():
    """Against numpy, channel by channel; quantiles go over channels."""
    matrices = normal(9, 7, 7)
    found = spectrum(matrices)
    values = np.linalg.svd(matrices.numpy(), compute_uv=False)
    assert np.allclose(found.values, values)
    assert np.allclose(found.quantiles, np.quantile(values, QUANTILES, axis=0))


def test_quantiles_of_one_channel():
    """With a single channel the band has no width."""
    found = Spectrum(torch.tensor([[3.0, 1.0]]))
    assert torch.equal(found.quantiles, torch.tensor([[3.0, 1.0]] * 3))
