"""The manifest: what makes a figure again to the byte, and what it was made from the first time.

``kind``, ``parameters``, ``preset`` and ``formats`` are the order; a file with these alone can be
written by hand. Everything else is what was found when it was carried out.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import interir

from .errors import FigureError
from .inputs import Inputs, sha256
from .kinds import KINDS
from .presets import PRESETS, Preset
from .spec import RUN, Recipe, filled

FORMAT = 1
LIBRARIES = ("torch", "numpy", "matplotlib", "pillow", "scikit-image", "scipy", "tueplots")


@dataclass(frozen=True, slots=True)
class Order:
    """A figure that is wanted: its recipe, where it will stand, and the kinds of files."""

    recipe: Recipe
    preset: Preset
    formats: tuple[str, ...] = ("pdf",)


def written(order: Order, inputs: Inputs, files: dict[str, bytes]) -> str:
    """The manifest of what was made."""
    facts = {
        "format": FORMAT,
        "kind": order.recipe.kind,
        "parameters": asdict(order.recipe),
        "preset": order.preset.name,
        "formats": order.formats,
        "inputs": inputs.hashes(),
        "weights": dict(sorted(inputs.weights.items())),
        "versions": {"interir": interir.__version__, **{name: version(name) for name in LIBRARIES}},
        "platform": here(),
        "files": {name: sha256(content) for name, content in sorted(files.items())},
    }
    return json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def here() -> dict[str, str | int]:
    """What bits may depend on besides versions."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
    }


def read(path: Path) -> tuple[Order, dict[str, Any]]:
    """The order in a manifest, and all of its facts; raises `FigureError` with a sentence for people."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        kind, parameters = facts["kind"], facts.get("parameters", {})
        preset, formats = facts.get("preset", "cvpr-page"), tuple(facts.get("formats", ()))
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise FigureError(f"{path.name} is no manifest of a figure: {error}") from error
    if facts.get("format", FORMAT) != FORMAT:
        raise FigureError(f"{path.name} has format {facts['format']}; this version reads {FORMAT}")
    return order(kind, parameters, preset, formats), facts


def order(kind: str, parameters: dict[str, Any], preset: str, formats: tuple[str, ...]) -> Order:
    """An order from plain values; raises `FigureError` naming what there is."""
    if kind not in KINDS:
        raise FigureError(f"{kind!r} is no kind of figure; there are {', '.join(KINDS)}")
    if preset not in PRESETS:
        raise FigureError(f"{preset!r} is no preset; there are {', '.join(PRESETS)}")
    return Order(filled(KINDS[kind], parameters), PRESETS[preset], formats)


def localised(recipe: Recipe) -> tuple[Recipe, tuple[Path, ...]]:
    """The recipe with bare names instead of absolute paths, and the folders in which these are."""
    folders: dict[Path, None] = {}

    def bare(name: str, role: str) -> str:
        path, parts = Path(name), 2 if role == RUN else 1
        if not path.is_absolute() and ".." not in path.parts:
            return name
        folders[path.parents[parts - 1]] = None
        return "/".join(path.parts[-parts:])

    return recipe.renamed(bare), tuple(folders)


def compared(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """What differs between two manifests, a sentence each; nothing where all is the same."""
    for part in ("versions", "platform", "weights", "inputs", "files"):
        for name, was in before.get(part, {}).items():
            now = after[part].get(name)
            if now != was:
                yield f"{part}: {name} was {_short(was)} and is {_short(now)}"


def _short(value: Any) -> str:
    return "missing" if value is None else str(value)[:16]
