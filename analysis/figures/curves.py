"""The gain in PSNR over the iterations, mean over photos with intervals, combination by combination."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from torch import Generator

from interir import degrade, testsets
from interir.bootstrap import FEW, Interval
from interir.degrade import COMBINATIONS
from interir.testsets import seed_of

from ..embedding import resampling
from . import runs
from .errors import FigureError
from .grid import names_of
from .inputs import Inputs, Subject, bundled
from .runs import Scene
from .sheet import Sheet, whole
from .spec import FILE, WEIGHTS, Drawing, Recipe, setting
from .style import INK, LINES


@dataclass(frozen=True)
class CurvesRecipe(Recipe):
    """Several networks on the middles of several photos, degraded as in an evaluation."""

    kind: ClassVar[str] = "curves"
    title: ClassVar[str] = "PSNR over the iterations"
    photos: tuple[str, ...] = setting("photos; none means the bundled ones", (), FILE)
    combinations: tuple[str, ...] = setting("combinations", ("H+R+N", "H", "R", "N"))
    side: int = setting("side of the middle that is taken, px", 128, low=16)
    seed: int = setting("seed", 0, low=0, high=2**31 - 1)
    weights: tuple[str, ...] = setting("networks", ("interir-small", "deepsn-small"), WEIGHTS)

    def gather(self, inputs: Inputs) -> Curves:
        """Run every network on every degraded photo."""
        names = self.photos or tuple(path.name for path in bundled())
        if len(names) < 2 or len(self.weights) > len(LINES):
            raise FigureError(f"curves need two photos or more, and show {len(LINES)} networks at most")
        subjects = [inputs.network(name) for name in self.weights]
        gains: dict[str, list[np.ndarray]] = {}
        for combination in self.combinations:
            found = [self._gains(inputs, subjects, seen) for seen in self._scenes(inputs, names, combination)]
            gains[combination] = [np.array(each) for each in zip(*found, strict=True)]
        return Curves(tuple(names_of(subjects)), gains, len(names), self.side, self._sentence(subjects))

    def _scenes(self, inputs: Inputs, names: tuple[str, ...], combination: str) -> Iterator[Scene]:
        if combination not in COMBINATIONS:
            raise FigureError(f"{combination!r} is no combination; there are {', '.join(COMBINATIONS)}")
        for i, name in enumerate(names):
            photo = inputs.photo(name)
            top, left = (max(0, (n - self.side) // 2) for n in photo.shape[-2:])
            clean = photo[..., top : top + self.side, left : left + self.side]
            generator = Generator().manual_seed(seed_of(i, COMBINATIONS.index(combination), self.seed))
            sample = degrade.combination(clean, combination, generator=generator)
            yield Scene(name, testsets.eight_bits(sample.image), sample, "")

    def _gains(self, inputs: Inputs, subjects: list[Subject], seen: Scene) -> list[list[float]]:
        """Gain over the degraded photo by network and k, in dB."""
        start = runs.measured(seen.image, seen.clean)
        found = [runs.unfolding(inputs, subject, seen).psnr for subject in subjects]
        return [[(value or 0) - (start or 0) for value in psnr] for psnr in found]

    def _sentence(self, subjects: list[Subject]) -> str:
        return " and ".join(subject.sentence for subject in subjects)


@dataclass(frozen=True, slots=True, eq=False)
class Curves(Drawing):
    """``gains[combination][i]`` is network i's gain by photo and k, in dB."""

    networks: tuple[str, ...]
    gains: dict[str, list[np.ndarray]]
    photos: int
    side: int
    subjects: str

    def paint(self, sheet: Sheet) -> float:
        """One plot for each combination, all with one scale, and one legend above all."""
        axes, bottom = sheet.flow(len(self.gains), sheet.legend_height(self.networks), 13.5 * sheet.em)
        for each, (combination, gains) in zip(axes, self.gains.items(), strict=True):
            for line, name, values in zip(LINES, self.networks, gains, strict=False):
                found = intervals(values)
                ks, mean = np.arange(len(found)), [each.mean for each in found]
                low, high = [each.low for each in found], [each.high for each in found]
                each.fill_between(ks, low, high, color=line.colour, alpha=0.2, linewidth=0)
                each.plot(ks, mean, color=line.colour, linestyle=line.dash, marker=line.marker, label=name)
            each.axhline(0, color=INK, linewidth=0.5)
            each.set_title(combination, pad=3)
            each.set(xlabel="iteration $k$", ylabel="PSNR gain / dB")
            whole(each)
        ends = [each.get_ylim() for each in axes]
        for each in axes:
            each.set_ylim(min(low for low, _ in ends), max(high for _, high in ends))
        sheet.legend(axes[0], 0)
        return bottom

    def caption(self) -> str:
        """On what, by which networks, and how sure."""
        few = f" Fewer than {FEW} photos: the intervals are too narrow to be trusted." * (self.photos < FEW)
        return (
            rf"PSNR of $\hat{{x}}_k = \mathrm{{decode}}(x_k)$ less that of the degraded photo, for"
            f" {self.subjects}. Mean over the {self.side}\\,px middles of {self.photos} photos at levels"
            r" uniform over Table~6, and its 95\,\% interval by a bootstrap of the photos."
            f" H: haze, R: rain, N: noise.{few}"
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Gains by photo and k."""
        return {"networks": np.array(self.networks)} | {
            f"{combination}/{name}": values
            for combination, gains in self.gains.items()
            for name, values in zip(self.networks, gains, strict=True)
        }


def intervals(values: np.ndarray) -> list[Interval]:
    """Mean over photos at each k with its 95 % interval, from ``(photo, k)``."""
    weights = resampling.weights(len(values), 2000)
    return [resampling.mean(column, weights) for column in values.T]
