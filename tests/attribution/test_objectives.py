"""The numbers that are explained are what they are called, and are of the region alone."""

import pytest
import torch

from analysis.attribution import METRICS, AttributionError, Objective, Region
from interir import metrics
from tests.attribution.support import REGION, objective
from tests.helpers import photo


@pytest.mark.parametrize("metric", METRICS)
def test_only_the_region_counts(metric):
    """Pixels outside have no slope, all inside have one, and a batch is measured photo by photo."""
    images, clean = photo(24, 32, batch=2).requires_grad_(), photo(24, 32, seed=1)
    measure = objective(metric, clean)
    values = measure(images)
    assert values.shape == (2,)
    torch.testing.assert_close(values[1], measure(images[1:])[0])
    (slope,) = torch.autograd.grad(values.sum(), images)
    inside = torch.zeros_like(slope)
    inside[..., 4:12, 6:16] = 1
    assert not (slope * (1 - inside)).any()
    assert (slope != 0).sum() >= inside.sum() - 2 * 3  # the last corner has no forward difference


def test_values():
    """Light, error and PSNR by the definition; PSNR as everywhere in this project."""
    image, clean = photo(24, 32) * 1.2 - 0.1, photo(24, 32, seed=1)
    ours, theirs = REGION.cut(image), REGION.cut(clean)
    torch.testing.assert_close(objective("light")(image)[0], ours.mean())
    torch.testing.assert_close(objective("error", clean)(image)[0], (ours - theirs).square().mean())
    torch.testing.assert_close(objective("psnr", clean)(image), metrics.psnr(ours, theirs))
    assert objective("psnr", clean)(clean).item() == pytest.approx(100)


def test_detail():
    """A ramp of slopes 3 and 4 has a gradient of 5 in every pixel; flat light has none, and a slope of 0."""
    rows, columns = torch.meshgrid(torch.arange(24.0), torch.arange(32.0), indexing="ij")
    ramp = (3 * rows + 4 * columns).expand(1, 3, -1, -1)
    assert objective("detail")(ramp).item() == pytest.approx(3 * 7 * 9 * 5)
    flat = torch.ones(1, 3, 24, 32, requires_grad=True)
    (slope,) = torch.autograd.grad(objective("detail")(flat).sum(), flat)
    assert not slope.any()


def test_regions():
    """A region is read back from its text, and the middle one is half as wide and high."""
    assert Region.parse(str(REGION)) == REGION
    assert Region.middle(photo(24, 32)) == Region(6, 8, 12, 16)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Region(-1, 0, 4, 4), "is no region"),
        (lambda: Region(0, 0, 1, 4), "is no region"),
        (lambda: Region.parse("1,2,3"), "TOP,LEFT,HEIGHT,WIDTH"),
        (lambda: Region.parse("1,2,3,x"), "TOP,LEFT,HEIGHT,WIDTH"),
        (lambda: objective("light")(photo(12, 15)), "leaves the photo of 15 x 12 px"),
        (lambda: Objective("beauty", REGION), "is no metric; there are error, psnr"),
        (lambda: Objective("psnr", REGION), "needs the clean photo"),
    ],
)
def test_refusals(wrong, message):
    """What has no meaning is refused in a sentence."""
    with pytest.raises(AttributionError, match=message):
        wrong()
