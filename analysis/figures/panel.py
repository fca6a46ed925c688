"""One panel of the dashboard as a figure: as it is on screen, at the same k, channel, colours and zoom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from . import runs
from .errors import FigureError
from .inputs import Inputs
from .pictures import PHOTO, Crop, matrix, scale_bar, signed, tinted
from .scale import scale
from .sheet import Sheet, fitting
from .shown import VIEWS, Found, Look, View
from .spec import Drawing, OnPhoto, file_stem, sentence, setting
from .style import VERMILION

TAIL = 0.005
"""Share of the values beyond each end of a panel's own colour scale: no single place sets it."""


@dataclass(frozen=True)
class PanelRecipe(OnPhoto):
    """One picture, map, operator or mask of one run; `shown.VIEWS` lists them.

    ``zoom`` magnifies the part around ``x`` and ``y``, shares of the width and height.
    """

    kind: ClassVar[str] = "panel"
    title: ClassVar[str] = "Panel of the dashboard"
    what: str = setting(f"what: {', '.join(VIEWS)}", "estimate")
    k: int = setting("iteration; -1 is the last", -1, low=-1)
    channel: int = setting("channel", 0, low=0)
    module: str = setting("module of a mask", "")
    do: str = setting("intervention", "")
    low: float = setting("colours from; 0 to 0 is a scale of its own", 0.0)
    high: float = setting("colours to", 0.0)
    zoom: float = setting("magnification", 1.0, low=1, high=32)
    x: float = setting("middle, share of the width", 0.5, low=0, high=1)
    y: float = setting("middle, share of the height", 0.5, low=0, high=1)

    @property
    def stem(self) -> str:
        """Also what is shown, and when."""
        parts = [self.what, *([f"k{self.k:02}"] if VIEWS[self.what].iterated and self.k >= 0 else [])]
        return file_stem("-".join([self.kind, *parts, *self.opened()]))

    def gather(self, inputs: Inputs) -> Shown:
        """Run the network as far as is needed; raises `FigureError` for what cannot be shown."""
        if self.what not in VIEWS:
            raise FigureError(f"{self.what!r} is nothing to show; there are {', '.join(VIEWS)}")
        if not self.low <= self.high or not self.zoom >= 1:
            raise FigureError("colours go from low to high, and a magnification is 1 at least")
        view, subject, seen = VIEWS[self.what], inputs.network(self.weights), runs.scene(inputs, self)
        depth = subject.model.depth
        if not -1 <= self.k <= depth:
            raise FigureError(f"iteration {self.k} was asked for; the network has 0 to {depth}")
        k = depth if self.k < 0 else self.k
        found = view.find(Look(inputs, subject, seen, k, self.channel, self.module, self.do))
        about = f"{subject.sentence} on {seen.sentence}" if view.runs else seen.sentence
        return Shown(
            view, found, k, self._limits(found.values), in_sight(found.values, self.zoom, self.x, self.y),
            self.zoom, about,
            scaled=found.values.shape[:2] == seen.image.shape[-2:],
        )  # fmt: skip

    def _limits(self, values: np.ndarray) -> tuple[float, float]:
        if self.low < self.high:
            return self.low, self.high
        ends = np.quantile(values, (TAIL, 1 - TAIL))
        reach = max(float(np.abs(ends).max()), 1e-9)
        return -reach, reach


@dataclass(frozen=True, slots=True, eq=False)
class Shown(Drawing):
    """What was found, from ``limits`` of the colour scale, within a window of its pixels."""

    view: View
    found: Found
    k: int
    limits: tuple[float, float]
    window: Crop
    zoom: float
    about: str
    scaled: bool  # its pixels are the photo's

    def paint(self, sheet: Sheet) -> float:
        """The name above, the picture over the whole width, below it the metric, and the colour scale."""
        sheet.text(sheet.width / 2, 0, fitting(sheet, self.heads()))
        top, height = sheet.line, sheet.width * self.window.height / self.window.width
        shown, axes = self._picture(sheet, (0, top, sheet.width, height))
        if self.scaled:
            scale_bar(sheet, axes, self.window.width, sheet.width)
        top += height + 0.25 * sheet.em
        if self.found.metric:
            sheet.text(sheet.width / 2, top, fitting(sheet, [self.found.metric]))
            top += sheet.line
        if not self.view.labels:
            return top + 0.03 * sheet.em
        values, place = self.window.of(self.found.values), (top, 0.6 * sheet.em)
        return scale(sheet, shown, values, self.limits, place, words=signed, labels=self.view.labels)

    def heads(self) -> list[str]:
        """What stands above, the longest first."""
        at = f", $k = {self.k}$" if self.view.iterated else ""
        return [f"{self.view.symbol} {self.view.title}{at}", f"{self.view.symbol}{at}", self.view.symbol]

    def _picture(self, sheet: Sheet, box: tuple[float, float, float, float]) -> tuple[AxesImage, Axes]:
        found, part = self.found, self.window
        axes = sheet.box(*box)
        edges = (part.x - 0.5, part.x + part.width - 0.5, part.y + part.height - 0.5, part.y - 0.5)
        if found.mask is not None:
            tinted(axes, found.values, found.mask, found.covered)
        elif found.values.ndim == 3:
            axes.imshow(part.of(found.values), aspect="auto", gid=PHOTO, extent=edges)
        else:
            matrix(axes, part.of(found.values), self.limits[1], low=self.limits[0], extent=edges)
        axes.set(xlim=edges[:2], ylim=edges[2:])
        if found.frame is not None:
            corner = (found.frame.x - 0.5, found.frame.y - 0.5)
            size = (found.frame.width, found.frame.height)
            axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=VERMILION, linewidth=1.2))
        return axes.images[0], axes

    def caption(self) -> str:
        """What is shown, and of which run."""
        return sentence(*self.said())

    def said(self) -> tuple[str, str]:
        """Both apart."""
        where = self.found.detail and f" ({self.found.detail})"
        at = f", at $k = {self.k}$" if self.view.iterated else ""
        close = f", magnified {self.zoom:.3g} times" if self.zoom > 1 else ""
        return f"{self.view.said}{where}{at}{close}", self.about

    def arrays(self) -> dict[str, np.ndarray]:
        """All values, not only those in sight; the window as x, y, width, height; the ends of the colours."""
        part, found = self.window, self.found
        mask = {} if found.mask is None else {"mask": found.mask}
        limits = {"limits": np.array(self.limits)} if self.view.labels else {}
        window = np.array([part.x, part.y, part.width, part.height])
        return {"values": found.values, "k": np.array(self.k), "window": window, **mask, **limits}


def in_sight(values: np.ndarray, zoom: float, x: float, y: float) -> Crop:
    """What of a picture is in sight, in whole pixels: those that are so in part are whole."""
    height, width = values.shape[:2]
    half = 0.5 / zoom
    x, y = (min(1 - half, max(half, middle)) for middle in (x, y))
    left, top = math.floor(width * (x - half)), math.floor(height * (y - half))
    right, bottom = math.ceil(width * (x + half)), math.ceil(height * (y + half))
    return Crop(left, top, min(right, width) - left, min(bottom, height) - top)
