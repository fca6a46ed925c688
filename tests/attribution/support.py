"""What the tests of attributions share: a degraded photo, a region, and what a generator ends with."""

from analysis.attribution import Objective, Region
from interir import degrade
from tests.analysis.toy import linear
from tests.helpers import generator, photo

REGION = Region(4, 6, 8, 10)


def sample(name="H+R+N", height=24, width=32):
    """A small degraded photo with its layers, in double precision."""
    clean = 0.1 + 0.6 * photo(height, width)
    levels = degrade.uniform_levels(clean, haze=60, rain=200, noise=20)
    return degrade.combination(clean, name, generator=generator(1), levels=levels)


def idle():
    """A network that does nothing: the only step takes x, from which the photo would differ, to 0."""
    return linear(1, 2.0, 0.0)


def objective(metric, clean=None):
    return Objective(metric, REGION, clean)


def last(steps):
    *_, found = steps
    return found
