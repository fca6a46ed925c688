"""Credit by slopes: closed forms, Captum's own result, the published formula of LAM, completeness."""

import math
from itertools import pairwise

import pytest
import torch
from captum.attr import IntegratedGradients

from analysis.attribution import Attribution, gradients, maps, paths
from interir import operators
from tests.analysis.toy import blur, linear
from tests.attribution.support import REGION, idle, last, objective, sample
from tests.helpers import normal, photo


def share(image):
    """The slope of the mean light of the region."""
    inside = torch.zeros_like(image)
    REGION.cut(inside).fill_(1)
    return inside / inside.sum()


def test_linear_network():
    """A network that is a multiple of its input gives every pixel of the region its own difference."""
    image, baseline = photo(24, 32), photo(24, 32, seed=1)
    function = objective("light").of(linear())
    factor = 1 + 2 * (1 - 0.5 * (0.3 - 0.5)) ** 4
    expected = factor * share(image) * (image - baseline)
    found = list(gradients.along(function, paths.straight(baseline, image, 3), "ig"))
    assert [(each.done, each.steps) for each in found] == [(1, 3), (2, 3), (3, 3)]
    torch.testing.assert_close(found[0].values, expected / 3)
    torch.testing.assert_close(found[-1].values, expected)
    assert found[-1].gap < 1e-10
    slope = gradients.saliency(function, image)
    torch.testing.assert_close(slope.values, factor * share(image))
    assert math.isnan(slope.gap)
    torch.testing.assert_close(slope.credit(image, baseline), expected)


def test_blur_of_known_operators():
    """One gradient step under known A1 and A2 has the closed-form slope of its adjoint."""
    image = photo(24, 32)
    a1, a2, size = normal(1, 3, 24, 24) / 5, normal(1, 3, 32, 32, seed=1) / 6, 0.3
    function = objective("light").of(blur(a1, a2, size=size, depth=1))
    g = share(image)
    expected = 3 * g - 2 * size * (operators.gram(a1, g, a2) - operators.apply(a1, g, a2))
    torch.testing.assert_close(gradients.saliency(function, image).values, expected)
    found = last(gradients.along(function, paths.straight(torch.zeros_like(image), image, 2), "ig"))
    torch.testing.assert_close(found.values, expected * image)


def test_nothing_is_done():
    """Through a network that does nothing, the error of a pixel is its own, and all of it is found."""
    drawn = sample()
    function = objective("error", drawn.clean).of(idle())
    found = last(gradients.along(function, paths.straight(drawn.clean, drawn.image, 4), "ig"))
    torch.testing.assert_close(found.values, share(drawn.image) * (drawn.image - drawn.clean).square())
    nowhere = last(gradients.along(function, paths.straight(drawn.clean, drawn.clean, 2), "ig"))
    assert (nowhere.change, nowhere.gap, nowhere.diffusion) == (0, 0, 100)


def test_chords_add_up_to_captum(networks):
    """Chord by chord is the midpoint rule that Captum takes at once, on the network with masks, too."""
    drawn = sample()
    function = objective("error", drawn.clean).of(networks["interir"])
    ours = last(gradients.along(function, paths.straight(drawn.clean, drawn.image, 5), "ig"))
    theirs = IntegratedGradients(function).attribute(
        drawn.image, baselines=drawn.clean, n_steps=5, method="riemann_middle"
    )
    rest = torch.linalg.norm(ours.values - theirs)
    assert rest < 1e-5 * torch.linalg.norm(theirs)  # Captum's shares of the way are of single precision


def test_lam_is_the_published_sum():
    """Many steps of the published sum, slopes at the end of each, come to what few middles come to."""
    image, function = sample().image, objective("detail").of(linear())
    path = paths.focusing(image, 400)
    total = torch.zeros_like(image)
    for before, after in pairwise(path):
        point = after.clone().requires_grad_()
        (slope,) = torch.autograd.grad(function(point).sum(), point)
        total += slope * (after - before)
    found = last(gradients.along(function, paths.focusing(image, 20), "lam"))
    assert torch.linalg.norm(found.values - total) < 0.02 * torch.linalg.norm(total)
    assert found.change == pytest.approx((function(image) - function(path[0])).item())
    assert found.gap < 0.01


