"""PSNR and SSIM of networks on the seven combinations of a folder of clean photos.

    python -m interir.evaluate --weights interir-small deepsn-small --data PHOTOS

Every network sees the same degraded photos: photo i under combination j is drawn with a
seed of its own, at levels uniform over Table 6.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator

from . import data, degrade, metrics, weights
from .unfolding import UnfoldedNetwork

INPUT = "input"
"""The name under which the degraded photos themselves are scored."""


@dataclass(frozen=True, slots=True)
class Score:
    """One photo under one combination, restored by one method."""

    method: str
    combination: str
    photo: str
    psnr: float
    ssim: float


def degraded_photos(
    folder: Path, limit: int | None = None, seed: int = 0
) -> Iterator[tuple[Path, str, degrade.Degraded]]:
    """The degraded photos of a folder, reproducible one by one."""
    for i, path in enumerate(data.photo_paths(folder)[:limit]):
        clean = data.to_unit(data.read_photo(path)).unsqueeze(0)
        for j, name in enumerate(degrade.COMBINATIONS):
            generator = Generator().manual_seed(seed + 1000 * i + j)
            yield path, name, degrade.combination(clean, name, generator=generator)


@torch.inference_mode()
def evaluate(
    networks: dict[str, UnfoldedNetwork], folder: Path, *, limit: int | None = None, device: str = "cpu"
) -> Iterator[Score]:
    """Score the input and every network on every photo and combination, as they come."""
    for path, name, sample in degraded_photos(folder, limit):
        clean, image = sample.clean.to(device), sample.image.to(device)
        restored = {INPUT: image, **{key: network(image) for key, network in networks.items()}}
        for key, estimate in restored.items():
            psnr, ssim = metrics.psnr(estimate, clean), metrics.ssim(estimate, clean)
            yield Score(key, name, path.stem, psnr.item(), ssim.item())


def means(scores: Sequence[Score]) -> dict[str, dict[str, tuple[float, float]]]:
    """Mean PSNR and SSIM by method and combination, and over all combinations ("mean")."""
    table: dict[str, dict[str, tuple[float, float]]] = {}
    for method in dict.fromkeys(score.method for score in scores):
        own = [score for score in scores if score.method == method]
        groups = {name: [s for s in own if s.combination == name] for name in degrade.COMBINATIONS}
        table[method] = {name: _mean(group) for name, group in {**groups, "mean": own}.items() if group}
    return table


def _mean(scores: Sequence[Score]) -> tuple[float, float]:
    return sum(s.psnr for s in scores) / len(scores), sum(s.ssim for s in scores) / len(scores)


def as_text(table: dict[str, dict[str, tuple[float, float]]]) -> str:
    """The table as Markdown, like the paper's Table 1."""
    columns = [*degrade.COMBINATIONS, "mean"]
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for method, row in table.items():
        cells = [f"{row[name][0]:.2f} / {row[name][1]:.3f}" for name in columns]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def record(
    table: dict[str, dict[str, tuple[float, float]]], method: str, folder: Path, scores: Sequence[Score]
) -> dict[str, object]:
    """What the header of weights says about their scores: dB and SSIM by combination, and on what."""
    rounded = {
        row: {name: [round(value, 3) for value in pair] for name, pair in table[row].items()}
        for row in (INPUT, method)
    }
    photos = len({score.photo for score in scores})
    return {"photos": photos, "folder": folder.name, "input": rounded[INPUT], "network": rounded[method]}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", nargs="+", required=True, help="names of shipped weights, or files")
    parser.add_argument("--data", type=Path, required=True, help="a folder of clean photos")
    parser.add_argument("--limit", type=int, help="only the first photos")
    parser.add_argument("--record", action="store_true", help="write the means into the weights' headers")
    parser.add_argument("--json", type=Path, help="also write every score here")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    networks = {Path(name).stem: weights.load(name).to(options.device) for name in options.weights}
    scores = []
    for score in evaluate(networks, options.data, limit=options.limit, device=options.device):
        scores.append(score)
        if score.combination == degrade.COMBINATIONS[-1] and score.method == list(networks)[-1]:
            print(f"\r{score.photo}", end="", flush=True)
    table = means(scores)
    print("\r" + as_text(table))
    if options.record:
        for name in options.weights:
            weights.annotate(weights.find(name), scores=record(table, Path(name).stem, options.data, scores))
    if options.json:
        rows = [{name: getattr(score, name) for name in Score.__slots__} for score in scores]
        options.json.write_text(json.dumps(rows, indent=0))


if __name__ == "__main__":
    main()
