"""What the commands of the analyses share: options, the network and its photos, and the file they write."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from interir import CheckpointError, UnfoldedNetwork, weights
from interir.tables import finite
from interir.testsets import CaseError

from .errors import AnalysisError

INTERRUPTED = 130
"""The exit status after Ctrl-C."""


def parser(
    program: str, doc: str | None, *, limit: int, side: int | None = 128, out: str = "the file to write"
) -> argparse.ArgumentParser:
    """The options that all commands have; ``side`` is None where photos keep their size."""
    made = argparse.ArgumentParser(
        prog=f"python -m {program}", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = made.add_argument
    add("--weights", required=True, help="name of shipped weights, or a file")
    add("--data", type=Path, required=True, help="a folder of clean photos")
    add("--out", type=Path, required=True, help=out)
    add("--limit", type=int, default=limit, help="photos taken, each under all combinations")
    if side:
        add("--side", type=int, default=side, help="of the middle that is cut out, in pixels")
    add("--threads", type=int, help="threads on a CPU; 1 is fastest where others compute too")
    return made


def answer(
    made: argparse.ArgumentParser,
    arguments: list[str] | None,
    run: Callable[[argparse.Namespace, UnfoldedNetwork, dict[str, Any]], None],
) -> int:
    """Run a command on its network and what it was measured on; returns the exit status."""
    options = made.parse_args(arguments)
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        file = weights.find(options.weights)
        run(options, weights.load(file), about(options, file))
    except (AnalysisError, CaseError, CheckpointError, OSError) as error:
        print(f"{made.prog}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted; what was written so far is kept.", file=sys.stderr)
        return INTERRUPTED
    return 0


def about(options: argparse.Namespace, file: Path) -> dict[str, Any]:
    """On what a command's figures are measured."""
    return {
        "weights": weights.digest(file),
        "data": options.data.resolve().name,
        "photos": options.limit,
        **({"side": options.side} if "side" in options else {}),
    }


def write(path: Path, facts: dict[str, Any]) -> None:
    """Write JSON atomically, None for what is not a finite number, others to seven digits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    text = json.dumps(_brief(finite(facts)), separators=(",", ":"), allow_nan=False)
    partial.write_text(text + "\n")
    partial.replace(path)


def _brief(facts: Any) -> Any:
    """The same with all floats to the digits that single precision has."""
    if isinstance(facts, dict):
        return {name: _brief(value) for name, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [_brief(value) for value in facts]
    return float(f"{facts:.7g}") if isinstance(facts, float) else facts
