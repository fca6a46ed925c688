"""All methods on one degraded photo, and the file that they go into."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from torch import Generator, Tensor

from interir import UnfoldedNetwork, data, degrade, testsets
from interir.degrade import COMBINATIONS, Degraded
from interir.shapes import Image
from interir.tables import finite

from ..contact_sheet import cropped
from . import causal, gradients, occlusion, paths, players, quality, stages
from .maps import Attribution
from .objectives import Function, Objective

Arrays = dict[str, np.ndarray]
Numbers = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """Steps of a way, side of a square in pixels, and squares tried in each place."""

    steps: int = gradients.STEPS
    block: int = occlusion.BLOCK
    squares: int = causal.FIRST


def drawn(
    folder: Path, limit: int, side: int, combinations: Sequence[str]
) -> Iterator[tuple[Path, str, Degraded]]:
    """The middle squares of the first photos of a folder, degraded; with all layers, and not rounded.

    The square is cut first: its layers are drawn for it.
    """
    for i, path in enumerate(data.photo_paths(folder)[:limit]):
        for name in combinations:
            generator = Generator().manual_seed(testsets.seed_of(i, COMBINATIONS.index(name)))
            yield path, name, degrade.combination(cropped(path, side), name, generator=generator)


def report(
    network: UnfoldedNetwork,
    sample: Degraded,
    objective: Objective,
    others: Sequence[Path],
    settings: Settings,
) -> tuple[Arrays, Numbers]:
    """Signed maps of all methods, and what goes beside them."""
    maps, numbers = _credited(network, sample, objective, settings)
    squares = borrowed(others, settings.squares, settings.block)
    effects = _last(causal.causal_effects(network, sample, objective.region, squares, block=settings.block))
    passed = _last(stages.conductance(network, _straight(sample, settings), objective))
    moved = stages.moves(network, sample.image, objective)
    mixed = list(players.mixtures(objective.of(network), sample))
    maps |= {"cem": _array(effects.values), "moves": _array(moved.values), "conductance": _array(passed.maps)}
    numbers |= {
        "cem": dict(zip(("helps", "harms", "neither"), effects.counts, strict=True)),
        "mixtures": {mixture.name: mixture.value for mixture in mixed},
        **asdict(players.shares(mixed)),
        "moves": {
            "credit": moved.totals.tolist(),
            "first": moved.first,
            "last": moved.last,
            "gap": moved.gap,
        },
        "conductance": {name: amounts.tolist() for name, amounts in passed.values.items()}
        | {"by": passed.by.tolist(), "change": passed.change},
    }
    return maps, numbers


def _credited(
    network: UnfoldedNetwork, sample: Degraded, objective: Objective, settings: Settings
) -> tuple[Arrays, Numbers]:
    """The methods that give credit to pixels, each with the baseline and the function it is for."""
    image, clean, function = sample.image, sample.clean, objective.of(network)
    detail = Objective("detail", objective.region).of(network)
    sharp = paths.focusing(image, settings.steps)
    found = {
        "saliency": (gradients.saliency(function, image), function, clean),
        "ig": (_last(gradients.along(function, _straight(sample, settings), "ig")), function, clean),
        "lam": (_last(gradients.along(detail, sharp, "lam")), detail, sharp[0]),
        "occlusion": (_last(occlusion.occlusion(function, image, clean, settings.block)), function, clean),
    }
    maps = {name: _array(attribution.signed) for name, (attribution, *_) in found.items()}
    numbers = {name: _judged(*each, image, settings) for name, each in found.items()}
    return maps, {"maps": numbers}


def _judged(
    found: Attribution, function: Function, baseline: Image, image: Image, settings: Settings
) -> dict[str, float]:
    """What stands beside a map; the sensitivity of a slope only, whose explanation is one run."""
    trusted = _last(quality.infidelity(function, image, baseline, found, block=settings.block))
    judged = {"change": found.change, "gap": found.gap, "diffusion": found.diffusion}
    judged["infidelity"] = trusted.value
    if found.slope:
        steady = quality.sensitivity(lambda x: gradients.saliency(function, x).values, image, found.values)
        judged["sensitivity"] = _last(steady).value
    return judged


def borrowed(others: Sequence[Path], count: int, block: int, seed: int = 0) -> Tensor:
    """Random squares of other photos, ``(count, 3, block, block)``."""
    generator = Generator().manual_seed(seed)
    photos = [data.read_photo(path) for path in others[:count]]
    return data.random_patches(photos, count, block, generator)


def save(path: Path, arrays: Arrays, manifest: dict[str, Any]) -> None:
    """Write arrays and their manifest atomically; None for what is not a finite number."""
    text = json.dumps(finite(manifest), allow_nan=False)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez_compressed(file, manifest=np.array(text), **arrays)  # type: ignore[arg-type]
    partial.replace(path)


def _last(items: Iterator[T]) -> T:
    *_, found = items
    return found


def _straight(sample: Degraded, settings: Settings) -> paths.Path:
    return paths.straight(sample.clean, sample.image, settings.steps)


def _array(values: Tensor) -> np.ndarray:
    return values.float().cpu().numpy()
