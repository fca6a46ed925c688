"""Maps, quality, mixtures and stages of degraded photos, as arrays with a manifest.

    python -m analysis.attribution --weights interir-small --data PHOTOS --out FILE.npz
    python -m analysis.attribution --weights W --data P --out F.npz --region 96,96,32,32 --combination R

Every photo's middle square is degraded with a seed of its own. The file is rewritten after each
degraded photo: ``PHOTO/COMBINATION/METHOD`` is a signed map in units of the metric (of ``detail``
for LAM, of dB for CEM), and ``manifest`` is JSON that says all numbers. Ctrl-C stops.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import Any

from interir import UnfoldedNetwork, data
from interir.degrade import COMBINATIONS
from interir.progress import reported

from .. import commands
from .causal import FIRST
from .gradients import STEPS
from .objectives import METRICS, Objective, Region
from .occlusion import BLOCK
from .report import Settings, drawn, report, save


def main(arguments: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    made = commands.parser("analysis.attribution", __doc__, limit=1)
    add = made.add_argument
    add("--combination", nargs="+", choices=COMBINATIONS, default=list(COMBINATIONS))
    add("--region", type=Region.parse, metavar="T,L,H,W", help="in pixels (default: the middle quarter)")
    add("--metric", choices=list(METRICS), default="error", help="that is explained")
    add("--steps", type=int, default=STEPS, help="of a way from baseline to photo")
    add("--block", type=int, default=BLOCK, help="side of what is covered or exchanged, in pixels")
    add("--squares", type=int, default=FIRST, help="of other photos that are put in each place (CEM)")
    return commands.answer(made, arguments, run)


def run(options: argparse.Namespace, network: UnfoldedNetwork, about: dict[str, Any]) -> None:
    """Explain every photo under every combination, and write after each."""
    arrays: dict[str, Any] = {}
    entries: list[dict[str, Any]] = []
    settings = Settings(options.steps, options.block, options.squares)
    total = options.limit * len(options.combination)
    found = drawn(options.data, options.limit, options.side, options.combination)
    for path, name, sample in reported(found, total, "degraded photos"):
        region = options.region or Region.middle(sample.clean)
        objective = Objective(options.metric, region, sample.clean)
        others = [each for each in data.photo_paths(options.data) if each != path] or [path]
        maps, numbers = report(network, sample, objective, others, settings)
        arrays |= {f"{path.stem}/{name}/{method}": values for method, values in maps.items()}
        entries.append({"photo": path.stem, "combination": name, "region": str(region), **numbers})
        save(options.out, arrays, {**about, "metric": options.metric, **asdict(settings), "entries": entries})


if __name__ == "__main__":
    sys.exit(main())
