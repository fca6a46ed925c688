r"""Where an explainable convolution's mask fires, and how gently that modulates its kernel.

.. math:: M = \mathbb 1[X > \tau], \quad P = \mathrm{pool}(M), \quad \tilde W = k^2\alpha \odot W
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.image import AxesImage

from interir.tables import escape

from ..digest import Digest
from . import runs
from .errors import FigureError
from .inputs import Inputs
from .pictures import Pixels, few, matrix, numbers, signed, tinted
from .sheet import Sheet
from .spec import Drawing, OnPhoto, chosen, setting
from .style import SEQUENTIAL


@dataclass(frozen=True)
class ConvolutionsRecipe(OnPhoto):
    """One channel of one module, by default the first with taps to modulate, at chosen iterations."""

    kind: ClassVar[str] = "convolutions"
    title: ClassVar[str] = "Masks and modulations"
    ks: tuple[int, ...] = setting("iterations, from 1", ())
    module: str = setting("module", "")
    channel: int = setting("channel", 0, low=0)

    def gather(self, inputs: Inputs) -> Convolutions:
        """Run the network; raises `FigureError` where it has no such convolution."""
        subject, seen = inputs.network(self.weights), runs.scene(inputs, self)
        observation, digests = inputs.followed(subject.model, seen.image)
        module, depth = self.module or _first(digests), len(digests) - 1
        ks = self.ks or tuple(k for k in chosen((), depth, 4) if k)
        rows = tuple(self._row(digests[k], module) for k in chosen(ks, depth, 4))
        height, width = (n * subject.model.down for n in observation.features.shape[-2:])
        about = (
            f"\\texttt{{{escape(module)}}}, channel {self.channel}, of {subject.sentence} on {seen.sentence}"
        )
        return Convolutions(runs.pixels(seen.image), (height, width), rows, about)

    def _row(self, digest: Digest, module: str) -> Row:
        there = {summary.name: summary for summary in digest.convolutions}
        if module not in there:
            names = ", ".join(there) or "none"
            raise FigureError(
                f"iteration {digest.k} has no explainable convolution {module!r}; it has {names}"
            )
        found, c = there[module], self.channel
        count, (outputs, inputs) = len(found.bits), found.kernel.shape[:2]
        if not 0 <= c < count:
            raise FigureError(f"channel {c} was asked for; {module} has 0 to {count - 1}")
        kernel = found.kernel[c // inputs * outputs * inputs // count, c % inputs]
        return Row(digest.k, found.mask(c).astype(bool), found.pooled[c], found.modulation[c], kernel)


def _first(digests: tuple[Digest, ...]) -> str:
    """The first module with more than one tap."""
    every = (summary for digest in digests for summary in digest.convolutions)
    name = next((summary.name for summary in every if summary.kernel[0, 0].size > 1), None)
    if name is None:
        raise FigureError("this network has no explainable convolution")
    return name


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One iteration: mask ``(h, w)``, and pooled mask, modulation and kernel ``(r, s)``."""

    k: int
    mask: np.ndarray
    pooled: np.ndarray
    modulation: np.ndarray
    kernel: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Convolutions(Drawing):
    """Rows of iterations; ``padded`` is the size (height, width) that the mask covers, in pixels."""

    photo: Pixels
    padded: tuple[int, int]
    rows: tuple[Row, ...]
    sentence: str

    HEADS: ClassVar[tuple[str, ...]] = ("$M$", "$P$ / %", r"$k^2\alpha - 1$ / %", "$W$", r"$\tilde W$")

    def paint(self, sheet: Sheet) -> float:
        """The mask over the photo, then four small matrices; their scales below."""
        margin, gap = sheet.line + 0.2 * sheet.em, 0.5 * sheet.em
        ratio = self.photo.shape[1] / self.photo.shape[0]
        height = (sheet.width - margin - 4 * gap) / (ratio + 4)
        lefts = [margin, *(margin + ratio * height + gap + i * (height + gap) for i in range(4))]
        widths = [ratio * height, *[height] * 4]
        for left, width, head in zip(lefts, widths, self.HEADS, strict=True):
            sheet.text(left + width / 2, 0.2 * sheet.em, head)
        top, shown = sheet.line + 0.2 * sheet.em, []
        for row in self.rows:
            sheet.text(0, top + height / 2, f"$k = {row.k}$", rotation=90, ha="left", va="center")
            tinted(sheet.box(lefts[0], top, widths[0], height), self.photo, row.mask, self.padded)
            boxes = [(left, top, height, height) for left in lefts[1:]]
            shown = [self._matrix(sheet, row, i, box) for i, box in enumerate(boxes)]
            top += height + gap
        for i, (image, left) in enumerate(zip(shown, lefts[1:], strict=True)):
            box = (left, top, height, 0.5 * sheet.em)
            ticks = few(image.get_clim()[1])
            ticks = [0, 50] if i == 0 else ticks if height > 8 * sheet.em else ticks[1:]
            sheet.colour_bar(image, box, orientation="horizontal", ticks=ticks, format=signed if i else "%g")
        return top + 0.5 * sheet.em + 1.4 * sheet.line

    def _matrix(self, sheet: Sheet, row: Row, i: int, box: tuple[float, float, float, float]) -> AxesImage:
        values = self._values(row)[i]
        alike = (2, 3) if i > 1 else (i,)  # both kernels have one scale, or they could not be compared
        sizes = [float(np.abs(self._values(r)[j]).max()) for r in self.rows for j in alike]
        limit = 100.0 if i == 0 else max(*sizes, 1e-6)
        axes = sheet.box(*box)
        shown = matrix(axes, values, limit, SEQUENTIAL, 0.0) if i == 0 else matrix(axes, values, limit)
        if i < 2:
            words = [
                [f"{v:.0f}" if i == 0 else f"{v:+.1f}".replace("-", "−") for v in line] for line in values
            ]
            widest = max(sheet.measured(word) for line in words for word in line)
            if widest < 0.9 * box[2] / values.shape[1]:
                numbers(axes, values, words, shown, sheet.preset.small)
        return shown

    def _values(self, row: Row) -> tuple[np.ndarray, ...]:
        modulated = row.kernel * row.modulation
        return 100 * row.pooled, 100 * (row.modulation - 1), row.kernel, modulated

    def caption(self) -> str:
        """The equations of the columns."""
        return (
            rf"The explainable convolution {self.sentence}: where its mask"
            r" $M = \mathbb{1}[X > \tau]$ fires (orange), its share $P$ in each third of the photo, what that"
            r" does to the kernel's taps, $k^2\alpha - 1$ with $\alpha = \mathrm{softmax}(P)$, the kernel $W$"
            r" as learned and as modulated, $\tilde W = k^2\alpha \odot W$. One colour scale for each"
            r" column, and for both kernels."
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything of every row."""
        found: dict[str, np.ndarray] = {"ks": np.array([row.k for row in self.rows]), "photo": self.photo}
        for name in ("mask", "pooled", "modulation", "kernel"):
            found[name] = np.stack([getattr(row, name) for row in self.rows])
        return found
