"""dPSNR of interventions over a folder of photos and the seven combinations, with intervals.

    python -m analysis.interventions --weights interir-small --data PHOTOS --out FILE.json
    python -m analysis.interventions --weights W --data PHOTOS --out F.json --do uniform "rank=4@1-3 + skip@5"

Without --do every kind that has a meaning for the network is done at all stages, with its
defaults, and each stage is left out in turn. The file is rewritten after every photo; Ctrl-C stops.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from interir import UnfoldedNetwork
from interir.progress import reported

from .. import commands
from ..samples import samples
from . import between
from .effects import Combination, Effect, effects, heat_map
from .ordinary import load
from .text import CATALOGUE, combination


def main(arguments: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    made = commands.parser("analysis.interventions", __doc__, limit=16)
    made.add_argument("--do", nargs="+", metavar="NAME[=VALUE][@STAGES]", help=f"of {', '.join(CATALOGUE)}")
    made.add_argument("--ordinary", type=Path, help="what analysis.interventions.ordinary measured on them")
    made.add_argument("--brief", action="store_true", help="only the heat map, not what single photos did")
    return commands.answer(made, arguments, run)


def run(options: argparse.Namespace, network: UnfoldedNetwork, about: dict[str, Any]) -> None:
    """Do them all, and write after every photo."""
    rows = {text: combination(text) for text in options.do} if options.do else everything(network)
    ordinary = load(options.ordinary, about["weights"]) if options.ordinary else None
    drawn = samples(options.data, options.limit, options.side)
    steps = effects(network, drawn, rows, ordinary=ordinary)
    found: list[Effect] = []
    for effect in reported(steps, len(drawn) * len(rows), "restorations"):
        if found and effect.photo != found[-1].photo:
            _write(options, about, found)
        found.append(effect)
    _write(options, about, found)


def everything(network: UnfoldedNetwork) -> dict[str, Combination]:
    """Every kind that has a meaning for a network, at all stages; skipping is done stage by stage."""
    kinds = [kind for kind in CATALOGUE.values() if kind not in (between.Skip, between.Reorder)]
    made = [kind() for kind in kinds] + [between.Skip(stages=(k,)) for k in range(1, network.depth + 1)]
    return {str(do): (do,) for do in made if do.refusal(network) is None}


def _write(options: argparse.Namespace, about: dict[str, Any], found: list[Effect]) -> None:
    facts = {
        **about,
        "photos": len({effect.photo for effect in found}),
        "unit": "dB, change of PSNR; 95 % intervals by a paired bootstrap of the photos",
        "cells": [asdict(cell) for cell in heat_map(found)],
        **({} if options.brief else {"effects": [asdict(effect) for effect in found]}),
    }
    commands.write(options.out, facts)


if __name__ == "__main__":
    sys.exit(main())
