"""The card of the shipped weights, written from their own headers.

python -m interir.card > assets/weights/README.md
"""

from __future__ import annotations

from typing import Any

from . import weights
from .configs import build, to_dict
from .degrade import COMBINATIONS

HEAD = """# Shipped weights

Written by `python -m interir.card` from the headers of the files; every figure was measured by
`python -m interir.evaluate --record`. Licence: MIT, as the code. The training photos are for
research use and are not in this repository.

They are small networks trained for a short time: good enough to see what every
part of the network does, far from what it reaches with a real budget. Nothing about the paper's
results follows from them.
"""


def card() -> str:
    """Markdown for all shipped weights."""
    return "\n".join([HEAD, *(section(name) for name in weights.shipped())])


def section(name: str) -> str:
    """One file: what it is, where it comes from, how well it does."""
    path = weights.find(name)
    checkpoint = weights.read(path)
    parameters = sum(p.numel() for p in build(checkpoint.config).parameters())
    facts = checkpoint.provenance
    recipe = facts.get("recipe", {})
    lines = [
        f"## {name}",
        "",
        f"- file: `{path.name}`, {path.stat().st_size / 1e6:.1f} MB, SHA-256 begins `{weights.digest(path)}`",
        f"- configuration: `{to_dict(checkpoint.config)}`",
        f"- parameters: {parameters:,}",
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
    """PSNR and SSIM by combination, the degraded input beside them."""
    if not facts:
        return ["Not evaluated yet.", ""]
    columns = [*COMBINATIONS, "mean"]
    rows = [f"| {facts['photos']} photos of `{facts['folder']}` | " + " | ".join(columns) + " |"]
    rows.append("|---" * (len(columns) + 1) + "|")
    for who in ("input", "network"):
        cells = [f"{facts[who][c][0]:.2f} / {facts[who][c][1]:.3f}" for c in columns]
        rows.append(f"| {who} | " + " | ".join(cells) + " |")
    return [*rows, ""]


if __name__ == "__main__":
    print(card())
