"""How all figures look: text, lines and colours; and matplotlib's global settings, held safely.

Colours are those of Okabe and Ito for what has a name, cividis for what has an order and RdBu for
what has a sign. No line is told from another by its colour alone: dashes and markers differ too.
The grey of a diverging map says the size and not the sign, so small ones have their numbers printed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib import color_sequences, font_manager
from matplotlib.ft2font import FT2Font

from .presets import Preset

SEQUENTIAL, DIVERGING = "cividis", "RdBu_r"
INK, FAINT = "0.15", "0.55"
"""Text and what stands behind it."""

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = color_sequences["okabe_ito"]

ACCENTS = (YELLOW, SKY)
"""Frames on photos: light enough for dark ones; their outline is dark for the light ones."""


@dataclass(frozen=True, slots=True)
class Line:
    """One named curve."""

    colour: Any
    dash: Any
    marker: str


LINES = (
    Line(BLUE, "-", "o"),
    Line(ORANGE, (0, (4, 1.2)), "s"),
    Line(BLACK, (0, (1, 1)), "^"),
    Line(GREEN, (0, (5, 1, 1, 1)), "D"),
    Line(PURPLE, (0, (2, 1)), "v"),
    Line(SKY, (0, (6, 2)), "P"),
)
MARKS = tuple(
    Line(colour, "", marker)
    for colour, marker in zip(
        (BLACK, VERMILION, ORANGE, PURPLE, GREEN, SKY, BLUE, YELLOW), "oXPDs^v*", strict=True
    )
)
"""Points of a map, by rendition."""

_LOCK = threading.RLock()


@contextmanager
def applied(preset: Preset) -> Iterator[None]:
    """matplotlib's settings for a preset, whatever a user's matplotlibrc says.

    They are global to the process: one thread draws at a time, and finds them as they were after.
    """
    with _LOCK, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(parameters(preset))
        yield


FIXED: dict[Any, Any] = {
    "pdf.fonttype": 42,
    "svg.fonttype": "path",  # a viewer need not have the face
    "svg.hashsalt": "interir",
    "image.composite_image": False,
    "image.interpolation": "none",
    "text.color": INK,
    **dict.fromkeys(("axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right", "legend.frameon"), False),
    "legend.handlelength": 2.2,
    "legend.borderaxespad": 0.2,
    "legend.labelspacing": 0.25,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.2,
}
"""Settings of all presets: Type 42 fonts, no picture merged with another, nothing random."""


def parameters(preset: Preset) -> dict[Any, Any]:
    """All settings: text as the preset says, and lines that grow with it."""
    unit = preset.small / 7
    return {
        **FIXED,
        "font.family": preset.face,
        "mathtext.fontset": preset.mathematics,
        **dict.fromkeys(("font.size", "axes.labelsize", "axes.titlesize"), preset.text),
        **dict.fromkeys(("legend.fontsize", "xtick.labelsize", "ytick.labelsize"), preset.small),
        **dict.fromkeys(("axes.linewidth", "xtick.major.width", "ytick.major.width"), 0.5 * unit),
        **dict.fromkeys(("xtick.major.size", "ytick.major.size"), 2.5 * unit),
        **dict.fromkeys(("xtick.major.pad", "ytick.major.pad", "axes.labelpad"), 2 * unit),
        "lines.linewidth": 1.0 * unit,
        "lines.markersize": 2.5 * unit,
        "hatch.linewidth": 0.5 * unit,
    }


def legible(text: str, preset: Preset, otherwise: str) -> str:
    """The text if the preset's face has all of its characters, else ``otherwise``."""
    font = FT2Font(font_manager.findfont(preset.face))
    known = font.get_charmap()
    return text if all(ord(c) in known for c in text) else otherwise
