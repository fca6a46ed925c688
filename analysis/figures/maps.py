"""The paper's Figure 6 with scores: what networks see of a degradation, as maps and as measures over k."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes

from interir.bootstrap import Interval
from interir.tables import escape

from ..embedding import bank as banks
from ..embedding import placing, scores
from ..embedding.bank import Bank, BankError
from ..embedding.build import TRAINED
from ..embedding.layout import RENDITIONS
from ..embedding.scores import CAPTIONS, CHANCE, FEATURE_SPACE, PIXELS, Scores
from .errors import FigureError
from .inputs import Inputs
from .sheet import Sheet, whole
from .spec import FILE, Drawing, Recipe, setting
from .style import FAINT, LINES, MARKS
from .words import minus, typeset

RASTERED = 5000
"""Points from which on a map is rastered in PDF and SVG."""


@dataclass(frozen=True)
class MapsRecipe(Recipe):
    """Maps of the trained networks of a bank at one iteration, and one measure at all of them."""

    kind: ClassVar[str] = "embeddings"
    title: ClassVar[str] = "Embeddings of degradations"
    bank: str = setting("bank of embeddings; its scores lie beside it", "val.npz", FILE)
    k: int = setting("iteration; -1 is the last", -1, low=-1)
    method: str = setting("map: t-SNE or PCA", "t-SNE")
    measure: str = setting("measure", "purity")

    def gather(self, inputs: Inputs) -> Maps:
        """Read bank and scores; nothing is fitted. Raises `FigureError`."""
        try:
            bank = banks.load(inputs.find(self.bank))
        except BankError as error:
            raise FigureError(str(error)) from error
        rows, _, _ = scores.load(inputs.find(str(PurePosixPath(self.bank).with_suffix(".json"))))
        if self.measure not in CAPTIONS:
            raise FigureError(f"{self.measure!r} is no measure; there are {', '.join(CAPTIONS)}")
        kept = [r for r in rows if r.space == FEATURE_SPACE and r.source in ("x", PIXELS) and not r.shuffled]
        names = [name for name, member in bank.members.items() if member.facts["role"] == TRAINED]
        deepest = max(bank.embedded(name, "x").ks[-1] for name in names)
        maps = tuple(self._map(bank, name, kept, deepest) for name in names)
        digests = ", ".join(f"{escape(n)} \\texttt{{{bank.members[n].facts['digest']}}}" for n in names)
        about = f"{len(bank.photos)} photos of {escape(bank.manifest['data'])}, weights {digests}"
        return Maps(maps, self._curves(kept, self.measure), self.measure, self.method, about)

    def _map(self, bank: Bank, name: str, rows: list[Scores], deepest: int) -> Map:
        """At k, or at its last iteration where others go on."""
        journeys = placing.journeys(bank, name, "x")
        if self.method not in journeys:
            raise FigureError(f"the bank holds no {self.method} of {name}; it holds {', '.join(journeys)}")
        ks = bank.embedded(name, "x").ks
        if not -1 <= self.k <= deepest:
            raise FigureError(f"{name} has iterations {ks[0]} to {ks[-1]}, not {self.k}")
        k = ks[-1] if self.k < 0 else min(self.k, ks[-1])
        measures = next((r.measures for r in rows if r.network == name and r.k == k), {})
        points = journeys[self.method].points[k - ks[0]]
        return Map(bank.members[name].facts["title"], k, points, measures)

    def _curves(self, rows: list[Scores], measure: str) -> dict[str, tuple[list[int], list[Interval]]]:
        """The measure by network over k; what has no iterations has none."""
        found: dict[str, tuple[list[int], list[Interval]]] = {}
        for row in rows:
            if measure in row.measures:
                ks, values = found.setdefault(row.network, ([], []))
                ks += [] if row.k is None else [row.k]
                values.append(row.measures[measure])
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """One network's points at iteration k, ``(n, 2)``, and its scores there."""

    title: str
    k: int
    points: np.ndarray
    measures: dict[str, Interval]


