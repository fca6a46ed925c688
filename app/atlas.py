"""What the Embeddings page asks of a bank: maps over k, one's own photo on them, scores.

Maps are streamed iteration by iteration, so that the first is on screen while the rest are
computed, and whoever stops listening stops the work. The maps themselves are cached by
`analysis.embedding.maps`, by content.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.contact_sheet import cropped
from analysis.embedding import build, journeys, maps, placing, scores
from analysis.embedding.bank import Bank, BankError, Embedded, load, shipped
from analysis.embedding.build import TRAINED, thumbnail
from analysis.embedding.items import as_csv, items
from analysis.embedding.layout import RENDITIONS, as_points
from analysis.embedding.maps import METHODS, PCA, TSNE, Map, Settings
from analysis.embedding.sources import SOURCES, Pooled, embed
from interir import testsets
from interir.data import photo_paths
from interir.shapes import Image

from .jobs import Desk
from .photos import PHOTOS
from .runs import Loaded, Run, Subject, finish
from .wanted import Wanted

DIGITS = 5
"""Significant digits of coordinates on their way to the screen."""

COMMAND = "python -m analysis.embedding --data PHOTOS --weights interir-small deepsn-small"


class Atlas:
    """A bank, its scores, and the networks that place new photos on its maps."""

    def __init__(self, path: Path, desk: Desk, photos: Path | None = None) -> None:
        self.path, self.desk = path, desk
        self.folders = [folder for folder in (photos, PHOTOS) if folder]

    @cached_property
    def bank(self) -> Bank:
        """Read when first looked at; raises `BankError`."""
        return load(self.path)

    @cached_property
    def rows(self) -> tuple[list[scores.Scores], list[scores.Additivity], list[scores.Contrast]]:
        """The scores beside the bank; none where it was not scored."""
        beside = self.path.with_suffix(".json")
        return scores.load(beside) if beside.is_file() else ([], [], [])

    @cached_property
    def files(self) -> dict[str, Path]:
        """The bank's photos that are on this machine, by stem."""
        found = {path.stem: path for folder in reversed(self.folders) for path in photo_paths(folder)}
        return {name: found[name] for name in self.bank.photos if name in found}

    def picture(self, photo: int) -> bytes:
        """A small WebP of a clean photo; raises `LookupError` where there is none."""
        if self.bank.thumbnails:
            return self.bank.thumbnails[photo]
        return thumbnail(self._clean(photo), build.Options().thumbnail)

    def open(self, item: int, network: str) -> Run:
        """Restore an item of the bank by one of its networks; raises `LookupError` without its photo."""
        photo, rendition = divmod(item, len(RENDITIONS))
        clean = self._clean(photo)
        image, levels = build.renditions(clean, testsets.seed_of(photo, 0, self.bank.manifest["seed"]))
        name, which = self.bank.photos[photo], RENDITIONS[rendition]
        haze, rain, noise = levels[rendition].tolist()
        subject = Subject(
            image[rendition][None],
            clean,
            f"{name}, {which}",
            levels={"haze": haze, "rain": rain, "noise": noise},
        )
        return finish(self._loaded(network), subject, self.desk.device)

    def _clean(self, photo: int) -> Image:
        name = self.bank.photos[photo]
        if name not in self.files:
            raise LookupError(f"{name} is not on this machine: name its folder with --photos")
        return cropped(self.files[name], self.bank.manifest["side"])

    def about(self) -> dict[str, Any]:
        """Everything the page knows before the first map."""
        bank = self.bank
        return {
            **{key: bank.manifest[key] for key in ("data", "source", "side", "seed")},
            "shipped": self.path.name if self.path.resolve() in map(Path.resolve, shipped()) else None,
            "renditions": RENDITIONS,
            "photos": bank.photos,
            "files": [name in self.files for name in bank.photos],
            "pictures": [bool(bank.thumbnails) or name in self.files for name in bank.photos],
            "levels": _rounded(bank.levels),
            "psnr": _rounded(bank.psnr),
            "networks": [
                self._network(name) for name, m in bank.members.items() if m.facts["role"] == TRAINED
            ],
            "methods": {name: _form(method, bank) for name, method in METHODS.items()},
            "captions": scores.CAPTIONS,
            "chance": scores.CHANCE,
        }

    def _network(self, name: str) -> dict[str, Any]:
        member = self.bank.members[name]
        return {
            "name": name,
            "title": member.facts["title"],
            "digest": member.facts["digest"],
            "depth": member.facts["depth"],
            "gain": _rounded(self.bank.gain(name)),
            "psnr": _rounded(member.psnr),
            "sources": {s: {"title": SOURCES[s].title, "ks": [*e.ks]} for s, e in member.sources.items()},
        }

    def maps(self, wanted: Wanted) -> Iterator[tuple[int, Map]]:
        """The maps that are wanted, from the first k on; raises `BankError` or `ValueError`."""
        ready = self._ready(wanted)
        if ready is not None:
            yield from zip(self._ks(wanted), ready.maps, strict=True)
            return
        embedded, before = self._embedded(wanted), None
        for k in embedded.ks if wanted.k is None else [wanted.k]:
            grid = embedded.grids[k - embedded.first]
            before = maps.fit(as_points(grid), wanted.settings, None if before is None else before.points)
            yield k, before

    def stream(self, wanted: Wanted) -> Iterator[dict[str, Any]]:
        """`maps` as the browser takes them: the iterations to come, then the points of each."""
        yield {"ks": self._ks(wanted)}
        for k, each in self.maps(wanted):
            yield {"k": k, "points": _rounded(each.points.reshape(-1))}

    def star(self, wanted: Wanted, run: Run) -> Iterator[dict[str, Any]]:
        """Where the run's photo lies on the maps that are wanted, k by k."""
        embedded = self._embedded(wanted)
        curve = self._curve(wanted, run)
        for k, each in self.maps(wanted):
            (place,) = each.place(curve[k - embedded.first][None])
            yield {"k": k, "point": _rounded(place)}

    def verdict(self, network: str, source: str, k: int, run: Run) -> dict[str, Any]:
        """The probe's verdict on the run's photo at iteration k, and its nearest items in the bank."""
        embedded = self.bank.embedded(network, source)
        value = self._curve(Wanted(network, source, PCA()), run)[k - embedded.first]
        found = placing.fitted_probe(self.bank, network, source, k).verdicts(value[None])[0]
        order, distances = placing.neighbours(self.bank, network, source, k, value)
        near = [{"item": int(i), "distance": float(d)} for i, d in zip(order, distances, strict=True)]
        return {**asdict(found), "name": found.name, "neighbours": near}

    def csv(self, wanted: list[Wanted], k: int, chosen: list[int]) -> str:
        """The chosen items as they lie on the maps of several networks at iteration k."""
        found = []
        for each in wanted:
            at = min(k, self._embedded(each).ks[-1])
            points = next(found.points for kk, found in self.maps(each) if each.k is not None or kk == at)
            found += items(self.bank, each.network, points, chosen)
        return as_csv(found)

    def _ready(self, wanted: Wanted) -> journeys.Journey | None:
        """What needs no computing: PCA, and the stored travelling t-SNE."""
        known = placing.journeys(self.bank, wanted.network, wanted.source)
        return next((journey for journey in known.values() if journey.settings == wanted.settings), None)

    def _ks(self, wanted: Wanted) -> list[int]:
        everywhere = wanted.k is None or self._ready(wanted) is not None
        return [*self._embedded(wanted).ks] if everywhere else [wanted.k]  # type: ignore[list-item]

    def _embedded(self, wanted: Wanted) -> Embedded:
        embedded = self.bank.embedded(wanted.network, wanted.source)
        if wanted.k is not None and wanted.k not in embedded.ks:
            ks = embedded.ks
            raise BankError(f"{wanted.source} is known for k = {ks[0]} to {ks[-1]} only")
        return embedded

    def _curve(self, wanted: Wanted, run: Run) -> Float[np.ndarray, "k components"]:
        return placing.values(self.bank, wanted.network, self._pooled(wanted.network, run), wanted.source)

    def _pooled(self, network: str, run: Run) -> Pooled:
        """All sources of a network of the bank on the run's photo, as the bank's own photos were taken."""
        found: Pooled = run.once(f"pooled {network}", lambda: self._embed(network, run.subject.image))
        return found

    def _embed(self, network: str, image: Image) -> Pooled:
        part = testsets.eight_bits(middle(image, self.bank.manifest["side"]))
        return embed(self._loaded(network).model, part.to(self.desk.device))[0]

    def _loaded(self, network: str) -> Loaded:
        digest = self.bank.members[network].facts["digest"]
        loaded = self.desk.networks.by_digest(digest)
        if loaded is None:
            raise BankError(
                f"the weights of {network} in this bank ({digest}) are not among those loaded here"
            )
        return loaded


def middle(image: Image, side: int) -> Image:
    """The middle square of a photo, or what there is of it: spectra depend on the size."""
    top, left = (max(0, (n - side) // 2) for n in image.shape[-2:])
    return image[..., top : top + side, left : left + side]


def find(path: Path | None) -> Path | None:
    """The bank that was named, or the first that is shipped; None where there is none."""
    return path or next(iter(shipped()), None)


def _form(method: type[Settings], bank: Bank) -> list[dict[str, Any]]:
    """The settings of a method as fields of a form, at the values that need no computing."""
    stored = TSNE(**bank.manifest["tsne"]) if method is TSNE else method()
    return [
        {
            "name": f.name,
            "value": getattr(stored, f.name),
            "whole": not isinstance(f.default, float),
            **f.metadata,
        }
        for f in fields(method)
    ]


def _rounded(values: np.ndarray) -> Any:
    """Nested lists of few digits; None for what is not a number."""
    flat = [None if v != v else float(f"{v:.{DIGITS}g}") for v in values.reshape(-1).tolist()]
    return np.array(flat, dtype=object).reshape(values.shape).tolist()
