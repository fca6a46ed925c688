"""The colour bar below a map or table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.image import AxesImage

from .pictures import few
from .sheet import Sheet, fitting

Format = Callable[[float, int | None], str]

EXTENDED = {(True, True): "both", (True, False): "min", (False, True): "max"}
"""Ends that are pointed, by whether values lie below and above."""


def scale(
    sheet: Sheet,
    shown: AxesImage,
    values: np.ndarray,
    limits: tuple[float, float],
    place: tuple[float, float],
    *,
    words: Format,
    labels: Sequence[str],
) -> float:
    """A bar at ``place`` = top, margin, with the first label that fits; pointed where values lie beyond.

    Returns where it ends.
    """
    (low, high), (top, margin) = limits, place
    box = (margin, top, sheet.width - 2 * margin, 0.5 * sheet.em)
    bar = sheet.colour_bar(
        shown, box, orientation="horizontal", ticks=ticks(limits), format=words,
        extend=EXTENDED.get((bool((values < low).any()), bool((values > high).any())), "neither"),
        extendfrac=0.02,
    )  # fmt: skip
    if labels:
        bar.set_xlabel(fitting(sheet, labels), fontsize=sheet.preset.small)
    return top + 0.5 * sheet.em + 2.3 * sheet.line


def ticks(limits: tuple[float, float]) -> list[float]:
    """Round numbers well inside a scale around 0, else its ends."""
    low, high = limits
    return few(high) if low == -high else [low, high]
