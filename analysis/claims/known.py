"""Claims whose evidence is an asset already, bound to the weights: embeddings, and scores on many photos."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from interir.bootstrap import Interval, differences
from interir.scores import MEAN, Score

from ..embedding import scores
from ..embedding.bank import EMBEDDINGS
from ..embedding.contrast import Contrast
from ..interventions.effects import psnr
from .case import Case, Look, Measurement, Subject
from .verdicts import Beside, Finding, Measured, UnmeasuredError

ALONE = "Name the baseline's weights with --against to compare with them."

EMBEDDED = "x"
"""The source of the embeddings: x_k, as in Figure 6."""

TITLES = {
    "silhouette": "Silhouette of the degradations",
    "purity": "Share of the nearest items with the same degradation",
    "accuracy": "Accuracy of a linear probe for the degradation",
}


class Embeddings(Measurement):
    """Do the degradations cluster better than in the baseline? Read from a bank's scores."""

    watches: ClassVar[bool] = False

    def finding(self) -> Finding:
        first, against = self.case.subject, self.case.against
        if against is None:
            raise UnmeasuredError(ALONE)
        found = next(contrasts(first, against), None)
        if found is None:
            command = f"python -m analysis.embedding --data PHOTOS --weights {first.name} {against.name}"
            raise UnmeasuredError(f"No bank of embeddings here holds these weights. {command} makes one.")
        path, photos, contrast = found
        tests = [
            Measured(f"{what}, less the baseline’s", "", contrast.measures[name][-1], 0.0, photos)
            for name, what in TITLES.items()
        ]
        what = f"made with these weights: {photos} photos, k = {contrast.ks[-1]}"
        return Finding(tuple(tests), f"read from assets/embeddings/{path.name}, {what}")


def contrasts(
    first: Subject, other: Subject, folder: Path | None = None
) -> Iterator[tuple[Path, int, Contrast]]:
    """Comparisons of both weights, by content, in the banks of a folder; with how many photos each has."""
    for path in sorted((folder or EMBEDDINGS).glob("*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))["about"]
        names = {network.get("digest"): network["name"] for network in about["networks"]}
        pair = (names.get(first.digest), names.get(other.digest))
        for contrast in scores.load(path)[2]:
            if (contrast.first, contrast.other) == pair and contrast.source == EMBEDDED:
                yield path, _photos(path), contrast


class Baseline(Measurement):
    """Is PSNR higher than the baseline's, on average and under each combination?"""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.found: list[Score] = []

    def look(self, look: Look) -> None:
        if self.case.against is None:
            return
        theirs = self.case.against.network(look.image)
        for method, image in (("first", look.plain), ("other", theirs)):
            value = psnr(image, look.clean)
            self.found.append(Score(method, look.combination, look.photo, value, float("nan")))

    def finding(self) -> Finding:
        against, photos = self.case.against, self.case.photos
        if against is None:
            raise UnmeasuredError(ALONE)
        measured = {d.column: d.psnr for d in differences(self.found, "first", "other")}
        tests = [
            Measured(f"PSNR less the baseline’s, {name}", "dB", value, 0.0, photos)
            for name, value in measured.items()
            if name != MEAN
        ]
        mean = Beside("Mean of all seven", "dB", measured[MEAN])
        known = apart(self.case.subject.provenance, against.provenance)
        noted = [] if known is None else [Beside(known[0], "dB", known[1])]
        return Finding(
            tuple(tests), self.case.source, (mean, *noted), tuple(_recipes(self.case.subject, against))
        )


def apart(first: dict[str, Any], other: dict[str, Any]) -> tuple[str, Interval] | None:
    """The mean difference by both weights' own notes, where these are of the same degraded photos.

    Scores that were noted apart cannot be paired, so the ends are those of the two intervals put
    against each other: the true difference lies between them at least as surely as in 90 %.
    """
    ours, theirs = (provenance.get("scores") for provenance in (first, other))
    same = ("folder", "photos", "input")
    if not ours or not theirs or any(ours.get(key) != theirs.get(key) for key in same):
        return None
    (mean, low, high), (their_mean, their_low, their_high) = (each["gain"][MEAN] for each in (ours, theirs))
    value = Interval(mean - their_mean, low - their_high, high - their_low)
    where = f"{ours['photos']} photos of {ours['folder']}"
    return f"The same by the notes in both weights, on {where} and not paired", value


def _recipes(first: Subject, other: Subject) -> Iterator[str]:
    """Whether both were trained alike."""
    ours, theirs = (subject.provenance.get("recipe") for subject in (first, other))
    if ours and theirs:
        alike = "the same recipe" if ours == theirs else "different recipes"
        yield f"Both networks were trained by {alike}."


def _photos(path: Path) -> int:
    from ..embedding import bank

    return len(bank.load(path.with_suffix(".npz")).photos)
