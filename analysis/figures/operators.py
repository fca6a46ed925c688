r"""How the degradation operators A1 and A2 change over the iterations, and what their spectra say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import matplotlib
import numpy as np
import torch
from matplotlib.axes import Axes

from ..spectra import spectrum
from . import runs
from .errors import FigureError
from .inputs import Inputs
from .pictures import few, matrix, signed
from .sheet import Sheet, whole
from .spec import Drawing, OnPhoto, chosen, setting
from .style import FAINT, LINES, SEQUENTIAL


@dataclass(frozen=True)
class OperatorsRecipe(OnPhoto):
    """One channel's matrices at chosen iterations, and the spectra of all channels."""

    kind: ClassVar[str] = "operators"
    title: ClassVar[str] = "Operators and their spectra"
    ks: tuple[int, ...] = setting("iterations", ())
    channel: int = setting("channel", 0, low=0)

    def gather(self, inputs: Inputs) -> Operators:
        """Run the network; raises `FigureError` where it has no operators."""
        subject, seen = inputs.network(self.weights), runs.scene(inputs, self)
        if not subject.model.has_operators:
            raise FigureError(f"this {subject.model.title} has no operators: A1 and A2 stay at the identity")
        _, digests = inputs.followed(subject.model, seen.image)
        pairs = [(digest.state.a1[0], digest.state.a2[0]) for digest in digests]
        ks = chosen(self.ks, len(pairs) - 1, 5)
        channels = pairs[0][0].shape[0]
        if not 0 <= self.channel < channels:
            raise FigureError(f"channel {self.channel} was asked for; there are 0 to {channels - 1}")
        spectra = [[spectrum(a) for a in pair] for pair in pairs]
        return Operators(
            ks=ks,
            matrices=tuple(tuple(pairs[k][i][self.channel].numpy() for k in ks) for i in (0, 1)),
            values=tuple(tuple(spectra[k][i].quantiles[1].numpy() for k in ks) for i in (0, 1)),
            ranks=np.array(
                [[pair[i].effective_rank.quantile(_q()).numpy() for pair in spectra] for i in (0, 1)]
            ),
            sentence=f"channel {self.channel} of {channels} of {subject.sentence} on {seen.sentence}",
        )


def _q() -> torch.Tensor:
    return torch.tensor((0.05, 0.5, 0.95))


@dataclass(frozen=True, slots=True, eq=False)
class Operators(Drawing):
    """``matrices[i][j]`` is A_{i+1} at ``ks[j]``, ``values[i][j]`` its median singular values over
    channels; ``ranks[i, k]`` are the 5, 50 and 95 % quantiles of effective ranks at every k.
    """

    ks: tuple[int, ...]
    matrices: tuple[tuple[np.ndarray, ...], ...]
    values: tuple[tuple[np.ndarray, ...], ...]
    ranks: np.ndarray
    sentence: str

    def paint(self, sheet: Sheet) -> float:
        """Two rows of matrices with one scale each; below, the plots."""
        top = self._matrices(sheet)
        words = [f"$k = {k}$" for k in (*self.ks, 0)]
        axes, bottom = sheet.flow(3, top + sheet.legend_height(words) - 0.9 * sheet.em, 14 * sheet.em)
        for i in (0, 1):
            self._spectra(axes[i], i)
        sheet.legend(axes[0], top)
        self._ranks(axes[2])
        return bottom

    def _matrices(self, sheet: Sheet) -> float:
        margin, gap, bar, digits = 1.4 * sheet.em, 0.3 * sheet.em, 0.7 * sheet.em, 3.4 * sheet.em
        side = (sheet.width - margin - bar - digits - gap * len(self.ks)) / len(self.ks)
        for j, k in enumerate(self.ks):
            sheet.text(margin + j * (side + gap) + side / 2, 0, f"$k = {k}$")
        sheet.text(margin + len(self.ks) * (side + gap), 0, "entry", ha="left")
        top = sheet.line
        for i, row in enumerate(self.matrices):
            limit = max(float(np.abs(a).max()) for a in row)
            for j, a in enumerate(row):
                shown = matrix(sheet.box(margin + j * (side + gap), top, side, side), a, limit)
            name = f"$A_{i + 1}$"
            sheet.text(0, top + side / 2, name, small=False, rotation=90, ha="left", va="center")
            left = margin + len(row) * (side + gap)
            sheet.colour_bar(shown, (left, top, bar, side), ticks=few(limit), format=signed)
            top += side + 0.7 * sheet.em
        return top

    def _spectra(self, axes: Axes, i: int) -> None:
        colours = matplotlib.colormaps[SEQUENTIAL](np.linspace(0, 0.88, len(self.ks)))
        for k, line, values, colour in zip(self.ks, LINES, self.values[i], colours, strict=False):
            axes.plot(
                np.arange(1, len(values) + 1), values, color=colour, linestyle=line.dash, label=f"$k={k}$"
            )
        n = len(self.values[i][0])
        axes.axhline(n**-0.5, color=FAINT, linewidth=0.6, linestyle=":", label="flat")
        axes.set(yscale="log", xlabel="index $i$", ylabel=rf"$\sigma_i(A_{i + 1})$")
        floor = max(min(float(v.min()) for v in self.values[i]), 1e-5)
        axes.set_ylim(floor / 2, 2)
        axes.set_xlim(1, n)

    def _ranks(self, axes: Axes) -> None:
        ks = np.arange(self.ranks.shape[1])
        for i, line in zip((0, 1), LINES, strict=False):
            low, middle, high = self.ranks[i].T
            axes.fill_between(ks, low, high, color=line.colour, alpha=0.2, linewidth=0)
            axes.plot(
                ks, middle, color=line.colour, linestyle=line.dash, marker=line.marker, label=f"$A_{i + 1}$"
            )
        axes.set(xlabel="iteration $k$", ylabel="effective rank")
        whole(axes)
        axes.set_ylim(bottom=0)
        axes.legend(loc="best")

    def caption(self) -> str:
        """What the matrices are and against what spectra are read."""
        return (
            rf"The operators $A_1$ (rows) and $A_2$ (columns) of {self.sentence}; one colour scale for each"
            r" row. Below, the singular values, median over channels, beside those of a flat spectrum of the"
            r" same Frobenius norm, $1/\sqrt{n}$ (dotted), and the effective rank"
            r" $\exp H(\sigma/\sum\sigma)$, median and 5 to 95\,\% of channels."
            r" Every operator has unit Frobenius norm in every channel."
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Matrices, singular values and effective ranks."""
        found: dict[str, np.ndarray] = {"ks": np.array(self.ks), "effective_rank": self.ranks}
        for i in (0, 1):
            found[f"a{i + 1}"] = np.stack(self.matrices[i])
            found[f"singular_values_a{i + 1}"] = np.stack(self.values[i])
        return found
