"""Build a bank of embeddings from a folder of clean photos, and score it.

    python -m analysis.embedding --data PHOTOS --weights interir-small deepsn-small

Every photo's middle square is taken clean and under the seven combinations, all with the photo's
own seed, and run through every network and, as null models, through the same networks untrained.
An interrupted build goes on where it was. Writes the bank and, beside it, its scores as JSON.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import interir
from interir import CheckpointError
from interir.data import photo_paths
from interir.progress import reported

from . import bank as banks
from . import build, journeys, scores
from .bank import Bank, Member
from .layout import RENDITIONS
from .maps import TSNE
from .packing import pack

LIBRARIES = ("torch", "numpy", "scikit-learn", "openTSNE")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _options(arguments)
    try:
        photos = photo_paths(options.data)[: options.limit]
        subjects = _subjects(options)
        torch.set_num_threads(1)  # the workers share the cores
        bank = _build(options, photos, subjects)
        print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB")
        if options.scores:
            _score(bank, options.out.with_suffix(".json"))
    except (CheckpointError, FileNotFoundError, banks.BankError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m analysis.embedding",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    yes_or_no, standard = argparse.BooleanOptionalAction, build.Options()
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of clean photos")
    add("--weights", nargs="+", required=True, help="names of shipped weights, or files")
    add("--early", action=yes_or_no, default=True, help="weights of early in the training, where kept, too")
    add("--untrained", action=yes_or_no, default=True, help="the networks untrained, as null models")
    add("--out", type=Path, help="the bank (default: assets/embeddings/FOLDER.npz)")
    add("--limit", type=int, help="use only the first photos")
    add("--side", type=int, default=standard.side, help="of the square that is used, in pixels")
    add("--seed", type=int, default=standard.seed, help="of levels, layers and untrained weights")
    add("--thumbnail", type=int, default=standard.thumbnail, help="longest side in pixels; 0 for none")
    add("--source", default="not said", help="where the photos come from and their licence")
    add("--workers", type=int, default=os.cpu_count(), help="photos done at a time")
    add("--device", default="cpu", help="cpu, cuda ..")
    add("--scores", action=yes_or_no, default=True, help="score the bank")
    found = parser.parse_args(arguments)
    found.out = found.out or banks.EMBEDDINGS / f"{found.data.resolve().name}.npz"
    return found


def _subjects(options: argparse.Namespace) -> list[build.Subject]:
    chosen = [build.trained(name) for name in options.weights]
    nulls = [build.untrained(name, options.seed) for name in options.weights] if options.untrained else []
    early = [build.early(name) for name in options.weights] if options.early else []
    found = [*chosen, *nulls, *filter(None, early)]
    names = [subject.facts["name"] for subject in found]
    if len(set(names)) < len(names):
        raise ValueError(f"two networks have one name: {', '.join(names)}")
    for subject in found:
        subject.model.to(options.device)
    return found


def _build(options: argparse.Namespace, photos: list[Path], subjects: list[build.Subject]) -> Bank:
    what = build.Options(options.side, options.seed, options.thumbnail)
    folder = options.out.with_suffix(".parts")
    made = build.parts(photos, subjects, folder, what, options.workers)
    parts = list(reported(made, len(photos), "photos"))
    bank = with_journeys(pack(parts, _manifest(options, photos, subjects, what)))
    banks.save(bank, options.out)
    shutil.rmtree(folder)
    return bank


def with_journeys(bank: Bank) -> Bank:
    """The bank with a travelling t-SNE of x_k for every network."""
    settings = TSNE(**bank.manifest["tsne"])
    members = {name: _travelled(member, settings) for name, member in bank.members.items()}
    return replace(bank, members=members)


def _travelled(member: Member, settings: TSNE) -> Member:
    embedded = member.sources["x"]
    return replace(member, travelled=journeys.travelling(embedded.grids, embedded.first, settings).points)


def _manifest(
    options: argparse.Namespace, photos: list[Path], subjects: list[build.Subject], what: build.Options
) -> dict[str, Any]:
    most = (len(RENDITIONS) * len(photos) - 1) / 3
    return {
        "data": options.data.resolve().name,
        "source": options.source,
        "photos": [photo.stem for photo in photos],
        "renditions": RENDITIONS,
        **asdict(what),
        "networks": [subject.facts for subject in subjects],
        "tsne": asdict(TSNE(perplexity=min(TSNE().perplexity, most))),
        "versions": {"interir": interir.__version__, **{name: version(name) for name in LIBRARIES}},
        "device": str(torch.device(options.device)),
    }


def _score(bank: Bank, path: Path) -> None:
    settings = TSNE(**bank.manifest["tsne"])
    rows = list(reported(scores.score(bank, settings), scores.count(bank), "rows of scores"))
    about = {key: bank.manifest[key] for key in ("data", "seed", "networks", "tsne", "versions")}
    scores.save(rows, path, about)
    print(f"{path}: {len(rows)} rows")


if __name__ == "__main__":
    sys.exit(main())
