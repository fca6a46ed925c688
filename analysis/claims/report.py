"""The report: every claim with its test, what was found, and on what; as plain values that JSON holds."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import interir
from interir.bootstrap import FEW
from interir.data import photo_paths
from interir.degrade import COMBINATIONS
from interir.progress import reported

from . import FORMAT
from .case import Case, Measurement, Subject, looks
from .catalogue import CLAIMS, Claim
from .verdicts import FEW_PHOTOS, FOREIGN, UNMEASURED, Finding, ForeignError, Measured, UnmeasuredError

LIBRARIES = ("torch", "numpy", "scipy")
PAPER = "arXiv 2511.10166"

Card = dict[str, Any]


@torch.inference_mode()
def cards(case: Case, claims: Sequence[Claim] = CLAIMS) -> list[Card]:
    """Test the claims on a network; the shared runs are made once for all of them."""
    measurements = [claim.measurement(case) for claim in claims]
    _share(case, [measurement for measurement in measurements if measurement.watches])
    pairs = zip(claims, measurements, strict=True)
    return [card(claim, measurement, command(case, claim)) for claim, measurement in pairs]


def _share(case: Case, watching: Sequence[Measurement]) -> None:
    """Show every shared run to who watches."""
    if watching:
        runs = looks(case.network, case.drawn)
        for look in reported(runs, len(case.drawn), "degraded photos"):
            for measurement in watching:
                measurement.look(look)


def card(claim: Claim, measurement: Measurement, how: str) -> Card:
    """One claim, its test, and what was found."""
    said = dict(_words(claim))
    try:
        found = measurement.finding()
    except (ForeignError, UnmeasuredError) as error:
        verdict = FOREIGN if isinstance(error, ForeignError) else UNMEASURED
        return {
            **said,
            "verdict": verdict,
            "tests": [],
            "beside": [],
            "notes": [str(error)],
            "source": "",
            "command": how,
        }
    return {
        **said,
        "verdict": claim.rule([test.verdict for test in found.tests]),
        "tests": [_test(test) for test in found.tests],
        "beside": [asdict(each) for each in found.beside],
        "notes": [*found.notes, *_few(found)],
        "source": found.source,
        "command": how,
    }


def _words(claim: Claim) -> Iterator[tuple[str, str]]:
    for key in ("name", "question", "quotation", "section", "measured", "control", "supports", "refutes"):
        yield key, getattr(claim, key)


def _test(test: Measured) -> dict[str, Any]:
    return {**asdict(test), "verdict": test.verdict, "scale": test.scale}


def _few(found: Finding) -> list[str]:
    return [f"Mind: {FEW_PHOTOS}."] if any(test.photos < FEW for test in found.tests) else []


def command(case: Case, claim: Claim | None = None) -> str:
    """What a person types to have one card again, or the whole report."""
    given = {"--weights": case.subject.name, "--against": case.against.name if case.against else None}
    given |= {"--data": case.folder.resolve().name, "--out": "REPORT", "--limit": str(case.limit)}
    given |= {"--side": str(case.side), "--only": claim.name if claim else None}
    words = [word for name, value in given.items() if value for word in (name, value)]
    return shlex.join(["python", "-m", "analysis.claims", *words])


def facts(case: Case, found: Sequence[Card]) -> dict[str, Any]:
    """The whole report, bound to the weights and photos by their content."""
    return {
        "format": FORMAT,
        "paper": PAPER,
        "network": described(case.subject),
        "against": described(case.against) if case.against else None,
        "weights": case.subject.digest,
        "data": case.folder.resolve().name,
        "photos": [_photo(path) for path in photo_paths(case.folder)[: case.limit]],
        "combinations": COMBINATIONS,
        "side": case.side,
        "intervals": "95 %, percentiles of means over resampled photos",
        "versions": {"interir": interir.__version__, **{name: version(name) for name in LIBRARIES}},
        "command": command(case),
        "cards": list(found),
    }


def described(subject: Subject) -> dict[str, str]:
    """Weights, as people and programs name them."""
    return {"name": subject.name, "title": subject.network.title, "weights": subject.digest}


def _photo(path: Path) -> dict[str, str]:
    return {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
