"""One chart of the dashboard as a figure: the lines that are on screen, as plain numbers in its recipe."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from .errors import FigureError
from .inputs import Inputs
from .sheet import NarrowError, Sheet, whole
from .spec import Drawing, Recipe, file_stem, sentence, setting
from .style import FAINT, LINES, Line
from .words import plain, typeset


@dataclass(frozen=True, slots=True)
class Series:
    """One line: ``values`` at x = first, first + 1, ..; None where there is none.

    A band goes from ``values`` ``upto`` others and takes the colour of the line after it. A guide is
    what lines are read against, without a name.
    """

    name: str
    values: tuple[float | None, ...]
    first: float = 0
    right: bool = False  # against the axis on the right
    marked: bool = True  # a marker at every value
    best: int = -1  # index of the value that gets a star
    guide: bool = False
    upto: tuple[float | None, ...] = ()

    @property
    def named(self) -> bool:
        """True for a line, which the legend lists."""
        return not self.guide and not self.upto

    @property
    def x(self) -> np.ndarray:
        """Where the values are."""
        return self.first + np.arange(len(self.values))

    def numbers(self) -> np.ndarray:
        """Columns x and value, and the other edge of a band."""
        columns = [self.values, self.upto] if self.upto else [self.values]
        return np.column_stack([self.x, *(np.array(each, dtype=float) for each in columns)])


@dataclass(frozen=True)
class ChartRecipe(Recipe):
    """Lines over k, or over an index; ``lines`` are records of `Series`, read against one or two axes."""

    kind: ClassVar[str] = "chart"
    title: ClassVar[str] = "Chart of the dashboard"
    name: str = setting("title", "")
    lines: tuple[dict[str, Any], ...] = setting("lines", ())
    x: str = setting("axis below", "k")
    y: str = setting("axis at the left", "")
    y2: str = setting("axis at the right", "")
    log: bool = setting("logarithmic", False)
    mark: int = setting("iteration that is marked; -1 is none", -1, low=-1)
    about: str = setting("of what, for the caption", "")

    @property
    def stem(self) -> str:
        """The kind and the title."""
        return file_stem(f"{self.kind}-{self.name}").lower()

    def gather(self, inputs: Inputs) -> Chart:
        """Read the records; raises `FigureError`."""
        del inputs  # all numbers are in the recipe
        series = tuple(_series(record) for record in self.lines)
        if not series:
            raise FigureError("a chart needs a line")
        return Chart(self, series)


def _series(record: dict[str, Any]) -> Series:
    known = [f.name for f in fields(Series)]
    try:
        found = Series(**record)
        some = len(found.numbers()) > 0  # and both edges of a band are as long
        finite = all(v is None or math.isfinite(v) for v in (*found.values, *found.upto))
    except (TypeError, ValueError) as error:
        raise FigureError(f"a line has name and values, and may have {', '.join(known[2:])}") from error
    if not some or not finite:
        raise FigureError(f"{found.name} must have numbers")
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Chart(Drawing):
    """All lines in one plot, in the house's colours, dashes and markers."""

    recipe: ChartRecipe
    series: tuple[Series, ...]

    def paint(self, sheet: Sheet) -> float:
        """The title, the legend, and the plot over the whole width."""
        title = plain(self.recipe.name)
        if title and sheet.measured(title) <= sheet.width:  # where it is too long, the caption says it
            sheet.text(sheet.width / 2, 0, title)
        top = sheet.line
        names = [self._name(s) for s in self.series if s.named]
        legend = sheet.legend_height(names) if len(names) > 1 else 0.0
        left, right = 3.7 * sheet.em, (3.7 if any(s.right for s in self.series) else 0.6) * sheet.em
        if sheet.width - left - right < 5 * sheet.em:
            raise NarrowError(f"{sheet.width:.2f} in are too narrow for a plot and its axes")
        height = min(max(0.6 * sheet.width, 11 * sheet.em), 18 * sheet.em)
        axes = sheet.plot(left, top + legend + 0.3 * sheet.em, sheet.width - left - right, height)
        self._lines(axes)
        if legend:
            sheet.legend(axes, top)
        return top + legend + 0.3 * sheet.em + height + 2.9 * sheet.em

    def _name(self, series: Series) -> str:
        return plain(series.name) + (" (right)" if series.right else "")

    def _lines(self, axes: Axes) -> None:
        recipe = self.recipe
        other = axes.twinx() if any(s.right for s in self.series) else axes
        for series, style in zip(self.series, self._styles(), strict=True):
            self._draw(other if series.right else axes, series, style)
            if series.right and series.named:  # the legend lists the lines of one axis
                axes.plot([], [], **_look(style, series), label=self._name(series))
        if recipe.mark >= 0:
            axes.axvline(recipe.mark, color=FAINT, linewidth=0.8, linestyle=":")
        axes.set(xlabel=recipe.x if recipe.x != "k" else "iteration $k$", ylabel=plain(recipe.y))
        whole(axes)
        if recipe.log:
            axes.set_yscale("log")
        if other is not axes:
            other.spines["right"].set_visible(True)
            other.set_ylabel(plain(recipe.y2))

    def _styles(self) -> Iterator[Line]:
        """A band has the style of the line after it: as many lines come before both."""
        before = 0
        for series in self.series:
            yield LINES[before % len(LINES)]
            before += series.named

    def _draw(self, axes: Axes, series: Series, style: Line) -> None:
        x, values = series.x, np.array(series.values, dtype=float)
        if series.upto:
            upto = np.array(series.upto, dtype=float)
            axes.fill_between(x, values, upto, color=style.colour, alpha=0.2, linewidth=0)
        elif series.guide:
            axes.plot(x, values, color=FAINT, linestyle=":", linewidth=0.8)
        else:
            label = None if series.right else self._name(series)
            axes.plot(x, values, **_look(style, series), label=label)
            if 0 <= series.best < len(values):
                size = 2.4 * matplotlib.rcParams["lines.markersize"]
                axes.plot(x[series.best], values[series.best], "*", color=style.colour, markersize=size)

    def caption(self) -> str:
        """What the chart is called, and what it is of."""
        return sentence(*self.said())

    def said(self) -> tuple[str, str]:
        """Both apart."""
        return typeset(self.recipe.name) or "a chart", typeset(self.recipe.about)

    def arrays(self) -> dict[str, np.ndarray]:
        """By line: x, value, and the other edge of a band."""
        return {f"{i}/{s.name}": s.numbers() for i, s in enumerate(self.series)}


def _look(style: Line, series: Series) -> dict[str, Any]:
    marker = style.marker if series.marked else ""
    return {"color": style.colour, "linestyle": style.dash, "marker": marker}
