"""From a matplotlib figure to the bytes of a file: equal figures give equal bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from .pictures import PHOTO
from .presets import Preset
from .style import applied

DPI = {"pdf": 600, "svg": 600, "png": 300}
"""Of what is rastered: in PDF and SVG the points of large maps alone, as photos keep their pixels."""

SCREEN = 192
"""Dots per inch of a preview: two for each pixel of CSS."""

CANVASES = {"pdf": FigureCanvasPdf, "svg": FigureCanvasSVG, "png": FigureCanvasAgg}
TIMELESS: dict[str, dict[str, None]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}


def rendered(figure: Figure, preset: Preset, form: str, *, quick: bool = False) -> bytes:
    """The file: ``pdf``, ``svg`` or ``png``; a ``quick`` PNG is for the screen, coarser and hardly packed."""
    file = io.BytesIO()
    dpi = DPI[form] / 2 if preset.slide else DPI[form]
    if quick:
        dpi = min(dpi, SCREEN)
    packing: dict[str, Any] = {"pil_kwargs": {"compress_level": 1}} if quick else {}
    with applied(preset), _smooth(figure, form == "png"):
        CANVASES[form](figure)
        figure.savefig(file, format=form, dpi=dpi, metadata=TIMELESS[form], **packing)
    return file.getvalue()


@contextmanager
def _smooth(figure: Figure, needed: bool) -> Iterator[None]:
    """A PNG shows photos smaller than they are: there they are filtered, or rain becomes moiré."""
    photos = [shown for axes in figure.axes for shown in axes.images if shown.get_gid() == PHOTO]
    for shown in photos if needed else []:
        shown.set_interpolation("antialiased")
    try:
        yield
    finally:
        for shown in photos:
            shown.set_interpolation("none")
