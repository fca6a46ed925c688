"""A page on which everything is placed in inches from its top left corner.

Pictures get boxes of exactly their own proportions, and rows of labels one baseline: neither is
left to a layout engine. The page's height is known when all is placed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator

from .presets import Preset
from .style import applied

TRIES, NARROWEST = 5, 0.25
"""Widths that are tried for a figure that is too tall, and the smallest share of the page."""

SMALLER = (1.0, 0.8, 0.64)
"""Sizes of a slide's text that are tried."""


class NarrowError(ValueError):
    """A sheet on which texts would run into each other."""


@lru_cache(maxsize=4096)
def _extent(words: str, face: str, mathematics: str, size: float) -> float:
    """How wide text is, in inches; remembered, as outlines are slow and every preview asks again.

    ``mathematics`` is in force already, and part of the key.
    """
    del mathematics
    outline = TextPath((0, 0), words, prop=FontProperties(family=face, size=size), usetex=False)
    return float(outline.get_extents().width) / 72


class Sheet:
    """Part of a page, ``width`` inches wide; ``em`` and ``line`` are inches too."""

    def __init__(self, preset: Preset, width: float) -> None:
        self.preset, self.width = preset, width
        self.figure = Figure(figsize=(preset.width, preset.tallest))
        self.em, self.line = preset.text / 72, 1.3 * preset.small / 72
        self.gap = 0.4 * self.em
        self._corner = (0.0, 0.0)
        self._axes: list[tuple[Axes, tuple[float, float, float, float]]] = []
        self._texts: list[tuple[Text, float, float]] = []

    def part(self, left: float, top: float, width: float) -> Sheet:
        """A sheet on this one, for what paints itself from its own left top corner."""
        inner = copy(self)
        inner.width, inner._corner = width, (self._corner[0] + left, self._corner[1] + top)
        return inner

    def box(self, left: float, top: float, width: float, height: float) -> Axes:
        """Bare axes: a place for a picture."""
        axes = self.plot(left, top, width, height)
        axes.set_axis_off()
        return axes

    def plot(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes whose *inner* box lies here; their labels need room around it."""
        axes = self.figure.add_axes((0, 0, 1, 1), label=f"{len(self._axes)}")
        x, y = self._corner
        self._axes.append((axes, (x + left, y + top, width, height)))
        return axes

    def flow(self, count: int, top: float, height: float) -> tuple[list[Axes], float]:
        """Boxes for several plots with labelled axes, in as many rows as they need, and where they end."""
        columns = min(count, max(1, int(self.width / (14 * self.em))))
        rows = -(-count // columns)
        columns = -(-count // rows)
        margin, foot, pitch = 3.7 * self.em, 2.9 * self.em, self.width / columns
        head = 1.6 * self.em
        made = [
            self.plot(
                (i % columns) * pitch + margin,
                top + (i // columns) * (height + 0.5 * self.em) + head,
                pitch - margin - 0.6 * self.em,
                height - foot - head,
            )
            for i in range(count)
        ]
        return made, top + rows * height + (rows - 1) * 0.5 * self.em

    def text(self, x: float, top: float, words: str, *, small: bool = True, **kwargs: Any) -> Text:
        """One line whose top is at ``top``, or its middle for ``va="center"``; centred at x by default."""
        size = self.preset.small if small else self.preset.text
        kwargs = {"ha": "center", "va": "baseline", "fontsize": size, **kwargs}
        made = self.figure.text(0, 0, words, **kwargs)
        down = 0.92 * size / 72 if kwargs["va"] == "baseline" else 0
        self._texts.append((made, self._corner[0] + x, self._corner[1] + top + down))
        return made

    def legend(self, axes: Axes, top: float) -> None:
        """The legend of one plot in `legend_height` of its own across the sheet."""
        handles, labels = axes.get_legend_handles_labels()
        height = self.legend_height(labels)
        columns = -(-len(labels) // round(height / self.line))
        self.box(0, top, self.width, height).legend(handles, labels, loc="center", ncols=columns)

    def legend_height(self, labels: Sequence[str]) -> float:
        """Of as many lines as a legend with these words needs."""
        entry = max(map(self.measured, labels)) + 4.2 * self.em
        return self.line * -(-len(labels) // max(1, int(self.width / entry)))

    def measured(self, words: str) -> float:
        """How wide small text is."""
        return _extent(words, self.preset.face, self.preset.mathematics, self.preset.small)

    def require(self, width: float, words: Sequence[str]) -> None:
        """Raise `NarrowError` where small text does not fit a width."""
        if max(map(self.measured, words)) > width:
            raise NarrowError(f"{width:.2f} in are too narrow for {max(words, key=len)}")

    def colour_bar(self, shown: Any, box: tuple[float, float, float, float], **kwargs: Any) -> Axes:
        """A colour bar in a box of its own; ``label`` says quantity and unit."""
        axes = self.plot(*box)
        bar = self.figure.colorbar(shown, cax=axes, **kwargs)
        bar.outline.set_linewidth(0.5)  # type: ignore[operator]
        if bar.solids is not None:
            bar.solids.set_edgecolor("face")  # no seams between its steps
        return axes

    def finish(self, height: float) -> Figure:
        """Cut the page at its height, or put the drawing in the middle of a slide."""
        page = self.preset.tallest if self.preset.slide else height
        across, down = (self.preset.width - self.width) / 2, (page - height) / 2
        self.figure.set_size_inches(self.preset.width, page)
        for axes, (left, top, wide, high) in self._axes:
            bottom = page - down - top - high
            axes.set_position(
                ((across + left) / self.preset.width, bottom / page, wide / self.preset.width, high / page)
            )
        for text, x, y in self._texts:
            text.set_position(((across + x) / self.preset.width, 1 - (down + y) / page))
        return self.figure


def whole(axes: Axes) -> None:
    """Ticks of iterations are whole numbers."""
    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=(1, 2, 5, 10)))


def fitting(sheet: Sheet, words: Sequence[str]) -> str:
    """The first that fits the sheet; raises `NarrowError` where not even the last does."""
    fits = (each for each in words if sheet.measured(each) <= sheet.width)
    found = next(fits, words[-1])
    sheet.require(sheet.width, [found])
    return found


def composed(preset: Preset, paint: Callable[[Sheet], float]) -> Figure:
    """Let ``paint`` fill a sheet and say its height; where that is too much, fill a narrower one.

    A slide may also have smaller text. Raises `ValueError` for what does not fit all the same.
    """
    with applied(preset):
        for shrunk in SMALLER if preset.slide else SMALLER[:1]:
            page = replace(preset, text=shrunk * preset.text, small=shrunk * preset.small)
            figure = _fitted(page, paint)
            if figure is not None:
                return figure
    size = f"{preset.width:.3g} x {preset.tallest:.3g} in"
    raise ValueError(f"the figure does not fit on {preset.title}, {size}; show less in it")


def _fitted(preset: Preset, paint: Callable[[Sheet], float]) -> Figure | None:
    """The widest drawing that is no taller than the page, found by the secant of its heights."""
    margin = preset.text / 72 if preset.slide else 0.0
    widest, room = preset.width - 2 * margin, preset.tallest - 2 * margin
    width, before = widest, (0.0, 0.0)
    for _ in range(TRIES):
        with applied(preset):
            sheet = Sheet(preset, width)
            try:
                height = paint(sheet)
            except NarrowError:
                return None
        if height <= room:
            return sheet.finish(height)
        slope = (height - before[1]) / (width - before[0])
        if slope <= 0:  # text alone makes it tall
            return None
        before, width = (width, height), width - (height - 0.99 * room) / slope
        if not NARROWEST * widest < width < before[0]:
            return None
    return None


def texts(figure: Figure) -> list[Text]:
    """All that is written on a figure; ticks beyond the ends of their axes are not."""
    hidden = {id(label) for axes in figure.axes for axis in _axes(axes) for label in _beyond(axis)}
    found = [artist for artist in figure.findobj(Text) if isinstance(artist, Text)]
    return [
        text for text in found if text.get_text().strip() and text.get_visible() and id(text) not in hidden
    ]


def _axes(axes: Axes) -> tuple[Axis, ...]:
    return (axes.xaxis, axes.yaxis)


def _beyond(axis: Axis) -> list[Text]:
    """Labels of ticks that are not drawn: the axes are off, or end before."""
    low, high = sorted(axis.get_view_interval())
    slack, off = 1e-6 * (high - low), not axis.axes.axison
    ticks = [
        *zip(axis.get_major_ticks(), axis.get_majorticklocs(), strict=False),
        *zip(axis.get_minor_ticks(), axis.get_minorticklocs(), strict=False),
    ]
    outside = [tick for tick, place in ticks if off or not low - slack <= place <= high + slack]
    return [label for tick in outside for label in (tick.label1, tick.label2)]
