"""Degraded photos of one size, so that any of them can lend its masks and operators to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from interir import testsets
from interir.degrade import COMBINATIONS
from interir.shapes import Image
from interir.testsets import Case, CaseError


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo under one combination, and the side of the square that is cut from its middle."""

    number: int  # of the photo, from 0
    case: Case
    side: int

    def load(self) -> tuple[Image, Image]:
        """The degraded and the clean square; raises `CaseError` for a photo that is too small."""
        image, clean = (self._middle(pixels) for pixels in self.case.load())
        return image, clean

    def _middle(self, pixels: Image) -> Image:
        top, left = ((n - self.side) // 2 for n in pixels.shape[-2:])
        if min(top, left) < 0:
            height, width = pixels.shape[-2:]
            raise CaseError(f"{self.case.photo} has {width} x {height} px, less than {self.side} px")
        return pixels[..., top : top + self.side, left : left + self.side]


def samples(folder: Path, limit: int | None, side: int) -> list[Sample]:
    """The seven combinations of each photo of a folder, one photo after the other."""
    drawn = testsets.synthetic(folder, limit)
    return [Sample(i // len(COMBINATIONS), case, side) for i, case in enumerate(drawn)]


def partner(drawn: Sequence[Sample], i: int) -> Sample:
    """Another photo under the same combination: the next one, and the first for the last.

    Raises `CaseError` where there is no other photo.
    """
    found = drawn[(i + len(COMBINATIONS)) % len(drawn)]
    if found.number == drawn[i].number:
        raise CaseError("what is taken from another photo needs at least two photos")
    return found
