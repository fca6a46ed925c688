"""A table or map of the dashboard as a figure: the numbers on screen, as plain values in its recipe."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from .errors import FigureError
from .inputs import Inputs
from .panel import in_sight
from .pictures import Crop, matrix, numbers, scale_bar
from .scale import scale, ticks
from .sheet import NarrowError, Sheet
from .spec import Drawing, Recipe, file_stem, sentence, setting
from .style import DIVERGING, SEQUENTIAL
from .words import plain, typeset

ROLES = {"diverging": DIVERGING, "sequential": SEQUENTIAL}

CELLS = 4096
"""Most numbers of a table; what has more is a map, and comes packed."""

NONE = "0.88"
"""The grey of places without a number."""


@dataclass(frozen=True)
class MatrixRecipe(Recipe):
    """Numbers by row and column: ``values`` of a table, None where there is none, or a map ``packed``."""

    kind: ClassVar[str] = "matrix"
    title: ClassVar[str] = "Table or map of the dashboard"
    name: str = setting("title", "")
    values: tuple[Any, ...] = setting("rows of numbers", ())
    packed: str = setting("map: an .npy file in base64", "")
    rows: tuple[str, ...] = setting("names of the rows", ())
    columns: tuple[str, ...] = setting("names of the columns", ())
    corner: str = setting("what the columns are", "")
    low: float = setting("colours from", -1.0)
    high: float = setting("colours to", 1.0)
    role: str = setting(f"colours: {', '.join(ROLES)}", "diverging")
    unit: str = setting("quantity / unit", "")
    about: str = setting("of what, for the caption", "")
    pixels: bool = setting("its places are pixels of a photo", False)
    zoom: float = setting("magnification", 1.0, low=1, high=32)
    x: float = setting("middle, share of the width", 0.5, low=0, high=1)
    y: float = setting("middle, share of the height", 0.5, low=0, high=1)

    @property
    def stem(self) -> str:
        """The kind and the title."""
        return file_stem(f"{self.kind}-{self.name}").lower()

    def gather(self, inputs: Inputs) -> Matrix:
        """Read the numbers; raises `FigureError` for what are none, or names that are not theirs."""
        del inputs  # all numbers are in the recipe
        if self.role not in ROLES:
            raise FigureError(f"{self.role!r} is no role of colours; there are {', '.join(ROLES)}")
        if not self.low < self.high or not self.zoom >= 1:
            raise FigureError("colours go from low to high, and a magnification is 1 at least")
        values = self._numbers()
        for names, count, what in zip(
            (self.rows, self.columns), values.shape, ("rows", "columns"), strict=True
        ):
            if names and (len(names) != count or not all(isinstance(name, str) for name in names)):
                raise FigureError(f"{len(names)} names were given for {count} {what}")
        return Matrix(self, values, in_sight(values, self.zoom, self.x, self.y))

    def _numbers(self) -> np.ndarray:
        try:
            found = _unpacked(self.packed) if self.packed else np.array(self.values, dtype=np.float64)
        except (TypeError, ValueError, EOFError, MemoryError) as error:
            raise FigureError("a table is rows of numbers; a map is an .npy file in base64") from error
        if found.ndim != 2 or not found.size or found.dtype.kind != "f" or np.isinf(found).any():
            raise FigureError("a table or map has rows and columns of finite numbers")
        if not self.packed and found.size > CELLS:
            raise FigureError(f"a table has at most {CELLS} numbers")
        return found


def _unpacked(text: str) -> np.ndarray:
    stream = io.BytesIO(base64.b64decode(text, validate=True))
    found: np.ndarray = np.lib.format.read_array(stream, allow_pickle=False)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Matrix(Drawing):
    """Cells in colours; a table has names beside them and, where they fit, numbers in them."""

    recipe: MatrixRecipe
    values: np.ndarray
    window: Crop

    def paint(self, sheet: Sheet) -> float:
        """The title, names above and at the left, the cells, and the colour bar with its unit."""
        title = plain(self.recipe.name)
        if title and sheet.measured(title) <= sheet.width:  # where it is too long, the caption says it
            sheet.text(sheet.width / 2, 0, title)
        margin = self._margin(sheet)
        width, height = self._size(sheet, sheet.width - margin)
        left = margin + (sheet.width - margin - width) / 2
        top = self._heads(sheet, left, width / self.window.width)
        for i, name in enumerate(self.recipe.rows):
            middle = top + (i + 0.5) * height / self.window.height
            sheet.text(left - 0.4 * sheet.em, middle, plain(name), ha="right", va="center_baseline")
        shown = self._cells(sheet, (left, top, width, height))
        return self._scale(sheet, shown, top + height + 0.4 * sheet.em)

    def _margin(self, sheet: Sheet) -> float:
        """Room for the names of rows."""
        if not self.recipe.rows:
            return 0.0
        margin = max(sheet.measured(plain(name)) for name in (*self.recipe.rows, self.recipe.corner) if name)
        if margin > 0.6 * sheet.width:
            raise NarrowError(f"{sheet.width:.2f} in are too narrow for {max(self.recipe.rows, key=len)}")
        return margin + 0.5 * sheet.em

    def _size(self, sheet: Sheet, room: float) -> tuple[float, float]:
        """A map has its proportions, a table with names rows of text, and one without square cells."""
        rows, columns = self.window.height, self.window.width
        if self.recipe.packed:
            return room, room * rows / columns
        if self.recipe.rows or self.recipe.columns:
            return room, 1.35 * sheet.line * rows
        side = min(room / columns, 4 * sheet.em)
        return side * columns, side * rows

    def _heads(self, sheet: Sheet, left: float, pitch: float) -> float:
        """Names of the columns, upright where they are too wide; and where the cells begin."""
        names = [plain(name) for name in self.recipe.columns]
        if not names:
            return sheet.line
        widest = max(map(sheet.measured, names))
        turned = widest > 0.92 * pitch
        foot = sheet.line + (widest + 0.4 * sheet.em if turned else sheet.line)
        corner = plain(self.recipe.corner)
        if corner:
            sheet.text(left - 0.4 * sheet.em, foot - sheet.line, corner, ha="right")
        if turned and pitch < 0.8 * sheet.line:
            raise NarrowError(f"{pitch:.2f} in are too narrow for a column")
        for j, name in enumerate(names):
            if turned:
                across = left + (j + 0.5) * pitch
                sheet.text(across, foot - 0.2 * sheet.em, name, rotation=90, va="bottom")
            else:
                sheet.text(left + (j + 0.5) * pitch, foot - sheet.line, name)
        return foot

    def _cells(self, sheet: Sheet, box: tuple[float, float, float, float]) -> AxesImage:
        axes, part, recipe = sheet.box(*box), self.window, self.recipe
        edges = (part.x - 0.5, part.x + part.width - 0.5, part.y + part.height - 0.5, part.y - 0.5)
        shown = matrix(axes, part.of(self.values), recipe.high, ROLES[recipe.role], recipe.low, edges)
        shown.set_cmap(shown.get_cmap().with_extremes(bad=NONE))
        if recipe.pixels:
            scale_bar(sheet, axes, part.width, sheet.width)
        if not recipe.packed:
            self._print(sheet, axes, shown, box[2] / part.width)
        return shown

    def _print(self, sheet: Sheet, axes: Axes, shown: AxesImage, pitch: float) -> None:
        """Numbers where they fit, and hatches where there are none."""
        digits = decimals(np.nanmax(np.abs(self.values), initial=0))
        words = [[brief(value, digits) for value in row] for row in self.values]
        if max(sheet.measured(word) for row in words for word in row if word) <= 0.95 * pitch:
            numbers(axes, self.values, words, shown, sheet.preset.small)
        for i, j in np.argwhere(np.isnan(self.values)):
            look: dict[str, Any] = {"facecolor": NONE, "edgecolor": "0.6", "hatch": "////", "linewidth": 0}
            axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, **look))

    def _scale(self, sheet: Sheet, shown: AxesImage, top: float) -> float:
        recipe, ends = self.recipe, (self.recipe.low, self.recipe.high)
        margin = 0.5 * max(sheet.measured(_tick(tick)) for tick in ticks(ends)) + 0.1 * sheet.em
        labels = [plain(recipe.unit)] if recipe.unit else []
        values = self.window.of(self.values)
        return scale(sheet, shown, values, ends, (top, margin), words=_tick, labels=labels)

    def caption(self) -> str:
        """What the table is called, and what it is of."""
        return sentence(*self.said())

    def said(self) -> tuple[str, str]:
        """Both apart."""
        recipe = self.recipe
        close = f", magnified {recipe.zoom:.3g} times" if recipe.zoom > 1 else ""
        holes = " (grey: no value)" if np.isnan(self.values).any() else ""
        return f"{typeset(recipe.name) or 'a table'}{close}{holes}", typeset(recipe.about)

    def arrays(self) -> dict[str, np.ndarray]:
        """All values, not only those in sight; names; the window and the ends of the colours."""
        part, recipe = self.window, self.recipe
        names = {"rows": recipe.rows, "columns": recipe.columns}
        return {
            "values": self.values,
            "window": np.array([part.x, part.y, part.width, part.height]),
            "limits": np.array([recipe.low, recipe.high]),
            **{name: np.array(given) for name, given in names.items() if given},
        }


def decimals(reach: float) -> int:
    """Decimals that tell values up to this size apart, and fit into small cells."""
    return 0 if reach < 0.0005 else 3 if reach < 0.01 else 2 if reach < 10 else 1 if reach < 100 else 0


def brief(value: float, digits: int) -> str:
    """A number for a small cell; nothing for NaN."""
    if math.isnan(value):
        return ""
    words = f"{value:.{digits}f}"
    return words.replace("-", "−" if float(words) else "")


def _tick(value: float, place: int | None = None) -> str:
    """matplotlib hands over the tick's place too."""
    del place
    return f"{value:.3g}".replace("-", "−")
