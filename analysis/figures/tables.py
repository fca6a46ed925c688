"""Tables for papers: results like Tables 1 to 3, and the ablation like Table 4, by booktabs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from statistics import fmean, stdev
from typing import Any, ClassVar

import numpy as np

from interir import paper, tables
from interir.ablation import BASELINE, VARIANTS, averaged
from interir.bootstrap import Difference, Interval, differences
from interir.complexity import Complexity, count
from interir.scores import MEAN, Score, Table, means
from interir.tables import escape

from ..bound import RESULTS
from .errors import FigureError
from .inputs import Inputs
from .presets import Preset
from .spec import FILE, RUN, Composition, Recipe, setting

_SHIPPED = tuple(f"{run.name}/scores.json" for run in sorted((RESULTS / "ablation").iterdir()))


class Tabular(Composition):
    """What LaTeX sets: its file is the ``.tex`` itself."""

    formats = ()

    def files(self, preset: Preset, formats: tuple[str, ...]) -> dict[str, bytes]:
        return {}


@dataclass(frozen=True)
class ResultsRecipe(Recipe):
    """What ``python -m interir.evaluate --json`` wrote."""

    kind: ClassVar[str] = "results"
    title: ClassVar[str] = "Table of results"
    file: str = setting("written by interir.evaluate --json", "pair.json", FILE)

    def gather(self, inputs: Inputs) -> Results:
        """Read the file; raises `FigureError`."""
        path = inputs.find(self.file)
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            table = {m: {c: (p[0], p[1]) for c, p in row.items()} for m, row in facts["table"].items()}
            found = [_difference(row) for row in facts["differences"]]
            return Results(table, tuple(found), facts["about"], facts["published"])
        except (KeyError, TypeError, ValueError) as error:
            raise FigureError(f"{self.file} holds no scores of interir.evaluate") from error


def _difference(row: dict[str, Any]) -> Difference:
    return Difference(**{**row, "psnr": Interval(**row["psnr"]), "ssim": Interval(**row["ssim"])})


@dataclass(frozen=True, slots=True, eq=False)
class Results(Tabular):
    """PSNR and SSIM by method and column, and differences with intervals."""

    table: Table
    differences: tuple[Difference, ...]
    about: dict[str, Any]
    published: Table | None

    def caption(self) -> str:
        """On what, and by which weights."""
        return escape(self._sentence())

    def _sentence(self) -> str:
        from interir.commands import Findings

        return Findings(self.about, [], self.table, [], self.published).sentence()

    def latex(self, stem: str, preset: Preset) -> str:
        """As `interir.evaluate --latex` prints it."""
        pairs = dict.fromkeys((d.first, d.other) for d in self.differences)
        found = [[d for d in self.differences if (d.first, d.other) == pair] for pair in pairs]
        text = tables.as_latex(self.table, self._sentence(), found, self.published)
        return text.replace("\\begin{tabular}", f"\\label{{tab:{stem}}}\n\\begin{{tabular}}", 1)

    def arrays(self) -> dict[str, np.ndarray]:
        """PSNR and SSIM by method, in the table's columns."""
        return {
            f"{method}/{column}": np.array(pair)
            for method, row in self.table.items()
            for column, pair in row.items()
        }


@dataclass(frozen=True)
class AblationRecipe(Recipe):
    """Finished runs of ``python -m interir.ablation``, as paths VARIANT-SEED/scores.json in its folder."""

    kind: ClassVar[str] = "ablation"
    title: ClassVar[str] = "Table of the ablation"
    runs: tuple[str, ...] = setting("scores.json of the runs", _SHIPPED, RUN)

    def gather(self, inputs: Inputs) -> Ablation:
        """Read the runs; raises `FigureError`."""
        found: dict[str, list[list[Score]]] = {}
        for name in self.runs:
            variant, _, _ = PurePosixPath(name).parent.name.rpartition("-")
            if variant not in VARIANTS:
                raise FigureError(f"{name} is no run of interir.ablation: VARIANT-SEED/scores.json")
            path = inputs.find(name)
            try:
                rows = json.loads(path.read_text(encoding="utf-8"))
                found.setdefault(variant, []).append([Score(**row) for row in rows])
            except (TypeError, ValueError) as error:
                raise FigureError(f"{name} holds no scores") from error
        if not found:
            raise FigureError("an ablation needs finished runs")
        return Ablation({variant: found[variant] for variant in VARIANTS if variant in found})


@cache
def _size(variant: str) -> Complexity:
    """Counting runs a network on no data; it is the same every time."""
    return count(VARIANTS[variant])


@dataclass(frozen=True, slots=True, eq=False)
class Ablation(Tabular):
    """Scores by variant and seed."""

    scores: dict[str, list[list[Score]]]

    def rows(self) -> list[list[str]]:
        """Cells as LaTeX: name, parameters, MACs, seeds, PSNR, gain with its interval, the paper's gain."""
        everything = averaged(scores for runs in self.scores.values() for scores in runs)
        published = dict(zip(VARIANTS, paper.rows(4), strict=True))
        found = []
        for variant, runs in self.scores.items():
            size, alone = _size(variant), self.psnr(variant)
            found.append(
                [
                    escape(variant),
                    f"{size.parameters / 1e6:.2f}",
                    f"{size.macs / 1e9:.2f}",
                    f"{len(runs)}",
                    f"{fmean(alone):.2f}" + (f" $\\pm$ {stdev(alone):.2f}" if len(alone) > 1 else ""),
                    self._gain(everything, variant),
                    published[variant]["PSNR gain"].replace("-", "$-$").replace("+", "$+$") or "--",
                ]
            )
        return found

    def psnr(self, variant: str) -> list[float]:
        """Mean PSNR in dB of every seed."""
        return [means(scores)[variant][MEAN][0] for scores in self.scores[variant]]

    def _gain(self, everything: Sequence[Score], variant: str) -> str:
        """The difference to the baseline, once both were scored on photos enough."""
        photos = {score.photo for score in everything}
        if variant == BASELINE or BASELINE not in self.scores or len(photos) < 2:
            return "--"
        found = next(d for d in differences(everything, variant, BASELINE) if d.column == MEAN).psnr
        return f"${found.mean:+.2f}$ {{\\scriptsize $[{found.low:+.2f}, {found.high:+.2f}]$}}"

    def caption(self) -> str:
        """What differs between rows and what does not."""
        photos = len({s.photo for runs in self.scores.values() for s in runs[0]})
        return (
            "Parts of InterIR put into the baseline one by one, each network trained by the same recipe:"
            f" mean PSNR over the seven combinations on {photos} photos, its mean and standard deviation over"
            r" seeds, and the gain over the baseline with its 95\,\% interval by a paired bootstrap of the"
            f" photos. Table~4: {paper.MARK}."
        )

    def latex(self, stem: str, preset: Preset) -> str:
        """A booktabs table."""
        heads = "Network & Param. / M & MACs / G & Seeds & PSNR / dB & Gain / dB & Table~4"
        lines = [
            r"\begin{table*}[t]",
            r"\centering\small",
            rf"\caption{{{self.caption()}}}",
            rf"\label{{tab:{stem}}}",
            r"\begin{tabular}{lrrrccc}",
            r"\toprule",
            rf"{heads} \\",
            r"\midrule",
            *(" & ".join(row) + r" \\" for row in self.rows()),
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table*}",
        ]
        return "\n".join(lines) + "\n"

    def arrays(self) -> dict[str, np.ndarray]:
        """PSNR by variant and seed."""
        return {variant: np.array(self.psnr(variant)) for variant in self.scores}