def test_completeness_of_a_smooth_network(networks):
    """Without masks, the credit is all there is: DeepSN-Net's gap closes within few steps."""
    drawn = sample(height=16, width=20)
    function = objective("error", drawn.clean).of(networks["deepsn-small"])
    assert last(gradients.along(function, paths.straight(drawn.clean, drawn.image, 6), "ig")).gap < 0.02


def test_ways():
    """A way starts at its baseline and ends at the photo itself; a blur keeps flat light, and the mean."""
    image = photo(24, 32)
    straight = paths.straight(torch.zeros_like(image), image, 4)
    torch.testing.assert_close(straight[1], image / 4)
    blurs = paths.focusing(image, 4, sigma=2.0)
    assert len(blurs) == 5
    assert torch.equal(blurs[-1], image)
    assert torch.equal(blurs[2], paths.blurred(image, 1.0))
    roughness = [(each[..., 1:] - each[..., :-1]).abs().mean() for each in blurs]
    assert roughness == sorted(roughness)
    torch.testing.assert_close(paths.blurred(torch.ones_like(image)), torch.ones_like(image))


def test_refinement():
    """Steps are doubled until the gap is small; where doubling is of no use, or too dear, it ends."""
    start, end = torch.zeros(1, 3, 4, 4).double(), photo(4, 4)

    def tried(function, **limits):
        found = gradients.refined(function, lambda n: paths.straight(start, end, n), "ig", **limits)
        return [each.steps for each in found if each.done == each.steps]

    smooth = tried(lambda x: (4 * x).sin().sum(dim=(1, 2, 3)), steps=2, tolerance=0.002)
    assert smooth == [2**n for n in range(1, len(smooth) + 1)]
    assert 2 < smooth[-1] < 200
    steep = tried(lambda x: (x.sum(dim=(1, 2, 3)) > 1) + 0 * x.sum(dim=(1, 2, 3)), steps=2)
    assert steep == [2, 4]
    assert tried(lambda x: x.exp().sum(dim=(1, 2, 3)), steps=2, tolerance=1e-9, most=9) == [2, 4, 8]


@torch.inference_mode()
def test_from_inference_mode(networks):
    """Whoever calls may have switched gradients off, for good: the photo comes from there, too."""
    image = photo(24, 32)
    function = objective("light").of(networks["interir"])
    found = last(gradients.along(function, paths.straight(torch.zeros_like(image), image, 1), "ig"))
    assert found.values.any()
    assert gradients.saliency(function, image).values.any()


def test_gini():
    """By the double sum; 0 for all alike, and for nothing; nearly 1 for a single one."""
    values = photo(5, 7)
    flat = values.flatten()
    double = (flat[:, None] - flat).abs().sum() / (2 * len(flat) ** 2 * flat.mean())
    assert maps.gini(values) == pytest.approx(double.item())
    assert maps.gini(torch.ones(9)) == pytest.approx(0)
    assert maps.gini(torch.zeros(9)) == 0
    assert maps.gini(torch.eye(1, 100)) == pytest.approx(0.99)
    single = torch.zeros(1, 3, 10, 10)
    single[0, 1, 2, 3] = -4
    found = Attribution("one", single)
    assert found.diffusion == pytest.approx(1)
    assert found.strength.max() == 1
    assert found.signed[2, 3] == -4


def test_gap():
    """What is missing, over what changed."""
    found = Attribution("two", torch.full((1, 3, 1, 1), 0.5), change=2.0)
    assert found.gap == pytest.approx(0.25)
    assert maps.gap(1.0, 0.0) == math.inf
