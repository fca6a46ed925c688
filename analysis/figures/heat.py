"""The heat map of interventions: what every do() changed under every combination, in dB."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from matplotlib.colors import SymLogNorm
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from interir.bootstrap import FEW, Interval
from interir.scores import ordered
from interir.tables import escape

from ..interventions import in_words
from ..interventions.effects import Cell
from .errors import FigureError
from .inputs import Inputs
from .pictures import numbers, signed
from .sheet import Sheet
from .spec import FILE, Drawing, Recipe, setting
from .style import DIVERGING
from .words import plain

LINEAR = 0.1
"""dB within which the colour scale is linear; beyond, it is logarithmic: effects differ by powers of ten."""


ODD = 0.95
"""Share of ordinary runs; features that are odder than those of so many may be broken."""

HATCHED: dict[str, Any] = {"facecolor": "none", "edgecolor": "0.55", "hatch": "////", "linewidth": 0}


@dataclass(frozen=True)
class HeatRecipe(Recipe):
    """What ``python -m analysis.interventions`` measured."""

    kind: ClassVar[str] = "interventions"
    title: ClassVar[str] = "Heat map of interventions"
    file: str = setting("measured by analysis.interventions", "interventions-interir-small.json", FILE)

    def gather(self, inputs: Inputs) -> Heat:
        """Read the file; raises `FigureError`."""
        path = inputs.find(self.file)
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            cells = tuple(_cell(row) for row in facts["cells"])
            about = (
                f"{facts['photos']} photos of {escape(facts['data'])}, weights \\texttt{{{facts['weights']}}}"
            )
        except (KeyError, TypeError, ValueError) as error:
            raise FigureError(f"{self.file} holds no cells of analysis.interventions") from error
        if not cells:
            raise FigureError(f"{self.file} holds no cells")
        return Heat(cells, about)


def _cell(row: dict[str, Any]) -> Cell:
    ends = {name: math.nan if value is None else value for name, value in row["change"].items()}
    odd = math.nan if row["odd"] is None else row["odd"]
    return Cell(row["label"], row["combination"], row["photos"], Interval(**ends), odd)


@dataclass(frozen=True, slots=True, eq=False)
class Heat(Drawing):
    """Cells by label and combination; in bold where the interval leaves 0 out."""

    cells: tuple[Cell, ...]
    about: str

    def paint(self, sheet: Sheet) -> float:
        """Labels at the left, combinations above, every number in its cell, the scale below."""
        labels, heads = self.axes()
        names = self._names(sheet)
        margin = _margin(sheet, names)
        width, height = sheet.width - margin, len(labels) * 1.35 * sheet.line
        for j, head in enumerate(heads):
            sheet.text(margin + (j + 0.5) * width / len(heads), 0, head)
        for i, name in enumerate(names):
            top = sheet.line + (i + 0.12) * height / len(labels)
            sheet.text(margin - 0.4 * sheet.em, top, name, ha="right")
        shown = self._cells(sheet, (margin, sheet.line, width, height))
        limit = shown.get_clim()[1]
        ticks = [sign * tick for tick in (0.1, 1, 10) if tick <= limit for sign in (-1, 1)]
        top, how = sheet.line + height + 0.6 * sheet.em, {"orientation": "horizontal", "format": signed}
        bar = sheet.colour_bar(shown, (margin, top, width, 0.5 * sheet.em), ticks=[0, *ticks], **how)
        bar.set_xlabel("change of PSNR / dB")
        return top + 0.5 * sheet.em + 2.6 * sheet.line

    def _names(self, sheet: Sheet) -> list[str]:
        """What the rows do: in words where these leave the columns room for their heads, else as written."""
        labels, heads = self.axes()
        words = [plain(in_words(label)) for label in labels]
        room = (sheet.width - _margin(sheet, words)) / len(heads) - 0.2 * sheet.em
        return words if max(map(sheet.measured, heads)) < room else [plain(label) for label in labels]

    def _cells(self, sheet: Sheet, box: tuple[float, float, float, float]) -> AxesImage:
        """The matrix with its numbers."""
        values, (labels, heads) = self.values(), self.axes()
        words = [[_number(value) for value in row] for row in values]
        sheet.require(box[2] / len(heads), [word for row in words for word in row])
        limit = max(float(np.nanmax(np.abs(values))), 2 * LINEAR)
        axes, norm = sheet.box(*box), SymLogNorm(LINEAR, vmin=-limit, vmax=limit)
        shown = axes.imshow(values, cmap=DIVERGING, norm=norm, aspect="auto")
        numbers(axes, values, words, shown, sheet.preset.small)
        cells = {(labels.index(c.label), heads.index(c.combination)): c for c in self.cells}
        for text in axes.texts:
            j, i = (int(n) for n in text.get_position())
            sure = words[i][j] != "0" and cells[i, j].change.low * cells[i, j].change.high > 0
            text.set_fontweight("bold" if sure else "normal")
        for (i, j), cell in cells.items():
            if cell.odd > ODD:
                axes.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, **HATCHED))
        return shown

    def axes(self) -> tuple[list[str], list[str]]:
        """Labels in the order in which they were measured, and combinations in that of Table 6."""
        return list(dict.fromkeys(c.label for c in self.cells)), ordered(c.combination for c in self.cells)

    def values(self) -> np.ndarray:
        """Mean changes by label and combination; NaN where there is none."""
        labels, heads = self.axes()
        found = {(c.label, c.combination): c.change.mean for c in self.cells}
        return np.array([[found.get((label, head), np.nan) for head in heads] for label in labels])

    def caption(self) -> str:
        """Of what, on what, how sure, and what may be breakage."""
        odd = (
            f" Hatched: the features of most of these runs are odder than {100 * ODD:.0f}\\,\\% of ordinary"
            " ones, so that the change may be breakage and not importance."
        ) * any(cell.odd > ODD for cell in self.cells)
        photos = max(cell.photos for cell in self.cells)
        few = f" Fewer than {FEW} photos: the intervals are too narrow to be trusted." * (photos < FEW)
        return (
            f"Change of PSNR by each intervention, mean over {self.about}. Bold where the 95\\,\\% interval,"
            f" by a paired bootstrap of the photos, leaves out 0; the scale is linear within"
            f" $\\pm${LINEAR:g}\\,dB and logarithmic beyond.{odd} H: haze, R: rain, N: noise.{few}"
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Means and the ends of their intervals."""
        labels, heads = self.axes()
        rows = [(c.change.mean, c.change.low, c.change.high) for c in self.cells]
        names = [(c.label, c.combination) for c in self.cells]
        return {
            "labels": np.array(labels), "combinations": np.array(heads), "mean": self.values(),
            "cells": np.array(names), "intervals": np.array(rows),
        }  # fmt: skip


def _margin(sheet: Sheet, names: list[str]) -> float:
    """What names at the left take; set text is a little wider than its outlines."""
    return 1.05 * max(map(sheet.measured, names)) + 0.5 * sheet.em


def _number(value: float) -> str:
    """Signed unless it is nothing, of two decimals or, from 10 dB on, one."""
    if math.isnan(value):
        return ""
    words = f"{value:+.1f}" if abs(value) >= 9.995 else f"{value:+.2f}"
    return "0" if not float(words) else words.replace("-", "−")
