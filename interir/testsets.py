"""What methods are scored on: photos degraded here with fixed seeds, or pairs of a benchmark.

Degraded photos are rounded to 8 bits, as files are: a network that is run here and a method
that reads the exported PNGs get the same pixels.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import torch
from PIL import Image as PILImage
from torch import Generator

from . import data, degrade, pairs
from .shapes import Image

MANIFEST = "manifest.json"


class CaseError(ValueError):
    """Photos that cannot be scored, with a sentence for people."""


@dataclass(frozen=True, slots=True)
class Case:
    """One degraded photo: its column in the table, its clean photo, the stem of its file, and its pixels."""

    column: str
    photo: str  # several files may share one: they are no independent samples
    stem: str
    load: Callable[[], tuple[Image, Image]]
    """The degraded and the clean photo, both of 8 bits."""


def seed_of(i: int, j: int, seed: int = 0) -> int:
    """The seed of photo i under combination j, both from 0."""
    return seed + 1000 * i + j


def degraded_photos(folder: Path, limit: int | None = None) -> Iterator[tuple[Path, str, degrade.Degraded]]:
    """The degraded photos of a folder, reproducible one by one; not rounded."""
    for i, path in enumerate(data.photo_paths(folder)[:limit]):
        for j, name in enumerate(degrade.COMBINATIONS):
            yield path, name, _degraded(path, i, j)


def synthetic(folder: Path, limit: int | None = None) -> list[Case]:
    """The seven combinations of each photo of a folder, as `degraded_photos` draws them.

    Raises `CaseError` for two photos of one stem, whose files would have the same name.
    """
    paths = data.photo_paths(folder)[:limit]
    _refuse_twins([path.stem for path in paths], str(folder))
    return [
        Case(name, path.stem, f"{path.stem}__{name}", partial(_load_degraded, path, i, j))
        for i, path in enumerate(paths)
        for j, name in enumerate(degrade.COMBINATIONS)
    ]


def benchmark(label: str, degraded: Path, clean: Path, limit: int | None = None) -> list[Case]:
    """The pairs of a benchmark in one column, ``label``; `pairs.match` says which belong together."""
    found = pairs.match(degraded, clean)[:limit]
    _refuse_twins([dark.stem for dark, _ in found], str(degraded))
    return [
        Case(label, f"{label}/{bright.stem}", dark.stem, partial(_load_pair, dark, bright))
        for dark, bright in found
    ]


def label_of(degraded: Path, clean: Path) -> str:
    """A benchmark's name: that of the folder which holds both of its folders, else the degraded one's."""
    degraded, clean = degraded.resolve(), clean.resolve()
    return degraded.parent.name if degraded != clean and degraded.parent == clean.parent else degraded.name


def export(folder: Path, out: Path, limit: int | None = None) -> Iterator[Path]:
    """Write every degraded photo as ``PHOTO__COMBINATION.png``, and at last a manifest; yield each file.

    The manifest says the seed and the levels of each file, in the units of Table 6.
    """
    out.mkdir(parents=True, exist_ok=True)
    cases = synthetic(folder, limit)
    entries: list[dict[str, object]] = []
    for case, (path, name, sample) in zip(cases, degraded_photos(folder, limit), strict=True):
        file = out / f"{case.stem}.png"
        pixels = data.to_bytes(sample.image)[0].permute(1, 2, 0).contiguous().numpy()
        PILImage.fromarray(pixels).save(file)
        seed = seed_of(len(entries) // len(degrade.COMBINATIONS), degrade.COMBINATIONS.index(name))
        entries.append(
            {"file": file.name, "photo": path.name, "combination": name, "seed": seed, **_levels(sample)}
        )
        yield file
    about = {"folder": folder.resolve().name, "levels": "units of Table 6", "bits": 8, "files": entries}
    (out / MANIFEST).write_text(json.dumps(about, indent=1))


def restored(folder: Path, cases: Sequence[Case]) -> dict[tuple[str, str], Path]:
    """Another method's file for each case: of the degraded file's stem, in ``folder/COLUMN`` or ``folder``.

    Raises `CaseError` that names what is missing.
    """
    found: dict[tuple[str, str], Path] = {}
    for column in dict.fromkeys(case.column for case in cases):
        inner = folder / column
        files = {path.stem: path for path in data.photo_paths(inner if inner.is_dir() else folder)}
        found |= {(column, stem): path for stem, path in files.items()}
    missing = [case.stem for case in cases if (case.column, case.stem) not in found]
    if missing:
        raise CaseError(f"{folder} lacks {len(missing)} of {len(cases)} files: {pairs.names(missing)}")
    return found


def read(path: Path) -> Image:
    """A file as a batch of one photo in [0, 1]."""
    return data.to_unit(data.read_photo(path)).unsqueeze(0)


def eight_bits(image: Image) -> Image:
    """The photo that comes back from a PNG file."""
    return data.to_unit(data.to_bytes(image))


@lru_cache(maxsize=1)
def _read_once(path: Path, modified: int) -> Image:
    """A clean photo, read once for its seven combinations."""
    del modified  # only part of the key
    return read(path)


def _degraded(path: Path, i: int, j: int) -> degrade.Degraded:
    generator = Generator().manual_seed(seed_of(i, j))
    clean = _read_once(path, path.stat().st_mtime_ns)
    return degrade.combination(clean, degrade.COMBINATIONS[j], generator=generator)


def _load_degraded(path: Path, i: int, j: int) -> tuple[Image, Image]:
    sample = _degraded(path, i, j)
    return eight_bits(sample.image), sample.clean


def _load_pair(degraded: Path, clean: Path) -> tuple[Image, Image]:
    image, target = read(degraded), read(clean)
    height, width = image.shape[-2:]
    top, left = (target.shape[-2] - height) // 2, (target.shape[-1] - width) // 2
    if min(top, left) < 0:
        raise CaseError(f"{clean} is smaller than {degraded}, {_size(target)} and {_size(image)}")
    # The clean photos of SOTS-Indoor have a border of 10 px that the hazy ones lack.
    return image, target[..., top : top + height, left : left + width]


def _size(image: torch.Tensor) -> str:
    return f"{image.shape[-1]} x {image.shape[-2]} px"


def _levels(sample: degrade.Degraded) -> dict[str, float]:
    levels = sample.levels
    return {"haze": levels.haze.item(), "rain": levels.rain.item(), "noise": levels.noise.item()}


def _refuse_twins(stems: Sequence[str], folder: str) -> None:
    twins = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twins:
        raise CaseError(f"{folder} holds several photos called {pairs.names(twins)}; the stem must be unique")
