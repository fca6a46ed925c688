"""Where a figure will stand: page widths, text sizes and faces of venues, and of a slide.

Widths come from tueplots, which follows the venues' templates; it has none for IEEE Transactions
or slides. Its ticks are smaller than 7 pt in two-column venues: text sizes are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from tueplots import figsizes


@dataclass(frozen=True, slots=True)
class Preset:
    """A page to draw on: sizes in inches, text in points at final size."""

    name: str
    title: str
    width: float
    tallest: float
    """Height of the venue's text block, which no figure exceeds."""
    spans: bool = False
    """True where the figure runs across both columns: LaTeX's ``figure*``."""
    slide: bool = False
    """True where the page is always as tall as ``tallest``, and the figure stands in its middle."""
    text: float = 8.0
    small: float = 7.0
    face: str = "STIXGeneral"
    """A face that comes with matplotlib: Times for papers."""
    mathematics: str = "stix"


def _width(size: dict[str, tuple[float, float]]) -> float:
    return float(size["figure.figsize"][0])


def _slide() -> Preset:
    face, mathematics = "DejaVu Sans", "dejavusans"
    return Preset("slide", "Slide, 16:9", 40 / 3, 7.5, False, True, 20.0, 16.0, face, mathematics)


_ALL = (
    Preset("cvpr-column", "CVPR, ICCV: one column", _width(figsizes.cvpr2024_half()), 8.875),
    Preset("cvpr-page", "CVPR, ICCV: two columns", _width(figsizes.cvpr2024_full()), 8.875, spans=True),
    Preset("eccv", "ECCV", _width(figsizes.eccv2024()), 7.6),
    Preset("neurips", "NeurIPS", _width(figsizes.neurips2024()), 9.0, text=9.0, small=8.0),
    Preset("icml-column", "ICML: one column", _width(figsizes.icml2024_half()), 9.0),
    Preset("icml-page", "ICML: two columns", _width(figsizes.icml2024_full()), 9.0, spans=True),
    Preset("iclr", "ICLR", _width(figsizes.iclr2024()), 9.0, text=9.0, small=8.0),
    Preset("ieee-column", "IEEE Transactions: one column", 3.5, 9.25),
    Preset("ieee-page", "IEEE Transactions: two columns", 7.16, 9.25, spans=True),
    _slide(),
)
PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}
