"""The qualitative comparison: networks beside each other on photos under combinations of degradations.

Cases as rows and methods as columns gives the paper's Figures 4 and 5; cases as columns, Figure 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np
import torch

from interir.degrade import COMBINATIONS
from interir.testsets import seed_of

from . import runs
from .errors import FigureError
from .inputs import Inputs, Subject
from .pictures import Crop
from .runs import decibels
from .sheet import Sheet
from .spec import FILE, WEIGHTS, Drawing, Recipe, setting
from .strip import Panel, cell, close_ups, stacked
from .style import legible


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One degraded photo: the combination, the photo's name and every method's picture of it."""

    combination: str
    photo: str
    panels: tuple[Panel, ...]
    crops: tuple[Crop, ...]
    sentence: str


@dataclass(frozen=True)
class GridRecipe(Recipe):
    """Every photo under every combination; photo i under combination j has the seed of an evaluation."""

    kind: ClassVar[str] = "grid"
    title: ClassVar[str] = "Comparison of networks"
    photos: tuple[str, ...] = setting("photos", ("china.jpg", "cat.png"), FILE)
    combinations: tuple[str, ...] = setting("combinations", ("H+R+N",))
    haze: float = setting("haze", 100.0, low=0, high=150)
    rain: float = setting("rain", 150.0, low=0, high=300)
    noise: float = setting("noise", 25.0, low=0, high=50)
    seed: int = setting("seed", 0, low=0, high=2**31 - 1)
    weights: tuple[str, ...] = setting("networks", ("deepsn-small", "interir-small"), WEIGHTS)
    across: bool = setting("cases as columns", False)
    insets: int = setting("crops of each", 1, low=0, high=2)
    zoom: float = setting("magnification of crops", 4.0, low=1.5, high=16)

    def gather(self, inputs: Inputs) -> Grid:
        """Restore everything by every network."""
        subjects = [inputs.network(name) for name in self.weights]
        cases = tuple(self._cases(inputs, subjects))
        if not cases:
            raise FigureError("a comparison needs a photo and a combination at least")
        methods = ("input $y$", *names_of(subjects), "clean")
        sentences = " and ".join(subject.sentence for subject in subjects)
        return Grid(methods, cases, self.across, self.zoom, sentences)

    def _cases(self, inputs: Inputs, subjects: list[Subject]) -> Iterator[Case]:
        for (i, photo), name in product(enumerate(self.photos), self.combinations):
            if name not in COMBINATIONS:
                raise FigureError(f"{name!r} is no combination; there are {', '.join(COMBINATIONS)}")
            parts = name.split("+")
            haze, rain, noise = (
                level * (kind in parts)
                for kind, level in zip("HRN", (self.haze, self.rain, self.noise), strict=True)
            )
            seed = seed_of(i, COMBINATIONS.index(name), self.seed)
            seen = runs.degraded(inputs, photo, (haze, rain, noise), seed)
            panels = tuple(_panels(subjects, seen))
            crops = close_ups(panels[-1].pixels, (), self.insets, self.zoom)
            yield Case(name, seen.name, panels, crops, seen.sentence)


def names_of(subjects: list[Subject]) -> list[str]:
    """Titles, and the names of weights as well where titles don't tell networks apart."""
    titles = [subject.model.title for subject in subjects]
    return [title if titles.count(title) == 1 else s.name for s, title in zip(subjects, titles, strict=True)]


@torch.inference_mode()
def _panels(subjects: list[Subject], seen: runs.Scene) -> Iterator[Panel]:
    assert seen.sample is not None  # it was degraded here
    yield Panel("", runs.pixels(seen.image), runs.measured(seen.image, seen.clean))
    for subject in subjects:
        device = next(subject.model.parameters()).device
        restored = subject.model(seen.image.to(device)).cpu()
        yield Panel("", runs.pixels(restored), runs.measured(restored, seen.clean))
    yield Panel("", runs.pixels(seen.sample.clean))


@dataclass(frozen=True, slots=True, eq=False)
class Grid(Drawing):
    """Pictures by case and method."""

    methods: tuple[str, ...]
    cases: tuple[Case, ...]
    across: bool
    zoom: float
    subjects: str

    def paint(self, sheet: Sheet) -> float:
        """Heads above, names of the rows at the left, pictures of one width."""
        cases = [self._case(sheet, case) for case in self.cases]
        heads, rows = (cases, list(self.methods)) if self.across else (list(self.methods), cases)
        margin, gap = sheet.line, 0.25 * sheet.em
        width = (sheet.width - margin - gap * (len(heads) - 1)) / len(heads)
        sheet.require(width, [*heads, decibels(99.99)])
        for j, head in enumerate(heads):
            left = margin + j * (width + gap)
            sheet.text(left + width / 2, 0, head, parse_math=not self.across)
        top = sheet.line
        for i, row in enumerate(rows):
            panels = [(i, j) if not self.across else (j, i) for j in range(len(heads))]
            bottom = top
            for j, (case, method) in enumerate(panels):
                shown, box = self.cases[case], (margin + j * (width + gap), top, width)
                ended = cell(sheet, shown.panels[method], shown.crops, box, scaled=method == 0)
                bottom = max(bottom, ended)
            measured = any(self.cases[case].panels[method].psnr is not None for case, method in panels)
            height = bottom - top - measured * (sheet.line + gap)
            sheet.text(0, top + height / 2, row, rotation=90, ha="left", va="center", parse_math=self.across)
            top = bottom + gap
        return top

    def _case(self, sheet: Sheet, case: Case) -> str:
        several = len({other.photo for other in self.cases}) > 1
        if not several:
            return case.combination
        number = list(dict.fromkeys(other.photo for other in self.cases)).index(case.photo) + 1
        name = legible(case.photo, sheet.preset, f"photo {number}")
        return f"{name}, {case.combination}"

    def caption(self) -> str:
        """Methods, cases, and what the frames are."""
        cases = "; ".join(case.sentence for case in self.cases)
        close = f" Marked parts are magnified {self.zoom:g} times." if self.cases[0].crops else ""
        return (
            f"Restored by {self.subjects}: {cases}. H: haze, R: rain, N: noise.{close}"
            " PSNR against the clean photo, of 8-bit pixels."
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Panels of every case."""
        parts = {f"{i}": stacked(case.panels, case.crops) for i, case in enumerate(self.cases)}
        flat = {f"case/{i}/{name}": array for i, part in parts.items() for name, array in part.items()}
        return {"methods": np.array(self.methods), **flat}
