"""InterIR's modules compute the equations of the paper, as slow loops compute them."""

import numpy as np
import pytest
import torch

import interir
from interir.blocks import EPBlock
from interir.network import DMUM, MUM, RESM
from interir.records import State
from tests import oracles
from tests.helpers import normal, photo, randomise

CONFIG = interir.InterIRConfig(width=8, down=4, blocks=2)
B, C, H, W = 2, 8, 5, 4


def close(actual, expected):
    """Equal up to the rounding of float64."""
    np.testing.assert_allclose(actual.detach().numpy(), expected, rtol=1e-9, atol=1e-10)


def make_state():
    """A random state whose operators are no Gram matrices, so that a lost transpose shows."""
    return State(
        x=normal(B, C, H, W, seed=1),
        a1=normal(B, C, H, H, seed=2) / H,
        a2=normal(B, C, W, W, seed=3) / W,
        multiplier=normal(B, C, H, W, seed=4),
    )


def ready(module):
    """A module in float64 with random parameters, and these as arrays."""
    module = randomise(module.double(), seed=9)
    return module, oracles.arrays(module)


def as_arrays(state):
    return tuple(getattr(state, name).numpy() for name in ("x", "a1", "a2", "multiplier"))


@pytest.mark.parametrize("literal", [False, True])
@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("kernel", [2, 3, (3, 1)])
def test_explainable_convolution(kernel, groups, literal):
    """Eqs. 16 to 20, number by number."""
    conv, p = ready(interir.ExplainableConv2d(4, 8, kernel, padding=1, groups=groups, literal=literal))
    x = normal(2, 4, 7, 5, seed=5)
    expected = oracles.explainable_conv(
        x.numpy(), p["weight"], p["bias"], p["threshold"], padding=1, groups=groups, literal=literal
    )
    close(conv(x), expected)


def test_explainable_block():
    """NAFNet's block with an explainable depthwise convolution."""
    block, p = ready(EPBlock(C, "block"))
    x = normal(B, C, H, W, seed=6)
    close(block(x)[0], oracles.ep_block(x.numpy(), p))


def test_solver_module():
    """Eq. 12: the next x, F, and both terms of V."""
    module, p = ready(RESM(CONFIG))
    state, y = make_state(), normal(B, C, H, W, seed=8)
    x, solve, convolutions = module(y, state)
    expected = oracles.resm(p, y.numpy(), *as_arrays(state))
    close(x, expected.pop("x"))
    for name, values in expected.items():
        close(getattr(solve, name), values)
    assert [c.name for c in convolutions] == ["RESM.G", "RESM.Gᵀ", "RESM.P"]


def test_operator_module():
    """Eq. 13: A1 and A2 from one pair of factors; x is taken over, λ is kept."""
    module, p = ready(DMUM(CONFIG))
    state, y, x = make_state(), normal(B, C, H, W, seed=8), normal(B, C, H, W, seed=10)
    renewed, _ = module(y, x, state)
    a1, a2 = oracles.dmum(p, y.numpy(), x.numpy(), state.a1.numpy(), state.a2.numpy())
    close(renewed.a1, a1)
    close(renewed.a2, a2)
    assert renewed.x is x
    assert renewed.multiplier is state.multiplier


def test_multiplier_module():
    """Eq. 14: λ + EP(v) - v; all else is kept."""
    module, p = ready(MUM(CONFIG))
    state = make_state()
    renewed, _ = module(state)
    close(renewed.multiplier, oracles.mum(p, state.x.numpy(), state.multiplier.numpy()))
    assert (renewed.x, renewed.a1, renewed.a2) == (state.x, state.a1, state.a2)


@torch.no_grad()
def test_whole_network(networks):
    """Eqs. 11 to 14 in their order, from photo to photo."""
    model, image = networks["interir"], photo(16, 12, batch=2)
    expected = oracles.interir(oracles.arrays(model), image.numpy(), down=4, blocks=2)
    close(model(image), expected)


def test_a_new_network_starts_at_the_equations_signs():
    """At the start gains are 0.5, -0.5 and 0.5 and every EPBlock is the identity."""
    module, state, y = RESM(CONFIG).double(), make_state(), normal(B, C, H, W, seed=8)
    _, solve, _ = module(y, state)
    normal_term = oracles.normal_operator(*(getattr(state, n).numpy() for n in ("a1", "x", "a2")))
    back = oracles.adjoint(state.a1.numpy(), y.numpy(), state.a2.numpy())
    expected = 0.5 * (normal_term - back) + (state.x + state.multiplier).numpy()
    close(solve.residual, expected)
    assert [gain.unique().tolist() for gain in solve.gains] == [[0.5], [-0.5], [0.5]]


@torch.no_grad()
@pytest.mark.parametrize("k", [1, 2, 3])
def test_deepsn_step(networks, k):
    """DeepSN-Net's equations around its blocks (whose own values are held by the golden outputs)."""
    model = networks["deepsn"]
    observation, state = model.init(photo(20, 28))
    state = State(
        normal(1, 48, 5, 7, seed=1), normal(1, 48, 5, 5) / 5, normal(1, 48, 7, 7) / 7, state.multiplier
    )
    y, update = observation.features, model.image_update_list[min(k, 2) - 1]
    v = update.auxiliary_variable.basic_block(state.x) + state.multiplier
    u, slope = update.auxiliary_variable.deri_1(v), update.auxiliary_variable.deri_2(v)
    a1, x, a2 = (getattr(state, name).numpy() for name in ("a1", "x", "a2"))
    prior = update.basic_block2(update.basic_block1(state.x) + state.multiplier + u)
    residual = torch.from_numpy(
        oracles.normal_operator(a1, x, a2) - oracles.adjoint(a1, y.numpy(), a2) + prior.numpy()
    )
    direction = update.basic_block4(update.basic_block3(residual) * (1 - slope)).numpy()
    direction = direction + oracles.normal_operator(a1, residual.numpy(), a2)
    iteration = model.step(k, observation, state)
    close(iteration.solve.residual, residual.numpy())
    close(iteration.state.x, x - update.eta.item() * direction)


@torch.no_grad()
@pytest.mark.parametrize("k", [1, 2])
def test_deepsn_operators_and_multiplier(networks, k):
    """A1 from [x A2, y] with the old A2, then A2 from [A1 x, y] with the new A1; λ + B(x) - u."""
    model = networks["deepsn"]
    observation, state = model.init(photo(20, 28))
    y, after = observation.features, model.step(k, observation, state).state
    rows, columns = model.matrix_P_update_list[k - 1], model.matrix_Q_update_list[k - 1]
    right = torch.einsum("bchv,bcvw->bchw", after.x, state.a2)
    m1, m2 = rows.basic_block(torch.cat([right, y], dim=1)).numpy().reshape(2, 48, 5, 7)[:, None]
    close(after.a1, oracles.unit(np.einsum("bchv,bcwv->bchw", m1, m2)))
    left = torch.einsum("bchv,bcvw->bchw", after.a1, after.x)
    n1, n2 = columns.basic_block(torch.cat([left, y], dim=1)).numpy().reshape(2, 48, 5, 7)[:, None]
    close(after.a2, oracles.unit(np.einsum("bcvh,bcvw->bchw", n1, n2)))
    update = model.multiplier_update_list[k - 1]
    auxiliary = update.auxiliary_variable
    u = auxiliary.deri_1(auxiliary.basic_block(after.x) + state.multiplier)
    close(after.multiplier, (state.multiplier + update.basic_block(after.x) - u).numpy())
