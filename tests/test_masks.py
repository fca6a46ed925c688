"""What an explainable convolution records is what it says: masks, occupancies, modulations."""

from math import e

import numpy as np
import pytest
import torch

import interir
from interir.explainable import TEMPERATURE
from tests import oracles
from tests.helpers import normal, photo, randomise


def all_convolutions(trace):
    return [convolution for iteration in trace for convolution in iteration.convolutions]


def test_names(traces):
    """Five explainable convolutions in an iteration of InterIR, three in its last, none in DeepSN-Net."""
    solver = ["RESM.G", "RESM.Gᵀ", "RESM.P"]
    expected = [[], *[[*solver, "DMUM", "MUM"]] * 2, solver]
    assert [[c.name for c in iteration.convolutions] for iteration in traces["interir"]] == expected
    assert not all_convolutions(traces["deepsn"])


def test_masks_are_the_threshold_test(traces):
    """M is boolean and equals 1[X > τ]; both values occur."""
    for convolution in all_convolutions(traces["interir"]):
        assert convolution.mask.dtype == torch.bool
        assert torch.equal(convolution.mask, convolution.input > convolution.threshold)
        assert 0 < convolution.mask.double().mean() < 1


def test_a_value_at_the_threshold_is_off():
    """The inequality of Eq. 16 is strict."""
    conv = interir.ExplainableConv2d(1, 1, 3)
    _, record = conv.examine(torch.zeros(1, 1, 3, 3))
    assert not record.mask.any()


def test_occupancy_and_modulation(traces):
    """P is the mean of M over k x k regions and k²α its softmax, scaled (Eqs. 17 and 18)."""
    for c in all_convolutions(traces["interir"]):
        pooled = oracles.pool_cells(c.mask.double().numpy(), 3, 3)
        np.testing.assert_allclose(c.pooled.numpy(), pooled, atol=1e-12)
        expected = oracles.modulation(c.input.numpy(), c.threshold.detach().numpy(), 3, 3)
        np.testing.assert_allclose(c.modulation.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("kernel", [1, 2, 3, 5, (3, 1)])
@pytest.mark.parametrize("literal", [False, True])
def test_modulations_sum_to_the_number_of_taps(kernel, literal):
    """Σ k²α = k², and Σ α = 1 in the literal form; all are positive."""
    conv = interir.ExplainableConv2d(3, 4, kernel, literal=literal).double()
    _, record = conv.examine(normal(2, 3, 9, 7))
    rows, columns = conv.kernel_size
    sums = record.modulation.sum(dim=(-2, -1))
    torch.testing.assert_close(sums, torch.full_like(sums, 1 if literal else rows * columns))
    assert (record.modulation > 0).all()


def one_region(value):
    """A photo of 6 x 6 px whose upper left 2 x 2 region is ``value`` and whose rest is ``-value``."""
    image = torch.full((1, 1, 6, 6), -value, dtype=torch.float64)
    image[..., :2, :2] = value
    return image


@pytest.mark.parametrize(
    ("value", "extreme", "printed"), [(1.0, 9 * e / (e + 8), 2.283), (-1.0, 9 / (1 + 8 * e), 0.396)]
)
def test_bounds_of_the_modulation_are_attained(value, extreme, printed):
    """For k = 3, k²α reaches 9e/(e+8) = 2.283 where one region is on, 9/(1+8e) = 0.396 where one is off."""
    conv = interir.ExplainableConv2d(1, 1, 3).double()
    _, record = conv.examine(one_region(value))
    assert record.modulation[0, 0, 0, 0].item() == pytest.approx(extreme, rel=1e-12)
    assert round(extreme, 3) == printed


def test_modulation_stays_within_its_bounds(traces):
    """As occupancies lie in [0, 1], no modulation leaves [0.396, 2.283]."""
    low, high = 9 / (1 + 8 * e), 9 * e / (e + 8)
    random = interir.explainable.modulate(torch.rand(500, 4, 3, 3, dtype=torch.float64).round())
    for modulation in [random, *(c.modulation for c in all_convolutions(traces["interir"]))]:
        assert low - 1e-12 <= modulation.min() < 1 < modulation.max() <= high + 1e-12


def test_gradient_is_the_slope_of_a_sigmoid():
    """Straight through: ∂M/∂X = σ'((X - τ)/T)/T and ∂M/∂τ its negative, summed."""
    conv = randomise(interir.ExplainableConv2d(2, 2, 3).double(), seed=2)
    x = normal(2, 2, 6, 9, seed=1).requires_grad_()
    weights = normal(2, 2, 3, 3, seed=4)
    _, record = conv.examine(x)
    (record.pooled * weights).sum().backward()
    soft = torch.sigmoid((x - conv.threshold) / TEMPERATURE)
    slope = (soft * (1 - soft) / TEMPERATURE).detach()
    spread = weights.repeat_interleave(2, dim=2).repeat_interleave(3, dim=3) / (2 * 3)
    torch.testing.assert_close(x.grad, slope * spread)
    torch.testing.assert_close(conv.threshold.grad, -(slope * spread).sum(dim=(0, 2, 3), keepdim=True))


def test_gradient_of_the_whole_convolution():
    """Every gradient equals that of the same maths with M written as hard + soft - soft.detach()."""
    conv = randomise(interir.ExplainableConv2d(2, 3, 3, padding=1).double(), seed=2)
    x = normal(1, 2, 6, 9, seed=1).requires_grad_()
    leaves = (x, conv.weight, conv.bias, conv.threshold)
    soft = torch.sigmoid((x - conv.threshold) / TEMPERATURE)
    mask = (x > conv.threshold).double() + soft - soft.detach()
    pooled = mask.unflatten(2, (3, 2)).unflatten(4, (3, 3)).mean(dim=(3, 5))
    kernel = conv.weight * (9 * pooled.flatten(2).softmax(-1).reshape(1, 2, 3, 3))
    expected = torch.nn.functional.conv2d(x, kernel, conv.bias, padding=1)
    actual = conv(x)
    torch.testing.assert_close(actual, expected)
    probe = normal(*actual.shape, seed=8)
    ours = torch.autograd.grad((actual * probe).sum(), leaves)
    theirs = torch.autograd.grad((expected * probe).sum(), leaves)
    torch.testing.assert_close(ours, theirs)


def test_thresholds_learn(networks):
    """After backward through the network no threshold's gradient is zero."""
    model = networks["interir"]
    model.zero_grad()
    (model(photo(18, 13)) ** 2).mean().backward()
    found = [m for m in model.modules() if isinstance(m, interir.ExplainableConv2d)]
    assert len(found) == 5 * 2 + 3
    assert all(conv.threshold.grad.abs().min() > 0 for conv in found)
    model.zero_grad()


@torch.no_grad()
def test_literal_network_divides_by_the_taps():
    """``literal=True`` reaches every convolution of the network: its modulations sum to 1."""
    model = interir.create("interir-small", width=8, blocks=2, literal=True)
    for convolution in all_convolutions(model.trace(photo(12, 12, dtype=torch.float32))):
        sums = convolution.modulation.sum(dim=(-2, -1))
        torch.testing.assert_close(sums, torch.ones_like(sums))
