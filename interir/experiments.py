"""Trials in one table: what was trained by which command and budget, and how well it restores.

    python -m interir.train --config interir-small --set width=48 blocks=5 --steps 600 --out RUNS/base ...
    python -m interir.experiments RUNS/base RUNS/literal --val PHOTOS --limit 20 --csv FILE

The command is written from the run's own header, so a row can be made again. Rows of the same
name are replaced, other rows stay. The interval is that of the gain over the degraded input, by
bootstrap over photos; it knows nothing of the scatter over seeds.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch

from . import evaluate, weights
from .bootstrap import differences
from .complexity import count
from .configs import NAMED, Config, to_dict
from .degrade import COMBINATIONS
from .progress import reported
from .scores import INPUT, MEAN, means
from .testsets import synthetic
from .training import Recipe
from .weights import CheckpointError

COLUMNS = (
    "name", "command", "parameters", "GMACs", "steps", "patches", "minutes", "device",
    "photos", "input / dB", "PSNR / dB", "SSIM", "gain / dB", "low", "high",
)  # fmt: skip

BEFORE = {"warmup": 0.0}
"""What a run did that is older than the field."""


def row(run: Path, val: Path, limit: int | None, device: str) -> dict[str, Any]:
    """One trial: evaluated on photos of ``val`` under the seven combinations."""
    path = weights.find(run / "weights.safetensors")
    checkpoint = weights.read(path)
    facts, size, name = checkpoint.provenance, count(checkpoint.config), run.name
    networks = {name: weights.load(path).to(device)}
    total = 2 * len(synthetic(val, limit))
    scores = list(reported(evaluate.evaluate(networks, val, limit=limit, device=device), total, "scores"))
    table = means(scores)
    gain = next(d for d in differences(scores, name, INPUT) if d.column == MEAN).psnr
    measured = (table[INPUT][MEAN][0], *table[name][MEAN], gain.mean, gain.low, gain.high)
    return {
        "name": name,
        "command": command(checkpoint.config, facts.get("recipe", {})),
        "parameters": size.parameters,
        "GMACs": f"{size.macs / 1e9:.2f}",
        **{key: facts.get(key) for key in ("steps", "patches", "device")},
        "minutes": f"{facts.get('seconds', 0) / 60:.1f}",
        "photos": total // (2 * len(COMBINATIONS)),
        **{key: f"{value:.3f}" for key, value in zip(COLUMNS[-6:], measured, strict=True)},
    }


def command(config: Config, recipe: Mapping[str, Any]) -> str:
    """The line that trains such a network, for photos of one's own."""
    values = to_dict(config)
    name = min(NAMED, key=lambda each: len(_differing(values, to_dict(NAMED[each]))))
    fields_set = [f"{key}={int(value)}" for key, value in _differing(values, to_dict(NAMED[name])).items()]
    words = ["python -m interir.train --config", name, *(["--set", *fields_set] if fields_set else [])]
    for field in fields(Recipe):
        value = recipe.get(field.name, BEFORE.get(field.name, field.default))
        if value == field.default or field.name in ("source", "decay"):
            continue
        words += [f"--{field.name}"] if value is True else [f"--{field.name}", f"{value}"]
    return " ".join(words)


def merged(path: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a file with those of the same name replaced, and new ones at the end."""
    before = list(csv.DictReader(path.open(newline="", encoding="utf-8"))) if path.exists() else []
    found = {each["name"]: each for each in [*before, *rows]}
    return list(found.values())


def _differing(values: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if other.get(key) != value}


def main() -> None:
    """The command line."""
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=kind)
    add = parser.add_argument
    add("runs", type=Path, nargs="+", help="folders that interir.train wrote")
    add("--val", type=Path, required=True, help="clean photos to score on")
    add("--limit", type=int, help="only the first photos")
    add("--csv", type=Path, required=True, help="the table; made or added to")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    add("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    try:
        rows = [row(run, options.val, options.limit, options.device) for run in options.runs]
    except (CheckpointError, ValueError, OSError) as error:
        sys.exit(f"interir.experiments: {error}")
    everything = merged(options.csv, rows)
    with options.csv.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(everything)
    for each in rows:
        gain = f"{each['gain / dB']} [{each['low']}, {each['high']}]"
        print(f"{each['name']}: {each['PSNR / dB']} dB, gain {gain}")


if __name__ == "__main__":
    main()
