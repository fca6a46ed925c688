r"""The iteration strip: what a photo looks like after chosen iterations, whole and close up.

.. math:: \hat x_k = \mathrm{decode}(x_k)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from . import runs
from .errors import FigureError
from .inputs import Inputs
from .pictures import Crop, Pixels, cropped, detailed, mark, photo, scale_bar
from .runs import decibels
from .sheet import Sheet
from .spec import Drawing, OnPhoto, chosen, setting
from .style import ACCENTS


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One picture of a strip or grid: what stands above it, and its PSNR in dB or what is said instead."""

    label: str
    pixels: Pixels
    psnr: float | None = None


@dataclass(frozen=True)
class StripRecipe(OnPhoto):
    """Chosen iterations of one run; none chosen means eight that are evenly spread."""

    kind: ClassVar[str] = "strip"
    title: ClassVar[str] = "Iteration strip"
    ks: tuple[int, ...] = setting("iterations", ())
    crops: tuple[tuple[int, int], ...] = setting("left top corners of crops, px", ())
    insets: int = setting("crops where none is given", 1, low=0, high=len(ACCENTS))
    zoom: float = setting("magnification of crops", 4.0, low=1.5, high=16)

    def gather(self, inputs: Inputs) -> Strip:
        """Run the network and choose where to look closely."""
        subject, seen = inputs.network(self.weights), runs.scene(inputs, self)
        run = runs.unfolding(inputs, subject, seen)
        ks = chosen(self.ks, run.depth, 8)
        first = Panel("input $y$", runs.pixels(seen.image), runs.measured(seen.image, seen.clean))
        panels = [first, *(Panel(f"$k = {k}$", run.estimates[k], run.psnr[k]) for k in ks)]
        if seen.clean is not None:
            panels.append(Panel("clean", runs.pixels(seen.clean)))
        crops = close_ups(panels[-1].pixels, self.crops, self.insets, self.zoom)
        return Strip(tuple(panels), crops, self.zoom, run.depth, f"{subject.sentence} on {seen.sentence}")


@dataclass(frozen=True, slots=True, eq=False)
class Strip(Drawing):
    """Pictures in a row, broken into several where they would be too small."""

    panels: tuple[Panel, ...]
    crops: tuple[Crop, ...]
    zoom: float
    depth: int
    subject: str

    narrowest: ClassVar[float] = 6.5
    """Width of a picture, at least, in em: that of its PSNR."""

    def paint(self, sheet: Sheet) -> float:
        """Rows of as many pictures each as is legible, equally full."""
        gap = 0.25 * sheet.em
        most = max(1, int((sheet.width + gap) / (self.narrowest * sheet.em + gap)))
        columns = -(-len(self.panels) // -(-len(self.panels) // most))
        width = (sheet.width - gap * (columns - 1)) / columns
        top = 0.0
        for start in range(0, len(self.panels), columns):
            ends = [
                cell(sheet, panel, self.crops, (i * (width + gap), top, width), scaled=start + i == 0)
                for i, panel in enumerate(self.panels[start : start + columns])
            ]
            top = max(ends) + 0.5 * sheet.em
        return top - 0.5 * sheet.em + 0.03 * sheet.em

    def caption(self) -> str:
        """What is shown, by which head, and how PSNR was measured."""
        close = f" Below each, the marked part, magnified {self.zoom:g} times." if self.crops else ""
        measured = (
            " PSNR against the clean photo, of 8-bit pixels." if self.panels[0].psnr is not None else ""
        )
        return (
            f"The unfolding of {self.subject}, $k = 0$ to ${self.depth}$: the final head on each intermediate"
            rf" estimate, $\hat{{x}}_k = \mathrm{{decode}}(x_k)$.{close}{measured}"
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Pixels and PSNR of every panel; the crops as x, y, width, height."""
        return stacked(self.panels, self.crops)


def stacked(panels: Sequence[Panel], crops: Sequence[Crop]) -> dict[str, np.ndarray]:
    """Panels and crops as arrays."""
    values = [np.nan if panel.psnr is None else panel.psnr for panel in panels]
    return {
        "labels": np.array([panel.label for panel in panels]),
        "psnr": np.array(values),
        "crops": np.array([[c.x, c.y, c.width, c.height] for c in crops]).reshape(-1, 4),
        **{f"pixels/{i}": panel.pixels for i, panel in enumerate(panels)},
    }


def close_ups(
    pixels: Pixels, corners: Sequence[tuple[int, int]], count: int, zoom: float
) -> tuple[Crop, ...]:
    """Crops of a photo's own proportions, at the given corners or where there is most detail.

    Raises `FigureError` for a crop that leaves the photo, and for more than can be told apart.
    """
    height, width = (max(1, round(n / zoom)) for n in pixels.shape[:2])
    made = [Crop(x, y, width, height) for x, y in corners]
    for crop in made:
        if crop.of(pixels).shape[:2] != (height, width) or min(crop.x, crop.y) < 0:
            raise FigureError(
                f"a crop of {width} x {height} px at {crop.x}, {crop.y} leaves the photo of"
                f" {pixels.shape[1]} x {pixels.shape[0]} px"
            )
    if max(len(made), count) > len(ACCENTS):
        raise FigureError(f"{max(len(made), count)} crops were asked for; there can be {len(ACCENTS)}")
    return tuple(made) or detailed(pixels, (height, width), count)


def cell(
    sheet: Sheet, panel: Panel, crops: Sequence[Crop], box: tuple[float, float, float], *, scaled: bool
) -> float:
    """A label, a picture, its crops and its PSNR from the top down at ``box`` = left, top, width; its end."""
    left, top, width = box
    gap = 0.25 * sheet.em
    if panel.label:
        sheet.text(left + width / 2, top, panel.label)
        top += sheet.line
    axes = photo(sheet, panel.pixels, left, top, width)
    top += width * panel.pixels.shape[0] / panel.pixels.shape[1]
    if scaled:
        scale_bar(sheet, axes, panel.pixels.shape[1], width)
    for number, crop in enumerate(crops):
        mark(axes, crop, number)
        close = cropped(sheet, panel.pixels, crop, number, (left, top + gap, width))
        top += gap + width * crop.height / crop.width
        if scaled:
            scale_bar(sheet, close, crop.width, width)
    if panel.psnr is None:
        return top
    sheet.text(left + width / 2, top + gap, decibels(panel.psnr))
    return top + gap + sheet.line
