"""Parameters and multiply-accumulates of every named configuration, beside the paper's Table 8.

    python -m interir.complexity

MACs are half of what torch's FlopCounterMode counts for a 3 x 256 x 256 photo: matrix products
and convolutions, not Fourier transforms and element-wise work. Counted on tensors without data.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from .configs import NAMED, create

TABLE_8 = {"interir-paper": (27e6, 22e9), "deepsn-full": (24e6, 86e9)}
"""Parameters and MACs that the paper prints."""


@dataclass(frozen=True, slots=True)
class Complexity:
    """The size of a network and the work of one photo."""

    parameters: int
    macs: int


def complexity(name: str, side: int = 256, **overrides: object) -> Complexity:
    """Count a named configuration on a square photo of ``side`` px."""
    with torch.device("meta"):
        network = create(name, **overrides).eval()
        photo = torch.empty(1, 3, side, side)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(photo)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    return Complexity(parameters, counter.get_total_flops() // 2)


def table() -> str:
    """All named configurations as Markdown."""
    lines = [
        "| configuration | iterations | parameters / M | MACs / G | Table 8: parameters / M | MACs / G |",
        "|---|---|---|---|---|---|",
    ]
    for name in NAMED:
        found, printed = complexity(name), TABLE_8.get(name)
        paper = [f"{printed[0] / 1e6:.0f}", f"{printed[1] / 1e9:.0f}"] if printed else ["–", "–"]
        with torch.device("meta"):
            depth = create(name).depth
        cells = [name, f"{depth}", f"{found.parameters / 1e6:.2f}", f"{found.macs / 1e9:.2f}", *paper]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
