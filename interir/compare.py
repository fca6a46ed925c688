"""Put scores that were measured apart into one table, with paired intervals.

    python -m interir.evaluate --weights A --data PHOTOS --json a.json
    python -m interir.evaluate --weights B --data PHOTOS --json b.json      (elsewhere, meanwhile)
    python -m interir.compare a.json b.json --latex table.tex

All must have been measured on the same files; the input's own scores tell whether they were.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import commands, paper
from .bootstrap import differences
from .commands import Findings
from .scores import INPUT, Score, means


class ComparisonError(ValueError):
    """Scores that cannot stand in one table, with a sentence for people."""


def merged(files: Sequence[Path], *, published: bool = False) -> Findings:
    """The findings of several evaluations as one.

    Raises `ComparisonError` where the inputs' scores differ, or a method is in two files.
    """
    read = [json.loads(file.read_text()) for file in files]
    parts = [[Score(**row) for row in each["scores"]] for each in read]
    inputs = [{score for score in part if score.method == INPUT} for part in parts]
    if any(each != inputs[0] for each in inputs[1:]):
        raise ComparisonError("the degraded photos differ: only scores of the same files can be compared")
    names = [name for part in parts for name in dict.fromkeys(s.method for s in part) if name != INPUT]
    if len(set(names)) < len(names):
        raise ComparisonError(f"a method is in two files: {', '.join(names)}")
    scores = [*parts[0], *(score for part in parts[1:] for score in part if score.method != INPUT)]
    pairs = [differences(scores, names[0], other) for other in names[1:]]
    number = 3 if read[0]["about"]["y_channel"] else 1 if read[0]["about"]["seeds"] else 2
    return Findings(_about(read), scores, means(scores), pairs, paper.scores(number) if published else None)


def _about(read: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the evaluations say of themselves, their methods' hashes put together."""
    together: dict[str, dict[str, str]] = {key: {} for key in ("weights", "restored")}
    for each in read:
        for key, found in together.items():
            found |= each["about"][key]
    return {**read[0]["about"], **together}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m interir.compare", description=__doc__, formatter_class=kind
    )
    add = parser.add_argument
    add("files", nargs="+", type=Path, help="JSON files of interir.evaluate; differences are to the first")
    add("--paper", action="store_true", help="print the published figures beside ours (other data!)")
    add("--json", type=Path, metavar="FILE", help="also write everything here")
    add("--latex", type=Path, metavar="FILE", help="also write a booktabs table here")
    options = parser.parse_args(arguments)
    try:
        commands.show(merged(options.files, published=options.paper), options)
    except (ComparisonError, OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        print(f"interir.compare: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
