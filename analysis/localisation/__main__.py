"""Do the masks find the degradation? A heat map by stage and module, beside its null models.

    python -m analysis.localisation --weights interir-small --data PHOTOS --out FILE.json

The middle squares of the photos are degraded by rain, haze or noise alone, at half the highest
level. The same is asked of the network that training started from, where its weights say their
seed. The file is rewritten after every photo; Ctrl-C stops.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from interir import CheckpointError, UnfoldedNetwork, nulls
from interir.progress import reported

from .. import commands
from .clearing import Cleared, clear, effects
from .heat import ANYWHERE, heat_map
from .scoring import AUROC, TRUE, Scored, score
from .truth import KINDS, source

TRAINED, UNTRAINED = "trained", "untrained"


def main(arguments: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    made = commands.parser("analysis.localisation", __doc__, limit=16)
    made.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="rain, haze, noise")
    made.add_argument("--clear", choices=KINDS, default="R", help="the degradation whose places are cleared")
    add = made.add_argument
    add("--brief", action="store_true", help="AUROC alone, null models only over all convolutions at once")
    return commands.answer(made, arguments, run)


def run(options: argparse.Namespace, network: UnfoldedNetwork, about: dict[str, Any]) -> None:
    """Score, clear, and write after every photo."""
    photos = source(options.data, options.limit, options.side)
    found: dict[str, list[Scored]] = {}
    facts = {**about, "photos": len(photos), "measures": "AUROC (0.5 by chance) and Spearman (0)"}
    for name, model in _networks(network, options.weights):
        steps = score(model, photos, tuple(options.kinds))
        total = len(photos) * len(options.kinds)
        for scored in reported(steps, total, f"degraded photos, {name}"):
            found.setdefault(name, []).append(scored)
            if scored.kind == options.kinds[-1]:
                facts["cells"] = list(_cells(found, options.brief))
                commands.write(options.out, facts)
    total = len(photos) * (network.depth + 1)
    cleared: list[Cleared] = []
    for one in reported(clear(network, photos, options.clear), total, "clearings"):
        cleared.append(one)
        if one.k == network.depth:
            facts["cleared"] = {"kind": options.clear, "effects": [asdict(e) for e in effects(cleared)]}
            commands.write(options.out, facts)


def _networks(network: UnfoldedNetwork, weights: str) -> Iterator[tuple[str, UnfoldedNetwork]]:
    yield TRAINED, network
    try:
        yield UNTRAINED, nulls.untrained(weights)
    except CheckpointError as error:
        print(f"No untrained network beside it: {error}", file=sys.stderr)


def _cells(found: dict[str, list[Scored]], brief: bool) -> Iterator[dict[str, Any]]:
    for name, scored in found.items():
        for cell in heat_map(scored):
            plain = name == TRAINED and cell.truth == TRUE
            if not brief or (cell.measure == AUROC and (plain or cell.k == ANYWHERE.k)):
                yield {"network": name, **asdict(cell)}


if __name__ == "__main__":
    sys.exit(main())
