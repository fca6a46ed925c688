"""The claim cards of the network on screen: the report on exactly its weights, where there is one."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.claims import FORMAT, REPORTS

from .runs import Run

log = logging.getLogger(__name__)


def answer(run: Run, folder: Path = REPORTS) -> dict[str, Any]:
    """The report on the run's network, found by its weights; else a sentence, and the command to type."""
    found = list(reports(folder))
    report = next((each for each in found if each["weights"] == run.network.digest), None)
    return {
        "report": report,
        "sentence": "" if report else absent(run, found),
        "command": report["command"] if report else command(run),
    }


def reports(folder: Path) -> Iterator[dict[str, Any]]:
    """The reports that can be read; what is damaged or of another format is noted in the log."""
    for path in sorted(folder.glob("*.json")):
        try:
            report = json.loads(path.read_text(encoding="utf-8"))
            if report["format"] == FORMAT and isinstance(report["weights"], str):
                yield report
                continue
        except (OSError, ValueError, KeyError, TypeError):
            pass
        log.warning("%s is no report on claims that this version reads", path.name)


def absent(run: Run, found: list[dict[str, Any]]) -> str:
    """Why there is nothing to show."""
    network = run.network
    said = f"The claims were not tested on these weights ({network.name}, {network.digest})."
    others = ", ".join(f"{each['network']['name']} ({each['weights']})" for each in found)
    return f"{said} There is a report on {others}, which says nothing of these." if others else said


def command(run: Run) -> str:
    """What makes the report where this page finds it."""
    return f"python -m analysis.claims --weights {run.network.name} --data PHOTOS --out assets/claims"
