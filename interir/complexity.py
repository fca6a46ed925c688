"""Parameters, MACs, time and memory of named configurations, beside the paper's Table 8.

    python -m interir.complexity
    python -m interir.complexity interir-paper deepsn-full --device cuda --repeat 20

MACs are half of what torch's FlopCounterMode counts for a 3 x 256 x 256 photo: matrix products
and convolutions, not Fourier transforms and element-wise work. Counted on tensors without data.
Time and memory are those of one forward pass on this device, weights included in the memory;
`interir.footprint` says how they are measured.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from . import footprint, paper
from .configs import NAMED, Config, build, create

METHODS = {"interir-paper": "InterIR(Ours)", "deepsn-full": "DeepSU-Net"}
"""What Table 8 calls our configurations (DeepSU-Net is its name for DeepSN-Net)."""

ROWS_8 = {row["method"]: row for row in paper.rows(8)}
"""The rows of Table 8 as printed."""

TABLE_8 = {
    name: (1e6 * float(ROWS_8[method]["parameters / M"]), 1e9 * float(ROWS_8[method]["FLOPs / G"]))
    for name, method in METHODS.items()
}
"""Parameters and MACs that the paper prints."""


@dataclass(frozen=True, slots=True)
class Complexity:
    """The size of a network and the work of one photo."""

    parameters: int
    macs: int


def complexity(name: str, side: int = 256, **overrides: Any) -> Complexity:
    """Count a named configuration on a square photo of ``side`` px."""
    return count(replace(NAMED[name], **overrides), side)


def count(config: Config, side: int = 256) -> Complexity:
    """Count a configuration on a square photo of ``side`` px."""
    with torch.device("meta"):
        network = build(config).eval()
        photo = torch.empty(1, 3, side, side)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(photo)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return Complexity(parameters, counter.get_total_flops() // 2)


def table(names: Sequence[str] = tuple(NAMED), device: str = "cpu", repeat: int = 5, threads: int = 0) -> str:
    """Configurations as Markdown, measured ``repeat`` times (0: only counted); then Table 8 itself."""
    heads = ["", "iterations", "parameters / M", "MACs / G", "median time / s", "peak memory / MiB"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name in names:
        lines.append("| " + " | ".join(_cells(name, device, repeat, threads)) + " |")
    for row in ROWS_8.values():
        cells = [row["parameters / M"], row["FLOPs / G"], row["time / s"]]
        lines.append(f"| {row['method']} ({paper.MARK}) | – | " + " | ".join(cells) + " | – |")
    return "\n".join(lines)


def _cells(name: str, device: str, repeat: int, threads: int) -> list[str]:
    found = complexity(name)
    with torch.device("meta"):
        depth = create(name).depth
    cells = [name, f"{depth}", f"{found.parameters / 1e6:.2f}", f"{found.macs / 1e9:.2f}"]
    if not repeat:
        return [*cells, "–", "–"]
    measured = footprint.measured(name, device, repeat, threads=threads)
    return [*cells, f"{measured.seconds:.3f}", f"{measured.bytes / 2**20:.0f}"]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMED)} (all)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--repeat", type=int, default=5, help="timed passes; 0 only counts")
    parser.add_argument("--threads", type=int, default=0, help="threads on a CPU; 1 where it is shared")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in NAMED]
    if unknown or options.repeat < 0:
        parser.error(f"{unknown[0]} is none of {', '.join(NAMED)}" if unknown else "--repeat is negative")
    print(table(options.names or tuple(NAMED), options.device, options.repeat, options.threads))
    if options.repeat:
        print(f"\n{footprint.method(options.device, options.repeat, options.threads)}")
    print("\nTable 8 does not name its device and photo size, and calls the MACs FLOPs.")


if __name__ == "__main__":
    main()
