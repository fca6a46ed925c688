"""The command line of `interir.evaluate`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from . import __version__, evaluate, paper, tables, testsets, weights
from .bootstrap import FEW, Difference, differences
from .pairs import PairingError
from .progress import reported
from .scores import INPUT, Score, Table, means, ordered
from .testsets import Case, CaseError

PAIR = ("[NAME=]DEGRADED", "CLEAN")

INTERRUPTED = 130
"""The exit status after Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All that one evaluation found, and about what."""

    about: dict[str, Any]
    scores: list[Score]
    table: Table
    differences: list[list[Difference]]
    published: Table | None

    def sentence(self) -> str:
        """On what these figures were measured: data, number of photos, channel, hashes of the weights."""
        about = self.about
        hashes = ", ".join(f"{name} {digest}" for name, digest in about["weights"].items())
        channel = "Y channel" if about["y_channel"] else "RGB"
        return (
            f"{about['files']} degraded files of {about['photos']} photos of {about['data']},"
            f" PSNR / dB and SSIM on {channel}, 8 bits"
            + (f"; weights {hashes}" if hashes else "")
            + f"; interir {about['version']}."
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; returns the exit status."""
    options = parser().parse_args(arguments)
    try:
        return run(options)
    except (CaseError, PairingError, weights.CheckpointError, OSError) as error:
        print(f"interir.evaluate: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """All options."""
    made = argparse.ArgumentParser(
        prog="python -m interir.evaluate",
        description=evaluate.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("--weights", nargs="+", default=[], metavar="[NAME=]FILE", help="shipped weights' names, or files")
    add("--restored", nargs="+", default=[], metavar="NAME=DIR", help="files that another method made")
    source = made.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="a folder of clean photos")
    source.add_argument("--pairs", nargs=2, action="append", metavar=PAIR, help="a benchmark's folders")
    add("--limit", type=int, help="only the first photos (of each benchmark)")
    add("--y-channel", action="store_true", help="measure on Y of YCbCr (BT.601), as deraining does")
    add("--export", type=Path, metavar="DIR", help="write the degraded photos as PNG, with a manifest")
    add("--record", action="store_true", help="write the means into the weights' headers")
    add("--paper", action="store_true", help="print the published figures beside ours (other data!)")
    add("--json", type=Path, metavar="FILE", help="also write everything here")
    add("--latex", type=Path, metavar="FILE", help="also write a booktabs table here")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--threads", type=int, help="threads on a CPU; 1 is fastest where others compute too")
    return made


def run(options: argparse.Namespace) -> int:
    """Export, score, print and write, as asked; returns the exit status."""
    if options.threads:
        torch.set_num_threads(options.threads)
    files = _named(options.weights, "weights")
    refuse(options, [weights.find(file) for file in files.values()])
    if options.export:
        _export(options)
        if not (options.weights or options.restored):
            return 0
    cases = _cases(options)
    methods = {name: evaluate.by_network(weights.load(f).to(options.device)) for name, f in files.items()}
    for name, folder in _named(options.restored, "restored").items():
        if name in methods:
            raise CaseError(f"two methods are called {name}; say --restored NAME=DIR with another name")
        methods[name] = evaluate.by_files(Path(folder), cases)
    scores, complete = _score(methods, cases, options)
    if not scores:
        return INTERRUPTED
    try:
        if options.record and complete:
            _record(options, files, scores)
    finally:  # afterwards, so that the hashes are those of the files as they now are
        show(_findings(options, files, list(methods), scores), options)
    return 0 if complete else INTERRUPTED


def refuse(options: argparse.Namespace, files: Sequence[Path]) -> None:
    """Say what does not go together before any work is done, as a `CaseError`."""
    if options.record and (options.pairs or options.y_channel):
        raise CaseError("--record is for the seven combinations on RGB: it needs --data, without --y-channel")
    foreign = [file.name for file in files if file.suffix != ".safetensors"]
    if options.record and foreign:
        raise CaseError(f"--record writes into .safetensors only, not into {', '.join(foreign)}")
    if options.export and not options.data:
        raise CaseError("--export writes what --data degrades; --pairs are files already")
    if options.limit is not None and options.limit < 1:
        raise CaseError(f"--limit is {options.limit}; it must be at least 1")


def _named(values: Sequence[str], option: str) -> dict[str, str]:
    """NAME=VALUE, or VALUE under its own stem."""
    found: dict[str, str] = {}
    for value in values:
        name, separator, rest = value.partition("=")
        name, rest = (name, rest) if separator else (Path(value).stem, value)
        if name in found or name == INPUT:
            raise CaseError(f"{name!r} cannot name two rows; say --{option} NAME={rest} with another name")
        found[name] = rest
    return found


def _cases(options: argparse.Namespace) -> list[Case]:
    if options.data:
        return testsets.synthetic(options.data, options.limit)
    found: dict[str, list[Case]] = {}
    for degraded, clean in options.pairs:
        label, separator, folder = degraded.partition("=")
        label, folder = (label, folder) if separator else (None, degraded)
        label = label or testsets.label_of(Path(folder), Path(clean))
        if label in found:
            raise CaseError(f"two benchmarks are called {label}; say --pairs NAME={folder} {clean}")
        found[label] = testsets.benchmark(label, Path(folder), Path(clean), options.limit)
    return [case for cases in found.values() for case in cases]


def _export(options: argparse.Namespace) -> None:
    total = len(testsets.synthetic(options.data, options.limit))
    for _ in reported(testsets.export(options.data, options.export, options.limit), total, "files written"):
        pass


def _score(
    methods: dict[str, evaluate.Method], cases: list[Case], options: argparse.Namespace
) -> tuple[list[Score], bool]:
    """All scores, and whether there are all: Ctrl-C ends the loop, not the program."""
    scores: list[Score] = []
    try:
        for case in reported(cases, len(cases), "degraded photos"):
            scores += evaluate.score(methods, case, y_channel=options.y_channel, device=options.device)
    except KeyboardInterrupt:
        done = len(scores) // (len(methods) + 1)
        print(f"\nInterrupted after {done} of {len(cases)} degraded photos.", file=sys.stderr)
        return scores, False
    return scores, True


def _record(options: argparse.Namespace, files: dict[str, str], scores: list[Score]) -> None:
    for name, file in files.items():
        facts = evaluate.record(means(scores), name, options.data, scores)
        weights.annotate(weights.find(file), scores=facts)


def _findings(
    options: argparse.Namespace, files: dict[str, str], names: list[str], scores: list[Score]
) -> Findings:
    photos = len({score.photo for score in scores})
    benchmarks = ordered(score.combination for score in scores)
    about = {
        "version": __version__,
        "torch": torch.__version__,
        "data": options.data.resolve().name if options.data else ", ".join(benchmarks),
        "photos": photos,
        "files": len({(score.combination, score.photo, score.file) for score in scores}),
        "seeds": "1000 i + j for photo i under combination j" if options.data else None,
        "bits": 8,
        "y_channel": options.y_channel,
        "weights": {name: weights.digest(weights.find(file)) for name, file in files.items()},
        "restored": _named(options.restored, "restored"),
    }
    number = 1 if options.data else 3 if options.y_channel else 2
    published = paper.scores(number) if options.paper else None
    pairs = [differences(scores, names[0], other) for other in names[1:] if photos > 1]
    return Findings(about, scores, means(scores), pairs, published)


def show(found: Findings, options: argparse.Namespace) -> None:
    """Print the tables, and write them where ``options.latex`` and ``options.json`` say."""
    print(tables.as_text(found.table, found.published))
    for pair in found.differences:
        print(f"\n{tables.differences_as_text(pair)}")
    if found.differences:
        print("\nDifferences: mean and 95 % interval, paired bootstrap of the clean photos, 2000 resamples.")
        if found.about["photos"] < FEW:
            print(f"Fewer than {FEW} photos: the intervals are too narrow to be trusted.")
    print(f"\n{found.sentence()}")
    if options.latex:
        text = tables.as_latex(found.table, found.sentence(), found.differences, found.published)
        options.latex.write_text(text, encoding="utf-8")
    if options.json:
        flat = {**asdict(found), "differences": [asdict(d) for pair in found.differences for d in pair]}
        options.json.write_text(json.dumps(tables.finite(flat), indent=1, allow_nan=False))
