"""Files that are bound to the weights they were made on: read for these, refused for any other.

A lens, statistics or scores say nothing of another network, nor of the same one trained further.
So each says the digest of its weights: safetensors in their header, JSON under ``weights``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from interir.weights import ASSETS

from .errors import AnalysisError

SHIPPED = ASSETS / "why"
"""Where the files of shipped weights are."""

RESULTS = ASSETS / "results"
"""Where evaluations of shipped weights are."""

HEADER = "about"
"""Under what a safetensors header says what the tensors were made on."""


class BoundError(AnalysisError):
    """A file that is not what it is read as, or belongs to other weights."""


def save(tensors: Mapping[str, Tensor], path: Path, about: dict[str, Any]) -> None:
    """Write tensors with what they were made on, ``about["weights"]`` among it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(tensors), path, metadata={HEADER: json.dumps(about, sort_keys=True)})


def load(
    path: Path, digest: str, what: str, names: Iterable[str]
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors that `save` wrote, as ``what`` they are; raises `BoundError` where not, or of other weights."""
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})[HEADER])
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise BoundError(f"{path.name} holds no {what}: {error}") from error
    return tensors, _checked(about, path, digest)


def facts(path: Path, digest: str, what: str) -> dict[str, Any]:
    """A command's JSON; raises `BoundError` where it is none, or of other weights."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BoundError(f"{path.name} holds no {what}: {error}") from error
    return _checked(found, path, digest)


def _checked(about: Any, path: Path, digest: str) -> dict[str, Any]:
    made_on = about.get("weights") if isinstance(about, dict) else None
    if made_on != digest:
        raise BoundError(f"{path.name} was made on weights {made_on}, not on {digest}")
    found: dict[str, Any] = about
    return found
