r"""What is asked of a restored photo: one number, of one region.

.. math::
    f(y) = \mathrm{metric}\big(\hat x(y)_{\mathrm{ROI}},\ x_{\mathrm{ROI}}\big)

An attribution explains a number. The region that a person draws makes it a local one; a sum over
all pixels would say little of any. Everything outside the region is cut off before it is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from interir import UnfoldedNetwork
from interir.scores import CEILING
from interir.shapes import Image, Level

from ..errors import AnalysisError

Function = Callable[[Image], Level]
"""From a batch of photos to one number for each."""


class AttributionError(AnalysisError):
    """A region or a metric that has no meaning here."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the photo in pixels, counted from its top left corner; at least 2 x 2."""

    top: int
    left: int
    height: int
    width: int

    def __post_init__(self) -> None:
        if min(self.top, self.left) < 0 or min(self.height, self.width) < 2:
            raise AttributionError(
                f"{self} is no region: it must start at 0 or later, and measure 2 px or more"
            )

    def __str__(self) -> str:
        return f"{self.top},{self.left},{self.height},{self.width}"

    @classmethod
    def parse(cls, text: str) -> Region:
        """The region that ``TOP,LEFT,HEIGHT,WIDTH`` names."""
        try:
            return cls(*map(int, text.split(",", 3)))
        except (TypeError, ValueError) as error:
            raise AttributionError(f"{text!r} names no region; write TOP,LEFT,HEIGHT,WIDTH") from error

    @classmethod
    def middle(cls, image: Image) -> Region:
        """The middle quarter of a photo, each side halved."""
        height, width = image.shape[-2:]
        return cls(height // 4, width // 4, height // 2, width // 2)

    def cut(self, image: Image) -> Image:
        """What of a photo lies in the region; raises `AttributionError` where it leaves the photo."""
        height, width = image.shape[-2:]
        if self.top + self.height > height or self.left + self.width > width:
            raise AttributionError(f"region {self} leaves the photo of {width} x {height} px")
        return image[..., self.top : self.top + self.height, self.left : self.left + self.width]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that a region amounts to; ``compared`` where it takes the clean photo."""

    title: str
    measure: Callable[[Image, Image], Level]
    compared: bool = True


def light(region: Image, clean: Image) -> Level:
    """The mean of all pixels and colours."""
    del clean
    return region.mean(dim=(1, 2, 3))


def detail(region: Image, clean: Image) -> Level:
    r"""LAM's detector of structure, :math:`\sum_{ij}\|\nabla F_{ij}\|_2`, by forward differences.

    Summed over colours, too. Where nothing changes, its slope is taken as 0.
    """
    del clean
    down = region[..., 1:, :-1] - region[..., :-1, :-1]
    across = region[..., :-1, 1:] - region[..., :-1, :-1]
    return torch.linalg.vector_norm(torch.stack((down, across)), dim=0).sum(dim=(1, 2, 3))


def error(region: Image, clean: Image) -> Level:
    """The mean squared error, of the estimate as the network gives it."""
    return (region - clean).square().mean(dim=(1, 2, 3))


def psnr(region: Image, clean: Image) -> Level:
    """PSNR in dB, no higher than `CEILING`; the estimate is clipped, and has no slope where it was."""
    return -10 * error(region.clamp(0, 1), clean).clamp(min=10 ** (-CEILING / 10)).log10()


METRICS: dict[str, Metric] = {
    "error": Metric("mean squared error", error),
    "psnr": Metric("PSNR / dB", psnr),
    "detail": Metric("detail (LAM's detector)", detail, compared=False),
    "light": Metric("mean light", light, compared=False),
}
"""Every metric by its name, in the order of a form."""


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """One metric of one region; ``clean`` is the whole clean photo, a batch of one, where it is known."""

    metric: str
    region: Region
    clean: Image | None = None

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise AttributionError(f"{self.metric!r} is no metric; there are {', '.join(METRICS)}")
        if METRICS[self.metric].compared and self.clean is None:
            raise AttributionError(f"{METRICS[self.metric].title} needs the clean photo")

    def __call__(self, estimate: Image) -> Level:
        """The metric of each photo of a batch; raises `AttributionError` for a region outside it."""
        region = self.region.cut(estimate)
        clean = region if self.clean is None else self.region.cut(self.clean)
        return METRICS[self.metric].measure(region, clean)

    def of(self, network: UnfoldedNetwork) -> Function:
        """The objective as a function of the degraded photo."""
        return lambda image: self(network(image))
