"""The two-sided operator is linear, has the adjoint it says it has, and has unit norm."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from interir import operators
from tests.helpers import normal, photo

SIZES = [(1, 1), (3, 5), (8, 2), (7, 7)]


def random_operator(h, w, seed=0):
    """Operators of two samples and three channels."""
    return normal(2, 3, h, h, seed=seed), normal(2, 3, w, w, seed=seed + 1)


def inner(u, v):
    return (u * v).sum()


@pytest.mark.parametrize(("h", "w"), SIZES)
def test_adjoint(h, w):
    """⟨A1 u A2, v⟩ = ⟨u, A1ᵀ v A2ᵀ⟩."""
    a1, a2 = random_operator(h, w)
    u, v = normal(2, 3, h, w, seed=3), normal(2, 3, h, w, seed=4)
    left, right = inner(operators.apply(a1, u, a2), v), inner(u, operators.adjoint(a1, v, a2))
    torch.testing.assert_close(left, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("h", "w"), SIZES)
def test_adjoint_is_autograds(h, w):
    """The adjoint written by hand is the vector-Jacobian product."""
    a1, a2 = random_operator(h, w)
    u, v = normal(2, 3, h, w, seed=3), normal(2, 3, h, w, seed=4)
    _, automatic = torch.autograd.functional.vjp(lambda x: operators.apply(a1, x, a2), u, v)
    torch.testing.assert_close(operators.adjoint(a1, v, a2), automatic)


def test_linear():
    """A(s u + t v) = s A u + t A v, for the map and its adjoint."""
    a1, a2 = random_operator(4, 5)
    u, v = normal(2, 3, 4, 5, seed=3), normal(2, 3, 4, 5, seed=4)
    for f in (operators.apply, operators.adjoint, operators.gram):
        expected = 2.5 * f(a1, u, a2) - 0.3 * f(a1, v, a2)
        torch.testing.assert_close(f(a1, 2.5 * u - 0.3 * v, a2), expected)


def test_kronecker():
    """Per channel, vec(A1 x A2) = (A2ᵀ ⊗ A1) vec(x) with columns stacked."""
    a1, a2 = random_operator(3, 4)
    x = normal(2, 3, 3, 4, seed=3)
    result = operators.apply(a1, x, a2)
    for index in np.ndindex(2, 3):
        dense = np.kron(a2[index].T.numpy(), a1[index].numpy())
        expected = dense @ x[index].numpy().flatten(order="F")
        np.testing.assert_allclose(result[index].numpy().flatten(order="F"), expected, rtol=1e-10, atol=1e-12)


def test_gram_is_symmetric_and_positive():
    """⟨Gu, v⟩ = ⟨u, Gv⟩ and ⟨Gu, u⟩ = ‖A u‖² ≥ 0."""
    a1, a2 = random_operator(4, 5)
    u, v = normal(2, 3, 4, 5, seed=3), normal(2, 3, 4, 5, seed=4)
    gram_u, gram_v = (operators.gram(a1, z, a2) for z in (u, v))
    torch.testing.assert_close(inner(gram_u, v), inner(u, gram_v))
    torch.testing.assert_close(inner(gram_u, u), operators.apply(a1, u, a2).square().sum())


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_normalised_matrices_have_unit_norm(scale):
    """Frobenius norm 1 whatever the scale, the direction kept."""
    a = scale * normal(2, 3, 6, 6)
    unit = operators.normalize(a)
    norms = torch.linalg.matrix_norm(unit)
    torch.testing.assert_close(norms, torch.ones_like(norms))
    torch.testing.assert_close(unit * torch.linalg.matrix_norm(a)[..., None, None], a)


def test_zero_stays_zero():
    """A matrix of zeros is not divided by its norm."""
    a = normal(2, 3, 6, 6)
    a[1, 2] = 0
    unit = operators.normalize(a)
    assert torch.equal(unit[1, 2], torch.zeros(6, 6, dtype=a.dtype))
    assert unit.isfinite().all()


@torch.no_grad()
def test_operators_of_a_black_photo_are_finite(networks):
    """Where features vanish the operators do too; nothing becomes NaN."""
    a1, a2 = operators.from_factors(*[torch.zeros(1, 2, 3, 4)] * 2)
    assert not a1.any()
    assert not a2.any()
    for model in networks.values():
        assert model(torch.zeros(1, 3, 9, 6, dtype=torch.float64)).isfinite().all()


@pytest.mark.parametrize("name", ["interir", "deepsn"])
def test_norms_are_one_at_every_iteration(traces, name):
    """‖A1_k‖ = ‖A2_k‖ = 1 for k = 0..N, so that no operator is expansive."""
    for iteration in traces[name]:
        for a in (iteration.state.a1, iteration.state.a2):
            norms = torch.linalg.matrix_norm(a)
            torch.testing.assert_close(norms, torch.ones_like(norms))
            assert torch.linalg.matrix_norm(a, ord=2).max() <= 1 + 1e-12


@pytest.mark.parametrize("name", ["interir", "deepsn"])
def test_initial_operators_are_gram_matrices(traces, name):
    """Eq. 11: A1_0 and A2_0 are y yᵀ and yᵀ y, normalised: symmetric and positive."""
    trace = traces[name]
    y = trace.observation.features
    for a, gram in ((trace[0].state.a1, y @ y.mT), (trace[0].state.a2, y.mT @ y)):
        torch.testing.assert_close(a, gram / torch.linalg.matrix_norm(gram)[..., None, None])
        assert torch.linalg.eigvalsh(a).min() >= -1e-12


def test_operators_of_the_network_differ_from_step_to_step(traces):
    """A1 and A2 are renewed by every iteration but the last, which has none to renew."""
    for key in ("interir", "deepsn"):
        states = [iteration.state for iteration in traces[key]]
        for before, after in pairwise(states[:-1]):
            assert not torch.equal(before.a1, after.a1)
            assert not torch.equal(before.a2, after.a2)
        assert states[-1].a1 is states[-2].a1


def test_small_deepsn_has_identities(traces):
    """The published small network has no operators: A1 = A2 = I at every k, and they act as such."""
    for iteration in traces["deepsn-small"]:
        state = iteration.state
        for a in (state.a1, state.a2):
            assert torch.equal(a, torch.eye(a.shape[-1], dtype=a.dtype).expand_as(a))
        assert torch.equal(operators.apply(state.a1, state.x, state.a2), state.x)


def test_identities_take_no_memory():
    """The identity operators are views of one matrix."""
    a1, a2 = operators.identities(photo(5, 7, batch=2))
    assert (a1.shape, a2.shape) == ((2, 3, 5, 5), (2, 3, 7, 7))
    assert a1.untyped_storage().nbytes() == 5 * 5 * 8
