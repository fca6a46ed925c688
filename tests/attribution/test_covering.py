"""Occlusion and causal effects, where what a square is worth is known."""

import pytest
import torch

from analysis.attribution import AttributionError, Region, quality
from analysis.attribution.causal import CausalEffects, causal_effects
from analysis.attribution.occlusion import occlusion
from interir.degrade import compose
from tests.attribution.support import REGION, idle, last, objective, sample
from tests.helpers import photo


@pytest.mark.parametrize("block", [8, 7, 40])
def test_occlusion_of_nothing_done(block):
    """A network that does nothing: covering a square takes away the error of its pixels in the region."""
    drawn = sample()
    function = objective("error", drawn.clean).of(idle())
    found = list(occlusion(function, drawn.image, drawn.clean, block))
    assert len(found) == found[-1].steps == -(-24 // block)
    error = torch.zeros_like(drawn.image)
    REGION.cut(error).copy_(REGION.cut((drawn.image - drawn.clean).square()))
    error = error / (8 * 10 * 3)
    for top in range(0, 24, block):
        for left in range(0, 32, block):
            place = (..., slice(top, top + block), slice(left, left + block))
            credit = found[-1].values[place]
            torch.testing.assert_close(credit.sum(), error[place].sum())
            torch.testing.assert_close(credit, credit.mean().expand_as(credit))
    assert not found[0].values[..., block:, :].any()


def test_occlusion_by_hand(networks):
    """On a real network, each square by a run of its own."""
    drawn, network = sample(), networks["interir"]
    function = objective("psnr", drawn.clean).of(network)
    found = last(occlusion(function, drawn.image, drawn.clean, 12))
    covered = drawn.image.clone()
    covered[..., 12:24, 24:32] = drawn.clean[..., 12:24, 24:32]
    with torch.no_grad():
        loss = function(drawn.image) - function(covered)
    torch.testing.assert_close(found.values[..., 12:24, 24:32].sum(), loss[0])


def test_effects_are_inside_the_degradation(networks):
    """A square goes into the clean photo, under the same rain, haze and noise; few squares come first."""
    drawn, network, squares = sample(), networks["interir"], photo(8, 8, batch=5, seed=4)
    score = objective("psnr", drawn.clean).of(network)
    found = list(causal_effects(network, drawn, REGION, squares, block=8, first=2))
    assert len(found) == 3 * 4
    assert found[4].values.isfinite().sum() == 5
    with torch.no_grad():
        plain = score(drawn.image).item()
        for i, j in ((1, 1), (2, 3)):
            scores = []
            for square in squares:
                clean = drawn.clean.clone()
                clean[..., 8 * i : 8 * i + 8, 8 * j : 8 * j + 8] = square
                scores.append(score(compose(clean, drawn.layers)).item())
            few, all_of_them = (plain - sum(scores[:n]) / n for n in (2, 5))
            expected = all_of_them if abs(few) >= 0.01 else 0
            expected = expected if abs(expected) >= 0.01 else 0
            assert found[-1].values[i, j].item() == pytest.approx(expected)
    assert found[-1].psnr == pytest.approx(plain)


def test_no_effect_from_outside():
    """What lies outside the region means nothing to a network that does nothing; inside, it is all."""
    drawn, region = sample(), Region(8, 8, 8, 16)
    found = last(causal_effects(idle(), drawn, region, photo(8, 8, batch=3), block=8))
    inside = torch.zeros(3, 4, dtype=torch.bool)
    inside[1, 1:3] = True
    assert torch.equal(found.values != 0, inside)
    assert found.counts == (0, 0, 10)


def test_counts():
    """Squares in the region, and those not tried yet, are not counted."""
    values = torch.tensor([[1.0, -2.0, 0.0], [torch.nan, 5.0, 3.0]])
    assert CausalEffects(values, 8, Region(9, 8, 4, 8), 30.0).counts == (2, 1, 1)
    with pytest.raises(AttributionError, match="must be"):
        next(causal_effects(idle(), sample(), REGION, photo(6, 6), block=8))


def test_infidelity():
    """0 for a map that is right about every set of squares; more than 1 for one that claims nothing."""
    drawn = sample()
    function = objective("error", drawn.clean).of(idle())
    found = last(occlusion(function, drawn.image, drawn.clean, 8))
    judge = {"objective": function, "image": drawn.image, "baseline": drawn.clean, "samples": 6, "block": 8}
    right = list(quality.infidelity(found=found, **judge))
    assert [each.done for each in right] == [1, 2, 3, 4, 5, 6]
    assert right[0].value != right[0].value  # of one perturbation there is no variance
    assert right[-1].value < 1e-12
    silent = type(found)("silent", torch.zeros_like(found.values))
    assert last(quality.infidelity(found=silent, **judge)).value > 1


def test_sensitivity():
    """0 for a map that is always the same, the photo's own relative change for one that is the photo."""
    image = 1 + photo(12, 16)
    steady = last(quality.sensitivity(torch.ones_like, image, torch.ones_like(image)))
    assert steady.value == 0
    found = list(quality.sensitivity(lambda x: 5 * x, image, 5 * image, samples=6, radius=0.1))
    assert [each.value for each in found] == sorted(each.value for each in found)
    expected = 0.1 / 3**0.5 * image.numel() ** 0.5 / image.norm().item()
    assert found[-1].value == pytest.approx(expected, rel=0.1)
