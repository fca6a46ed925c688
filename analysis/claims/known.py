"""Claims whose evidence is an asset already, bound to the weights: embeddings, and scores on many photos."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from interir.bootstrap import Difference, differences
from interir.scores import MEAN, Score

from ..bound import RESULTS
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
    """Is PSNR higher than the baseline's under each combination? Read from results, or measured here."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.found: list[Score] = []
        self.known = None if case.against is None else next(compared(case.subject, case.against), None)

    def look(self, look: Look) -> None:
        if self.case.against is None or self.known is not None:
            return
        theirs = self.case.against.network(look.image)
        for method, image in (("first", look.plain), ("other", theirs)):
            value = psnr(image, look.clean)
            self.found.append(Score(method, look.combination, look.photo, value, float("nan")))

    def finding(self) -> Finding:
        case, against = self.case, self.case.against
        if against is None:
            raise UnmeasuredError(ALONE)
        source, photos, found = self.known or (
            case.source,
            case.photos,
            differences(self.found, "first", "other"),
        )
        measured = {d.column: d.psnr for d in found}
        mean = Beside("Mean of all seven", "dB", measured.pop(MEAN))
        tests = [
            Measured(f"PSNR less the baseline’s, {name}", "dB", value, 0.0, photos)
            for name, value in measured.items()
        ]
        return Finding(tuple(tests), source, (mean,), tuple(_recipes(case.subject, against)))


def compared(
    first: Subject, other: Subject, folder: Path | None = None
) -> Iterator[tuple[str, int, list[Difference]]]:
    """Paired scores of both weights, by content, in a folder of evaluations; where, and how many photos."""
    for path in sorted((folder or RESULTS).glob("*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        names = {digest: name for name, digest in facts["about"]["weights"].items()}
        if {first.digest, other.digest} <= set(names):
            scores = [Score(**row) for row in facts["scores"]]
            photos = len({score.photo for score in scores})
            source = (
                f"read from assets/results/{path.name}: {photos} photos of {facts['about']['data']}, whole"
            )
            yield source, photos, differences(scores, names[first.digest], names[other.digest])


def _recipes(first: Subject, other: Subject) -> Iterator[str]:
    """Whether both were trained alike."""
    ours, theirs = (subject.provenance.get("recipe") for subject in (first, other))
    if ours and theirs:
        apart = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
        alike = f"recipes that differ in {', '.join(apart)}" if apart else "the same recipe"
        yield f"Both networks were trained by {alike}."


def _photos(path: Path) -> int:
    from ..embedding import bank

    return len(bank.load(path.with_suffix(".npz")).photos)
