"""Photos, crops, small matrices and bars that say a scale: what composed figures are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from scipy.ndimage import uniform_filter

from .sheet import Sheet
from .style import ACCENTS, DIVERGING, ORANGE

Pixels = UInt8[np.ndarray, "H W 3"]
Matrix = Float[np.ndarray, "rows columns"]

PHOTO = "photo"
"""The id of pictures that may be smoothed where they are shown smaller than they are (in a PNG)."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a photo: its left top corner and its size, in pixels."""

    x: int
    y: int
    width: int
    height: int

    def of(self, pixels: Pixels) -> Pixels:
        """These pixels, as they are."""
        return pixels[self.y : self.y + self.height, self.x : self.x + self.width]


def photo(sheet: Sheet, pixels: Pixels, left: float, top: float, width: float) -> Axes:
    """A photo at its native pixels in a box of its proportions."""
    axes = sheet.box(left, top, width, width * pixels.shape[0] / pixels.shape[1])
    axes.imshow(pixels, aspect="auto", gid=PHOTO)
    return axes


def mark(axes: Axes, crop: Crop, number: int) -> None:
    """The frame of a crop on its photo: a light line on a dark one."""
    corner = (crop.x - 0.5, crop.y - 0.5)
    for colour, width in (("black", 1.6), (ACCENTS[number], 0.8)):
        frame = Rectangle(corner, crop.width, crop.height, fill=False, edgecolor=colour, linewidth=width)
        axes.add_patch(frame)


def tinted(axes: Axes, pixels: Pixels, mask: Matrix, size: tuple[int, int]) -> None:
    """A mask in orange over a photo in grey; it covers ``size``, height and width in the photo's pixels."""
    height, width = pixels.shape[:2]
    grey = np.repeat(pixels.mean(axis=2, keepdims=True), 3, axis=2).round().astype(np.uint8)
    axes.imshow(grey, aspect="auto", gid=PHOTO)
    tint = np.zeros((*mask.shape, 4), dtype=np.float32)
    tint[..., :3], tint[..., 3] = ORANGE, 0.6 * mask
    axes.imshow(tint, extent=(-0.5, size[1] - 0.5, size[0] - 0.5, -0.5), aspect="auto")
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))


def cropped(sheet: Sheet, pixels: Pixels, crop: Crop, number: int, box: tuple[float, float, float]) -> Axes:
    """A crop, ``box`` = left, top, width, in a frame of its colour."""
    axes = photo(sheet, crop.of(pixels), *box)
    frame = Rectangle(
        (0, 0), 1, 1, transform=axes.transAxes, fill=False, edgecolor=ACCENTS[number], linewidth=1.2
    )
    axes.add_patch(frame)
    return axes


def scale_bar(sheet: Sheet, axes: Axes, columns: int, width: float) -> None:
    """A bar of a round number of pixels in the lower left corner of a picture ``width`` inches wide."""
    length = nice(columns * max(0.2, 2.2 * sheet.em / width))
    if length > 0.8 * columns:
        return
    inch = columns / width
    margin, thick = 0.35 * sheet.em * inch, 0.16 * sheet.em * inch
    left, bottom = axes.get_xlim()[0] + 0.5 + margin, axes.get_ylim()[0]
    back: dict[str, Any] = {"boxstyle": "square,pad=0.12", "facecolor": (0, 0, 0, 0.6), "linewidth": 0}
    axes.text(
        left, bottom - 2.2 * margin, f"{length} px", color="white", ha="left", va="bottom",
        fontsize=sheet.preset.small, bbox=back,
    )  # fmt: skip
    corner = (left, bottom - margin - thick)
    axes.add_patch(Rectangle(corner, length, thick, facecolor="white", edgecolor="black", linewidth=0.4))


def nice(value: float) -> int:
    """The smallest of 1, 2, 5, 10, 20 .. that is not under a value."""
    power = 10 ** int(np.floor(np.log10(max(value, 1))))
    return int(next(n * power for n in (1, 2, 5, 10) if n * power >= value))


def detailed(pixels: Pixels, size: tuple[int, int], count: int) -> tuple[Crop, ...]:
    """Where a photo has most detail: windows of a size (height, width) that do not overlap."""
    height, width = (min(n, whole) for n, whole in zip(size, pixels.shape[:2], strict=True))
    down, across = np.gradient(np.pad(pixels.mean(axis=2) / 255, 1, mode="edge"))
    slope = np.hypot(down, across)[1:-1, 1:-1]
    detail = uniform_filter(np.sqrt(slope), (height, width))  # no single edge decides
    rows, columns = pixels.shape[0] - height + 1, pixels.shape[1] - width + 1
    score = detail[height // 2 : height // 2 + rows, width // 2 : width // 2 + columns].copy()
    found = []
    for _ in range(count):
        y, x = (int(i) for i in np.unravel_index(score.argmax(), score.shape))
        found.append(Crop(x, y, width, height))
        score[max(0, y - height) : y + height, max(0, x - width) : x + width] = -1
    return tuple(found)


def matrix(
    axes: Axes,
    values: Matrix,
    limit: float,
    cmap: str = DIVERGING,
    low: float | None = None,
    extent: tuple[float, float, float, float] | None = None,
) -> AxesImage:
    """A matrix without interpolation; from -limit to limit unless ``low`` says where the scale begins."""
    low = -limit if low is None else low
    shown = axes.imshow(values, cmap=cmap, vmin=low, vmax=limit, aspect="auto", extent=extent)
    axes.add_patch(
        Rectangle(
            (0, 0), 1, 1, transform=axes.transAxes, fill=False, edgecolor="0.3", linewidth=0.5, clip_on=False
        )
    )
    return shown


def numbers(
    axes: Axes, values: Matrix, words: Sequence[Sequence[str]], shown: AxesImage, size: float
) -> None:
    """Print a number into every cell, light on dark and dark on light."""
    colours = np.asarray(shown.cmap(shown.norm(values)))
    for i, j in np.ndindex(values.shape):
        red, green, blue, _ = colours[i, j]
        light = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45
        colour = "black" if light else "white"
        axes.text(j, i, words[i][j], ha="center", va="center", fontsize=size, color=colour)


def signed(value: float, place: int | None = None) -> str:
    """A tick of a scale around 0, with its sign; matplotlib hands over the tick's place too."""
    del place
    return f"{value:+.2g}".replace("-", "−") if value else "0"


def few(limit: float) -> list[float]:
    """Ticks of a scale from -limit to limit: 0, and round numbers well inside."""
    digit = float(f"{0.55 * limit:.1g}")
    return [-digit, 0, digit]
