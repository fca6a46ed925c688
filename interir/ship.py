"""Take the weights of a training run into the package, with the null model of their early moment.

    python -m interir.ship RUN interir-small
    python -m interir.evaluate --weights interir-small --data PHOTOS --record
    python -m interir.card > assets/weights/README.md

Stored as float16: half the size, and `interir.evaluate` on both files says what it costs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import weights
from .nulls import EARLY
from .weights import CheckpointError


def ship(run: Path, name: str) -> list[Path]:
    """Write ``assets/weights/name.safetensors`` and its early twin from a run's folder; returns both files.

    Raises `CheckpointError` where the run lacks either.
    """
    into = weights.WEIGHTS
    (into / EARLY).mkdir(parents=True, exist_ok=True)
    kept = {"weights": into / f"{name}.safetensors", "early": into / EARLY / f"{name}.safetensors"}
    for stem, target in kept.items():
        source = weights.find(run / f"{stem}.safetensors")
        weights.save(weights.load(source), target, weights.read(source).provenance, half=True)
    return list(kept.values())


def main() -> None:
    """The command line."""
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=kind)
    parser.add_argument("run", type=Path, help="the folder that interir.train wrote")
    parser.add_argument("name", help="the name under which the weights are found")
    options = parser.parse_args()
    try:
        for path in ship(options.run, options.name):
            print(f"{path}  {path.stat().st_size / 1e6:.2f} MB  {weights.digest(path)}")
    except (CheckpointError, ValueError) as error:
        sys.exit(f"interir.ship: {error}")


if __name__ == "__main__":
    main()
