"""A bank of embeddings: the same clean photos under every rendition, in every network, at every k.

One npz file. Features lie in the basis of their first 50 principal components, found jointly over
items and k, in half precision: `Basis` takes a new run's features there. Of the offsets' ten bits
of mantissa eight are kept, an error of 0.25 % at most of each offset, and bytes of one significance lie
together, as HDF5's shuffle filter puts them: deflate then saves a third.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from interir.scores import CEILING
from interir.weights import ASSETS

from .layout import Curve, GridOverK, Levels
from .sources import Pooled

EMBEDDINGS = ASSETS / "embeddings"
FORMAT = 1


class BankError(ValueError):
    """A file that holds no bank, or a question that a bank can't answer; its text is for people."""


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Where features are kept: coordinates along principal axes, the first of standard deviation 1."""

    mean: Float[np.ndarray, " d"]
    axes: Float[np.ndarray, "components d"]  # exactly what half precision holds
    scale: float

    def project(self, features: Float[np.ndarray, "*any d"]) -> Float[np.ndarray, "*any components"]:
        """Coordinates of features, as the bank's own were computed; raises `BankError` for others."""
        if features.shape[-1] != len(self.mean):
            raise BankError(f"the bank has {len(self.mean)} features here; the run has {features.shape[-1]}")
        return (features - self.mean) @ self.axes.T / self.scale


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """One source of one network: ``grids[k - first]`` is iteration k.

    Kept as the centre of each k and the items' offsets from it: over all k the features move far,
    and what was rounded relative to that distance would drown the items' differences.
    """

    basis: Basis
    centres: Float[np.ndarray, "k components"]
    offsets: GridOverK  # as `rounded` leaves them
    first: int

    @classmethod
    def of(cls, basis: Basis, grids: GridOverK, first: int) -> Embedded:
        """The grids in the precision of a bank."""
        centres = grids.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)
        return cls(basis, centres, rounded(grids - centres[:, None, None]), first)

    @property
    def grids(self) -> GridOverK:
        """All items at every k, in the basis."""
        return self.centres[:, None, None] + self.offsets

    @property
    def ks(self) -> range:
        """The iterations that hold this source."""
        return range(self.first, self.first + len(self.centres))


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One network of a bank: what it restored, and its sources; ``facts`` are of the manifest."""

    facts: dict[str, Any]
    psnr: Float[np.ndarray, "p q"]
    sources: dict[str, Embedded]
    travelled: Float[np.ndarray, "k n 2"] | None = None  # t-SNE of x_k, from k to k


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """All of it. ``manifest`` says data, seeds, weights and versions."""

    manifest: dict[str, Any]
    photos: tuple[str, ...]
    levels: Levels
    psnr: Float[np.ndarray, "p q"]  # of the degraded photos, in dB, `CEILING` at most
    pixels: Float[np.ndarray, "p q d"]
    members: dict[str, Member]
    thumbnails: tuple[bytes, ...] = field(default=())  # WebP; none, or one per photo

    def embedded(self, network: str, source: str) -> Embedded:
        """A source of a network; raises `BankError` naming what there is."""
        if network not in self.members:
            raise BankError(f"the bank has no network {network!r}; it has {', '.join(self.members)}")
        sources = self.members[network].sources
        if source not in sources:
            raise BankError(f"{network} has no source {source!r} in the bank; it has {', '.join(sources)}")
        return sources[source]

    def holds(self, digest: str) -> str | None:
        """The name under which weights of this digest are in the bank, if they are."""
        return next((name for name, m in self.members.items() if m.facts.get("digest") == digest), None)

    def gain(self, network: str) -> Float[np.ndarray, "p q"]:
        """PSNR of the restored less that of the degraded photo, in dB; NaN where nothing was degraded."""
        return np.where(self.psnr < CEILING, self.members[network].psnr - self.psnr, np.nan)

    def place(self, network: str, source: str, pooled: Pooled) -> Curve:
        """A new run's features over k, for its first photo, in the bank's basis: ``(k, components)``.

        Raises `BankError` where the run lacks the source, or is of another architecture.
        """
        embedded = self.embedded(network, source)
        if source not in pooled:
            raise BankError(f"the run has no source {source!r}; it has {', '.join(pooled)}")
        run = pooled[source][:, 0]
        if len(run) != len(embedded.ks):
            raise BankError(
                f"the run has {len(run)} iterations of {source!r}; the bank has {len(embedded.ks)}"
            )
        return embedded.basis.project(run)


def rounded(values: np.ndarray) -> np.ndarray:
    """The nearest numbers of half precision with eight bits of mantissa."""
    bits = values.astype("<f2").view("<u2")
    return ((bits + 2) & 0xFFFC).view("<f2").astype(np.float32)


def shipped() -> list[Path]:
    """The banks that come with the package."""
    return sorted(EMBEDDINGS.glob("*.npz"))


def save(bank: Bank, path: Path) -> None:
    """Write a bank atomically; equal banks give equal bytes."""
    arrays: dict[str, np.ndarray] = {
        "manifest": np.array(json.dumps({**bank.manifest, "format": FORMAT, "photos": bank.photos})),
        "levels": bank.levels.astype(np.float32),
        "psnr": bank.psnr.astype(np.float32),
        "pixels": bank.pixels.astype(np.float32),
        "thumbnails": np.frombuffer(b"".join(bank.thumbnails), dtype=np.uint8),
        "thumbnail_sizes": np.array([len(each) for each in bank.thumbnails], dtype=np.int64),
    }
    for i, member in enumerate(bank.members.values()):
        arrays |= _flat(f"{i}", member)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    partial.replace(path)


def load(path: Path) -> Bank:
    """Read a bank; raises `BankError` with a sentence for people."""
    try:
        with np.load(io.BytesIO(path.read_bytes())) as file:
            arrays = dict(file)
        manifest = json.loads(arrays["manifest"].item())
        if manifest["format"] != FORMAT:
            raise BankError(f"{path.name} has format {manifest['format']}; this version reads {FORMAT}")
        return _bank(manifest, arrays)
    except BankError:
        raise
    except Exception as error:  # numpy, zipfile and json each raise their own
        raise BankError(f"{path.name} is not a readable bank of embeddings") from error


def _bank(manifest: dict[str, Any], arrays: dict[str, np.ndarray]) -> Bank:
    ends = np.cumsum(arrays["thumbnail_sizes"])[:-1]
    pictures = np.split(arrays["thumbnails"], ends) if len(arrays["thumbnail_sizes"]) else []
    return Bank(
        manifest=manifest,
        photos=tuple(manifest["photos"]),
        levels=arrays["levels"],
        psnr=arrays["psnr"],
        pixels=arrays["pixels"],
        members={
            facts["name"]: _member(f"{i}", facts, arrays) for i, facts in enumerate(manifest["networks"])
        },
        thumbnails=tuple(picture.tobytes() for picture in pictures),
    )


def _flat(at: str, member: Member) -> dict[str, np.ndarray]:
    arrays = {f"{at}/psnr": member.psnr.astype(np.float32)}
    if member.travelled is not None:
        arrays[f"{at}/travelled"] = _apart(member.travelled)
    for name, embedded in member.sources.items():
        basis = embedded.basis
        arrays[f"{at}/{name}/centres"] = embedded.centres.astype(np.float32)
        arrays[f"{at}/{name}/offsets"] = _apart(embedded.offsets)
        arrays[f"{at}/{name}/axes"] = _apart(basis.axes)
        arrays[f"{at}/{name}/mean"] = basis.mean.astype(np.float32)
        arrays[f"{at}/{name}/scale"] = np.array(basis.scale)
    return arrays


def _member(at: str, facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> Member:
    sources = {
        name: Embedded(
            Basis(
                arrays[f"{at}/{name}/mean"],
                _together(arrays[f"{at}/{name}/axes"]),
                float(arrays[f"{at}/{name}/scale"]),
            ),
            arrays[f"{at}/{name}/centres"],
            _together(arrays[f"{at}/{name}/offsets"]),
            first,
        )
        for name, first in facts["sources"].items()
    }
    travelled = arrays.get(f"{at}/travelled")
    return Member(facts, arrays[f"{at}/psnr"], sources, None if travelled is None else _together(travelled))


def _apart(values: np.ndarray) -> np.ndarray:
    """Half precision, all low bytes before all high ones: ``(2, *shape)`` uint8."""
    return np.moveaxis(values.astype("<f2")[..., None].view(np.uint8), -1, 0).copy()


def _together(planes: np.ndarray) -> np.ndarray:
    return np.moveaxis(planes, 0, -1).copy().view("<f2")[..., 0].astype(np.float32)
