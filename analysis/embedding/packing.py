"""From the parts of a build to a bank: bases found part by part, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from sklearn.decomposition import IncrementalPCA

from .bank import Bank, BankError, Basis, Embedded, Member
from .layout import COMPONENTS, GridOverK

BATCH_ROWS = 4 * COMPONENTS
"""Rows, at least, that a basis is renewed with."""


def pack(parts: Sequence[Path], manifest: dict[str, Any]) -> Bank:
    """The bank of these parts, one per photo, as `build.parts` wrote them.

    Raises `BankError` where features are not finite.
    """
    with np.load(parts[0]) as part:
        held = list(part)
    networks = [{**facts, "sources": {}} for facts in manifest["networks"]]
    members = {}
    for i, facts in enumerate(networks):
        inside = f"{i}/source/"
        names = [key.removeprefix(inside) for key in held if key.startswith(inside)]
        sources = {name: _embedded(parts, inside + name, int(facts["depth"])) for name in names}
        facts["sources"] = {name: embedded.first for name, embedded in sources.items()}
        members[facts["name"]] = Member(facts, _stacked(parts, f"{i}/psnr"), sources)
    return Bank(
        manifest={**manifest, "networks": networks},
        photos=tuple(manifest["photos"]),
        levels=_stacked(parts, "levels"),
        psnr=_stacked(parts, "psnr"),
        pixels=_stacked(parts, "pixels"),
        members=members,
        thumbnails=tuple(_read(path, "thumbnail").tobytes() for path in parts if "thumbnail" in held),
    )


def _embedded(parts: Sequence[Path], key: str, depth: int) -> Embedded:
    basis = basis_of(_batches(parts, key), key)
    grids = np.stack([basis.project(_read(path, key)) for path in parts], axis=1)
    return Embedded.of(basis, grids, first=depth + 1 - len(grids))


def basis_of(batches: Iterator[Float[np.ndarray, "rows d"]], name: str) -> Basis:
    """Principal axes of all rows, batch by batch (Ross et al., IJCV 2008); needs a first batch of 2 rows."""
    model: IncrementalPCA | None = None
    for rows in batches:
        if not np.isfinite(rows).all():
            raise BankError(f"features of {name} are not finite")
        model = model or IncrementalPCA(min(COMPONENTS, *rows.shape))
        model.partial_fit(rows)
    assert model is not None
    scale = float(np.sqrt(model.explained_variance_[0])) or 1.0
    # A new run must be projected with the very axes that are stored.
    axes = model.components_.astype(np.float16).astype(np.float32)
    return Basis(model.mean_.astype(np.float32), axes, scale)


def _batches(parts: Sequence[Path], key: str) -> Iterator[Float[np.ndarray, "rows d"]]:
    """Rows of some photos at a time, the last batch no smaller than the others."""
    rows = _read(parts[0], key)
    each = max(1, -(-BATCH_ROWS // (rows.shape[0] * rows.shape[1])))
    count = max(1, len(parts) // each)
    for chosen in np.array_split(np.arange(len(parts)), count):
        grids: list[GridOverK] = [_read(parts[i], key) for i in chosen]
        yield np.concatenate([grid.reshape(-1, grid.shape[-1]) for grid in grids])


def _stacked(parts: Sequence[Path], key: str) -> np.ndarray:
    return np.stack([_read(path, key) for path in parts])


def _read(path: Path, key: str) -> np.ndarray:
    with np.load(path) as part:
        return part[key]
