"""Make a figure from its manifest, and say what differs from the first time.

    python -m analysis.figures strip-china.json
    python -m analysis.figures --list

A manifest of one's own needs no more than {"kind": "strip", "parameters": {"photo": "cat.png"}}.
Files are looked for beside the manifest, in --files and in the package's assets. Exit status: 0 where
every file is the same to the byte (or was never made before), 1 where one differs, 2 for an error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import torch

from ..errors import AnalysisError
from .export import export
from .inputs import Inputs
from .kinds import KINDS
from .manifest import compared, read
from .presets import PRESETS


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    if options.list:
        print(listing())
        return 0
    try:
        return make(options.manifest, options.out, options.files, options.device)
    except (AnalysisError, OSError) as error:
        print(f"analysis.figures: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.figures",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("manifest", nargs="?", type=Path)
    what.add_argument(
        "--list", action="store_true", help="print the kinds with their parameters, and presets"
    )
    parser.add_argument("--out", type=Path, default=Path("reproduced"), help="folder for what is made")
    parser.add_argument("--files", type=Path, nargs="+", default=[], help="more folders to look in")
    parser.add_argument("--device", default="cpu")
    return parser


def make(manifest: Path, out: Path, folders: Sequence[Path] = (), device: str = "cpu") -> int:
    """Carry out a manifest's order into a folder and compare; returns the exit status."""
    order, before = read(manifest)
    threads = before.get("platform", {}).get("threads")
    if threads:
        torch.set_num_threads(threads)  # sums are rounded in another order by another number
    made = export(order, Inputs((manifest.parent, *folders), device))
    for name, content in made.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(path)
    again = json.loads(made[f"{order.recipe.stem}.json"])
    different = list(compared(before, again))
    for sentence in different:
        print(f"differs: {sentence}")
    if "files" in before and not different:
        print("The same to the byte.")
    return int(any(sentence.startswith("files") for sentence in different))


def listing() -> str:
    """All kinds with their parameters and defaults, and all presets."""
    lines = []
    for kind, recipe in KINDS.items():
        lines.append(f"{kind}: {recipe.title}")
        lines += [f"    {f.name} = {f.default!r}  ({f.metadata['label']})" for f in fields(recipe)]
    lines += ["", *(f"{name}: {preset.title}, {preset.width:.3g} in" for name, preset in PRESETS.items())]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
