"""Several figures on one board, in a grid, with letters and one caption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import groupby
from string import ascii_lowercase
from typing import Any, ClassVar, Self

import numpy as np

from .errors import FigureError
from .inputs import Inputs
from .sheet import Sheet
from .spec import Drawing, Recipe, filled, setting


@dataclass(frozen=True)
class BoardRecipe(Recipe):
    """Several figures in a grid, with letters and one caption.

    ``panels`` are records {"kind": .., "parameters": {..}} of any kind that is drawn, in their order.
    """

    kind: ClassVar[str] = "board"
    title: ClassVar[str] = "Board of several panels"
    panels: tuple[dict[str, Any], ...] = setting("panels", ())
    columns: int = setting("columns", 2, low=1, high=6)

    def gather(self, inputs: Inputs) -> Board:
        """Gather all panels; raises `FigureError`, which says in which of them it was."""
        recipes = self.recipes()
        if not 0 < len(recipes) <= len(ascii_lowercase) or self.columns < 1:
            raise FigureError(f"a board has 1 to {len(ascii_lowercase)} panels, in a column or more")
        found = []
        for letter, recipe in zip(ascii_lowercase, recipes, strict=False):
            try:
                drawing = recipe.gather(inputs)
            except FigureError as error:
                raise FigureError(f"panel ({letter}): {error}") from error
            if isinstance(drawing, Board) or not isinstance(drawing, Drawing):
                raise FigureError(f"panel ({letter}): {recipe.kind} does not go on a board")
            found.append(drawing)
        return Board(tuple(found), min(self.columns, len(found)))

    def recipes(self) -> tuple[Recipe, ...]:
        """The panels' own recipes; raises `FigureError` for a record that is none."""
        from .kinds import KINDS  # it lists this one too

        found = []
        for record in self.panels:
            kind = record.get("kind") if isinstance(record, dict) else None
            if kind not in KINDS:
                raise FigureError(f"a panel is a record of a kind and its parameters, not {record!r}")
            found.append(filled(KINDS[kind], record.get("parameters", {})))
        return tuple(found)

    def opened(self) -> list[str]:
        """The files that its panels name, each once."""
        return list(dict.fromkeys(name for recipe in self.recipes() for name in recipe.opened()))

    def renamed(self, rename: Callable[[str, str], str]) -> Self:
        """Its panels renamed, with all of their parameters."""
        renamed = [recipe.renamed(rename) for recipe in self.recipes()]
        records = ({"kind": recipe.kind, "parameters": asdict(recipe)} for recipe in renamed)
        return type(self)(panels=tuple(records), columns=self.columns)


@dataclass(frozen=True, slots=True, eq=False)
class Board(Drawing):
    """Drawings of one width, row by row; the letters of a row stand on one line below it."""

    parts: tuple[Drawing, ...]
    columns: int

    def paint(self, sheet: Sheet) -> float:
        """Every part on a sheet of its own."""
        gap, top = 1.0 * sheet.em, 0.0
        width = (sheet.width - gap * (self.columns - 1)) / self.columns
        for start in range(0, len(self.parts), self.columns):
            row = self.parts[start : start + self.columns]
            lefts = [i * (width + gap) for i in range(len(row))]
            heights = [
                part.paint(sheet.part(left, top, width)) for left, part in zip(lefts, row, strict=True)
            ]
            top += max(heights) + 0.2 * sheet.em
            for left, letter in zip(lefts, ascii_lowercase[start:], strict=False):
                sheet.text(left + width / 2, top, f"({letter})")
            top += sheet.line + 0.5 * sheet.em
        return top - 0.5 * sheet.em

    def caption(self) -> str:
        """What every letter is; of what, once for neighbours that are of the same."""
        lettered = [
            (f"({letter})", *part.said()) for letter, part in zip(ascii_lowercase, self.parts, strict=False)
        ]
        sentences = []
        for about, group in groupby(lettered, key=lambda each: each[2]):
            whats = "; ".join(f"{letter} {what}" for letter, what, _ in group)
            sentences.append(f"{whats}: {about}." if about else f"{whats}.")
        return " ".join(sentences)

    def arrays(self) -> dict[str, np.ndarray]:
        """Those of every part, under its letter."""
        return {
            f"{letter}/{name}": array
            for letter, part in zip(ascii_lowercase, self.parts, strict=False)
            for name, array in part.arrays().items()
        }
