"""The slow half of making a bank: every photo under every rendition through every network.

Photos are done one by one, each into a file of its own that appears only when it is complete, so
that an interrupted build goes on where it was and memory does not grow with the photos. The
renditions of a photo are one batch: batches cost the small networks nothing (0.26 s of one core
per photo of 256 x 256 px at a batch of 1 and of 8 alike), and photos of one bank may differ in
size. Workers are threads, as torch lets go of Python's lock while it computes; give torch one
thread of its own then.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as PILImage
from torch import Generator, Tensor

from analysis.contact_sheet import cropped
from interir import UnfoldedNetwork, degrade, metrics, nulls, testsets, weights
from interir.configs import build as build_network
from interir.configs import to_dict
from interir.data import to_bytes
from interir.scores import CEILING
from interir.shapes import Image

from . import pixels
from .layout import RENDITIONS
from .sources import embed, held_by

TRAINED, UNTRAINED, EARLY = "trained", "untrained", "early"

NULL_SOURCES = ("x",)
"""What is embedded of a null model: enough to compare scores over k and maps."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a photo's part depends on, besides the photo and the networks."""

    side: int = 256
    """Of the middle square that is used, in pixels."""

    seed: int = 0
    thumbnail: int = 48
    """Longest side of the stored thumbnails, in pixels; 0 stores none."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A network to embed, the sources wanted of it, and what the manifest says about it."""

    model: UnfoldedNetwork
    sources: tuple[str, ...]
    facts: dict[str, Any]


def trained(name_or_file: str | Path) -> Subject:
    """Weights by name or file; raises `CheckpointError`."""
    path = weights.find(name_or_file)
    model = weights.load(path)
    return Subject(
        model, held_by(model), {**_facts(path.stem, model, TRAINED), "digest": weights.digest(path)}
    )


def untrained(name_or_file: str | Path, seed: int) -> Subject:
    """The same network as its training found it, or as ``seed`` draws it where the start isn't known."""
    path = weights.find(name_or_file)
    checkpoint = weights.read(path)
    start = checkpoint.provenance.get("recipe", {}).get("seed", seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(start)
        model = build_network(checkpoint.config).eval().requires_grad_(False)
    facts = _facts(f"{path.stem}, untrained", model, UNTRAINED)
    return Subject(model, NULL_SOURCES, {**facts, "seed": start, "of": path.stem})


def early(name_or_file: str | Path) -> Subject | None:
    """The network early in its training, where those weights are kept beside the last (`interir.nulls`)."""
    path = weights.find(name_or_file)
    beside = path.parent / nulls.EARLY / path.name
    if not beside.is_file():
        return None
    model = nulls.early(path)
    facts = {**_facts(f"{path.stem}, early", model, EARLY), "digest": weights.digest(beside)}
    return Subject(model, NULL_SOURCES, {**facts, "of": path.stem})


def parts(
    photos: Sequence[Path], subjects: Sequence[Subject], folder: Path, options: Options, workers: int = 1
) -> Iterator[Path]:
    """Make what is missing of the photos' parts in ``folder`` and yield all, in the photos' order.

    A part's name says photo, networks and options, so that no part of another build is taken
    for one of this.
    """
    folder.mkdir(parents=True, exist_ok=True)
    build = hashlib.sha256(repr((options, [_identity(subject) for subject in subjects])).encode())
    make = partial(_made, subjects=subjects, folder=folder, options=options, build=build.hexdigest())
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(make, range(len(photos)), photos)


def renditions(clean: Image, seed: int) -> tuple[Image, Tensor]:
    """A clean photo and its seven combinations as one batch of 8 bits, and their levels ``(q, 3)``.

    All are drawn with one seed, so they share levels, streaks, depth, airlight and noise.
    """
    samples = [
        degrade.combination(clean, name, generator=Generator().manual_seed(seed))
        for name in ("", *RENDITIONS[1:])
    ]
    levels = [torch.cat([s.levels.haze, s.levels.rain, s.levels.noise]) for s in samples]
    return testsets.eight_bits(torch.cat([sample.image for sample in samples])), torch.stack(levels)


def _facts(name: str, model: UnfoldedNetwork, role: str) -> dict[str, Any]:
    config = to_dict(model.config)
    return {"name": name, "title": model.title, "role": role, "depth": model.depth, "config": config}


def _identity(subject: Subject) -> str:
    return json.dumps([subject.facts, subject.sources], sort_keys=True)


def _made(
    i: int, photo: Path, subjects: Sequence[Subject], folder: Path, options: Options, build: str
) -> Path:
    content = hashlib.sha256(build.encode() + photo.read_bytes()).hexdigest()[:16]
    path = folder / f"{i:05}-{content}.npz"
    if not path.exists():
        partial_file = path.with_suffix(".partial")
        with partial_file.open("wb") as file:
            np.savez(file, **_part(i, photo, subjects, options))  # type: ignore[arg-type]
        partial_file.replace(path)
    return path


@torch.inference_mode()
def _part(i: int, photo: Path, subjects: Sequence[Subject], options: Options) -> dict[str, np.ndarray]:
    clean = cropped(photo, options.side)
    image, levels = renditions(clean, testsets.seed_of(i, 0, options.seed))
    arrays = {
        "levels": levels.numpy(),
        "psnr": _psnr(image, clean),
        "pixels": pixels.statistics(image).numpy(),
    }
    if options.thumbnail:
        arrays["thumbnail"] = np.frombuffer(thumbnail(clean, options.thumbnail), dtype=np.uint8)
    for j, subject in enumerate(subjects):
        device = next(subject.model.parameters()).device
        pooled, restored = embed(subject.model, image.to(device), subject.sources)
        arrays[f"{j}/psnr"] = _psnr(restored.cpu(), clean)
        arrays |= {f"{j}/source/{name}": vectors for name, vectors in pooled.items()}
    return arrays


def _psnr(image: Image, clean: Image) -> np.ndarray:
    """PSNR as files are scored: rounded to 8 bits, at most `CEILING`."""
    values = metrics.psnr(testsets.eight_bits(image), clean.expand_as(image))
    return values.clamp(max=CEILING).numpy()


def thumbnail(clean: Image, longest: int) -> bytes:
    """A photo as a small WebP, its longest side of ``longest`` pixels."""
    picture = PILImage.fromarray(to_bytes(clean[0]).permute(1, 2, 0).contiguous().numpy())
    picture.thumbnail((longest, longest))
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=60, method=6)
    return file.getvalue()