@dataclass(frozen=True, slots=True, eq=False)
class Maps(Drawing):
    """Maps side by side, then a measure over k beside its null models."""

    maps: tuple[Map, ...]
    curves: dict[str, tuple[list[int], list[Interval]]]
    measure: str
    method: str
    about: str

    SAID: ClassVar[tuple[str, ...]] = ("silhouette", "purity")

    def paint(self, sheet: Sheet) -> float:
        """Square maps with their scores below; the curves; the legend of the renditions below all."""
        wide = sheet.width > 36 * sheet.em
        columns = len(self.maps) + (1.5 if wide else 0)
        gap = 0.8 * sheet.em
        side = (sheet.width - gap * (len(self.maps) - 1 + wide)) / columns
        bottom = max(self._map(sheet, each, i * (side + gap), side) for i, each in enumerate(self.maps))
        legend = bottom + 0.3 * sheet.em
        head, rows = sheet.box(0, legend, sheet.width, 0.01), 1 if wide else 2
        for name, mark in zip(RENDITIONS, MARKS, strict=True):
            head.plot([], [], mark.marker, color=mark.colour, label=name, markersize=0.5 * sheet.preset.small)
        head.legend(loc="upper center", ncols=len(RENDITIONS) // rows, handlelength=0.8, columnspacing=1.0)
        bottom = legend + (rows + 0.3) * sheet.line
        margin = 3.7 * sheet.em
        if wide:
            left = len(self.maps) * (side + gap)
            axes = sheet.plot(left + margin, sheet.line, sheet.width - left - margin, side)
            self._curves(axes, sheet.line / side)
            return bottom
        top = bottom + 0.5 * sheet.em
        height = 18 * sheet.em
        self._curves(sheet.plot(margin, top, sheet.width - margin, height), sheet.line / height)
        return top + height + 2.9 * sheet.em

    def _map(self, sheet: Sheet, shown: Map, left: float, side: float) -> float:
        middle = left + side / 2
        sheet.text(middle, 0, f"{shown.title}, $k = {shown.k}$")
        axes = sheet.plot(left, sheet.line, side, side)
        for q, mark in enumerate(MARKS):
            x, y = shown.points[q :: len(RENDITIONS)].T
            axes.scatter(
                x, y, s=(0.45 * sheet.preset.small) ** 2, marker=mark.marker, color=mark.colour,
                linewidths=0, alpha=0.85, rasterized=len(shown.points) > RASTERED,
            )  # fmt: skip
        axes.set(xticks=[], yticks=[], aspect="equal", adjustable="datalim")
        axes.spines[:].set_visible(True)
        top = sheet.line + side + 0.2 * sheet.em
        for name in [name for name in self.SAID if name in shown.measures]:
            found = shown.measures[name]
            sheet.text(middle, top, minus(f"{name} {found.mean:.2f} [{found.low:.2f}, {found.high:.2f}]"))
            top += sheet.line
        return top

    def _curves(self, axes: Axes, line: float) -> None:
        """``line`` is the height of a line of text as a share of the plot's."""
        for style, (name, (ks, found)) in zip(LINES, self._over_k().items(), strict=False):
            low, high = [each.low for each in found], [each.high for each in found]
            axes.fill_between(ks, low, high, color=style.colour, alpha=0.2, linewidth=0)
            mean = [each.mean for each in found]
            axes.plot(ks, mean, color=style.colour, linestyle=style.dash, marker=style.marker, label=name)
        for name, (ks, found) in self.curves.items():
            if not ks:
                axes.axhline(found[0].mean, color=FAINT, linewidth=0.8, label=name)
        if self.measure in CHANCE:
            axes.axhline(CHANCE[self.measure], color=FAINT, linewidth=0.6, linestyle=":", label="chance")
        axes.set(xlabel="iteration $k$", ylabel=self.measure)
        whole(axes)
        axes.margins(y=0.05)
        bottom, top = axes.get_ylim()
        legend = line * (len(axes.get_legend_handles_labels()[1]) + 0.5)
        axes.set_ylim(bottom, bottom + (top - bottom) / (1 - legend))  # the legend stands above the curves
        axes.legend(loc="upper left", ncols=1)

    def _over_k(self) -> dict[str, tuple[list[int], list[Interval]]]:
        return {name: found for name, found in self.curves.items() if found[0]}

    def caption(self) -> str:
        """What a point is, what the scores are of, and what stands beside them."""
        return (
            f"What each network sees of a degradation: its pooled features $x_k$ of {self.about}, each photo"
            rf" clean and under the seven combinations, by {self.method} (left). Scores, with 95\,\%"
            rf" intervals by a bootstrap of the photos, are of the first 50 principal components, not of the"
            f" map; right, at every $k$ beside the null models: {typeset(minus(CAPTIONS[self.measure]))}."
            " H: haze, R: rain, N: noise."
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Points of the maps, and the curves as k, mean, low and high."""
        found = {f"map/{each.title}": each.points for each in self.maps}
        for name, (ks, values) in self.curves.items():
            table = [[each.mean, each.low, each.high] for each in values]
            found[f"{self.measure}/{name}"] = np.column_stack([ks, table]) if ks else np.array(table)
        return found
