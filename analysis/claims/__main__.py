"""Eight sentences of the paper, tested on the weights at hand: a report as HTML and JSON.

    python -m analysis.claims --weights interir-small --against deepsn-small --data PHOTOS --out FOLDER

Writes NAME.html, one file that prints and needs nothing from outside, and NAME.json, which the
dashboard shows where it lies in assets/claims. Without --against the two claims that compare
with a baseline are not measured. --only tests some claims alone, with the same numbers.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from interir import UnfoldedNetwork
from interir.tables import finite

from .. import commands
from ..errors import AnalysisError
from .case import Case, Subject
from .catalogue import CLAIMS
from .page import page
from .report import cards, facts

LEAST = 2
"""Photos: an interval over photos needs two, and so does what is taken from another photo."""


def main(arguments: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    made = commands.parser("analysis.claims", __doc__, limit=12, out="the folder to write to")
    made.add_argument("--against", help="weights of the baseline: a name, or a file")
    names = [claim.name for claim in CLAIMS]
    made.add_argument(
        "--only", nargs="+", choices=names, default=names, help="claims to test", metavar="CLAIM"
    )
    return commands.answer(made, arguments, run)


def run(options: argparse.Namespace, network: UnfoldedNetwork, about: dict[str, Any]) -> None:
    """Test, print the verdicts, and write both files."""
    del network, about  # the subject knows its file, and the report says more
    against = Subject.load(options.against) if options.against else None
    case = Case(Subject.load(options.weights), against, options.data, options.limit, options.side)
    if case.photos < LEAST:
        raise AnalysisError(f"{case.folder} has {case.photos} photos; claims are tested on {LEAST} or more")
    chosen = [claim for claim in CLAIMS if claim.name in options.only]
    report = finite(facts(case, cards(case, chosen)))
    options.out.mkdir(parents=True, exist_ok=True)
    stem = case.subject.name.removesuffix(".safetensors")
    commands.write(options.out / f"{stem}.json", report)
    written = options.out / f"{stem}.html"
    written.write_text(page(report), encoding="utf-8")
    for card in report["cards"]:
        print(f"{card['verdict']:<14} {card['question']}")
    print(written)


if __name__ == "__main__":
    sys.exit(main())
