"""The card of the shipped weights, written from their own headers.

python -m interir.card > assets/weights/README.md
"""

from __future__ import annotations

import hashlib
from typing import Any

from . import weights
from .bootstrap import Interval
from .complexity import count
from .configs import to_dict
from .degrade import COMBINATIONS
from .scores import MEAN
from .tables import interval

HEAD = """# Shipped weights

Written by `python -m interir.card` from the headers of the files; every figure was measured by
`python -m interir.evaluate --record`. Licence: MIT, as the code. The training photos are for
research use and are not in this repository.

These are small networks trained for a short time: good enough to see what every
part of the network does, far from what it reaches with a real budget. They are not the paper's
checkpoints, and nothing about its results follows from them.

Weights are stored as float16. `early/` holds the same networks early in the same runs, and each
header the seed of the untrained network: null models for the analyses (`interir.nulls`).
The *content* is the hash by which the dashboard and all results name weights (`interir.weights.digest`).
`experiments.csv` has the trials that decided what the paper leaves open.
"""


def card() -> str:
    """Markdown for all shipped weights."""
    return "\n".join([HEAD, *(section(name) for name in weights.shipped())])


def section(name: str) -> str:
    """One file: what it is, where it comes from, how well it does."""
    path = weights.find(name)
    checkpoint = weights.read(path)
    size = count(checkpoint.config)
    facts = checkpoint.provenance
    recipe = facts.get("recipe", {})
    lines = [
        f"## {name}",
        "",
        f"- file: `{path.name}`, {path.stat().st_size / 1e6:.1f} MB",
        f"- content `{weights.digest(path)}`, SHA-256 `{hashlib.sha256(path.read_bytes()).hexdigest()}`",
        f"- configuration: `{to_dict(checkpoint.config)}`",
        f"- size: {size.parameters:,} parameters, {size.macs / 1e9:.2f} GMACs for 256 x 256 pixels",
        f"- data: {recipe.get('source') or 'not said'}; rain, haze and noise by `interir.degrade`",
        f"- budget: {facts.get('seconds', 0) / 60:.0f} minutes on {facts.get('device')},"
        f" threads: {facts.get('threads', 'not said')}",
        f"- seen: {facts.get('steps', 0):,} steps, {facts.get('patches', 0):,} patches",
        f"- recipe: `{ {key: value for key, value in recipe.items() if key != 'source'} }`",
        f"- code version {facts.get('version')}, torch {facts.get('torch')}",
        "",
    ]
    return "\n".join([*lines, *scores(facts.get("scores"))])


def scores(facts: dict[str, Any] | None) -> list[str]:
    """PSNR and SSIM by combination, the degraded input beside them, and the gain with its interval."""
    if not facts:
        return ["Not evaluated yet.", ""]
    columns = [*COMBINATIONS, MEAN]
    rows = [f"| {facts['photos']} photos of `{facts['folder']}` | " + " | ".join(columns) + " |"]
    rows.append("|---" * (len(columns) + 1) + "|")
    for who in ("input", "network"):
        cells = [f"{facts[who][c][0]:.2f} / {facts[who][c][1]:.3f}" for c in columns]
        rows.append(f"| {who} | " + " | ".join(cells) + " |")
    if facts.get("gain"):
        gains = [interval(Interval(*facts["gain"][c]), 2) for c in columns]
        rows.append("| gain / dB, 95 % | " + " | ".join(gains) + " |")
    return [*rows, ""]


if __name__ == "__main__":
    print(card())
