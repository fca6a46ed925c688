"""Pixel statistics of photos whose noise, darkness and direction are known."""

import math

import pytest
import torch

from analysis.embedding.pixels import DARK_QUANTILES, DIRECTIONS, dark_channel, gradients, noise, statistics
from tests.helpers import normal


@pytest.mark.parametrize("sigma", [5 / 255, 25 / 255, 50 / 255])
def test_noise_is_found(sigma):
    """On a ramp, which the mask does not see, within a few per cent."""
    ramp = torch.linspace(0, 1, 128).expand(1, 3, 128, 128)
    image = ramp + sigma * normal(1, 3, 128, 128, dtype=torch.float32)
    assert noise(image)[0].tolist() == pytest.approx([sigma] * 3, rel=0.05)
    assert noise(ramp).abs().max() < 1e-6


def test_dark_channel():
    """The least colour of the patch: haze lifts it, one dark pixel darkens its surroundings."""
    image = torch.ones(1, 3, 40, 40)
    image[:, 2] = 0.6
    assert dark_channel(image)[0].tolist() == pytest.approx([0.6] * len(DARK_QUANTILES))
    image[0, 1, 20, 20] = 0
    assert dark_channel(image)[0].tolist() == pytest.approx([0, 0.6, 0.6, 0.6, 0.6])


@pytest.mark.parametrize(("across", "down"), [(1, 0), (0, 1), (1, 1)])
def test_direction_of_a_ramp(across, down):
    """All gradients of a ramp point one way."""
    rows, columns = torch.meshgrid(torch.arange(20.0), torch.arange(20.0), indexing="ij")
    ramp = 0.5 + 0.005 * (across * columns + down * rows) + 1e-3 * across * 0
    shares = gradients(ramp[None, None])[0, -DIRECTIONS:]
    bin = int(math.atan2(down, across) / math.pi * DIRECTIONS)
    near = {bin, (bin - 1) % DIRECTIONS}  # rounding may put a border on either side
    assert sum(shares[i] for i in near) == pytest.approx(1)


def test_shares_sum_to_one_and_know_contrast():
    """Haze makes gradients small: more mass in lower bins."""
    grey = torch.rand(1, 1, 50, 50, generator=torch.Generator().manual_seed(0))
    clear, hazy = (gradients(contrast * grey)[0, :-DIRECTIONS] for contrast in (1.0, 0.1))
    centre = torch.arange(len(clear), dtype=torch.float32)
    assert clear.sum().item() == pytest.approx(1)
    assert (hazy * centre).sum() < (clear * centre).sum() - 2


def test_a_flat_photo_has_statistics():
    """Nothing is divided by zero."""
    found = statistics(torch.full((2, 3, 32, 32), 0.5))
    assert found.shape == (2, 32)
    assert torch.isfinite(found).all()
