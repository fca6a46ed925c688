"""What a figure is made from: everything is opened here, and its hash kept.

Files go by their names. They are looked for in the folders that were given, among the photos and
results that come with the package, and at last as a path.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from PIL import Image as PILImage

from interir import CheckpointError, Observation, UnfoldedNetwork, testsets, weights
from interir.shapes import Image
from interir.tables import escape

from ..bound import RESULTS, SHIPPED
from ..digest import Digest, follow
from ..embedding.bank import EMBEDDINGS
from .errors import FigureError
from .words import credited

PHOTOS = weights.ASSETS / "photos"
FOLDERS = (PHOTOS, RESULTS, RESULTS / "ablation", EMBEDDINGS, SHIPPED)
"""Folders of what comes with the package and can stand in a figure."""
ORIGIN = "Origin"
"""Key of the text in a PNG that names the bundled photo it was made from."""

_RUNNING = threading.Lock()

Followed = tuple[Observation, tuple[Digest, ...]]
"""What was observed, and every iteration."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A network, and which weights it has."""

    name: str
    digest: str
    model: UnfoldedNetwork

    @property
    def sentence(self) -> str:
        """Both, as LaTeX."""
        return (
            rf"{escape(self.model.title)} (\texttt{{{escape(self.name)}}}, weights \texttt{{{self.digest}}})"
        )


class Inputs:
    """Opens files and networks, and remembers what they were.

    ``folders`` are searched first, in order. A network stays on ``device``.
    """

    def __init__(self, folders: Sequence[Path] = (), device: str = "cpu") -> None:
        self.folders, self.device = tuple(folders), device
        self.files: dict[str, Path] = {}
        self.weights: dict[str, str] = {}

    def find(self, name: str) -> Path:
        """Where a file is; raises `FigureError` that says where it was looked for."""
        places = [folder / name for folder in (*self.folders, *FOLDERS, Path())]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            among = ", ".join(path.name for path in bundled())
            raise FigureError(f"{name or 'the file'} was not found; give its folder, or take one of {among}")
        self.files[Path(name).name if Path(name).is_absolute() else name] = found
        return found

    def photo(self, name: str) -> Image:
        """A photo, ``(1, 3, H, W)``; raises `FigureError`."""
        return testsets.read(self.find(name))

    def credit(self, name: str) -> str:
        """What a bundled photo's licence asks a caption to say, also of a copy; nothing for others."""
        path = self.find(name)
        entries = json.loads((PHOTOS / "photos.json").read_text(encoding="utf-8"))
        origin = path.name if path.parent == PHOTOS else _origin(path)
        found = next((e for e in entries if e["file"] == origin), None)
        return "" if found is None else credited(found["credit"], found["licence"])

    def network(self, name: str) -> Subject:
        """A network by the name of shipped weights, or by a file's; raises `FigureError`."""
        try:
            path = weights.find(next((f / name for f in self.folders if (f / name).is_file()), name))
            digest = weights.digest(path)
            model = _network(path, digest, self.device)
        except CheckpointError as error:
            raise FigureError(str(error)) from error
        self.weights[Path(name).name] = digest
        return Subject(path.stem, digest, model)

    def followed(self, network: UnfoldedNetwork, image: Image) -> Followed:
        """A run, k = 0..N, as the dashboard keeps it; two are remembered for their next figures."""
        with _RUNNING:  # two figures of one photo at once would both run it: the cache holds no lock
            return _followed(network, image.numpy().tobytes(), image.shape)

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file that was opened, by name; weights apart."""
        return {name: sha256(path.read_bytes()) for name, path in sorted(self.files.items())}

    def own(self) -> dict[str, bytes]:
        """Photos that don't come with the package: without them nobody can make the figure again."""
        own = {n: path for n, path in self.files.items() if not path.is_relative_to(weights.ASSETS)}
        return {name: path.read_bytes() for name, path in own.items()}


def _origin(path: Path) -> str | None:
    """The bundled photo that a PNG is a smaller copy of, by its text under `ORIGIN`."""
    with PILImage.open(path) as file:
        return file.info.get(ORIGIN)


def bundled() -> list[Path]:
    """The photos that come with the package."""
    return [path for path in sorted(PHOTOS.iterdir()) if path.suffix in {".png", ".jpg"}]


def sha256(content: bytes) -> str:
    """The hash in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=4)
def _network(path: Path, digest: str, device: str) -> UnfoldedNetwork:
    del digest  # only part of the key
    return weights.load(path).to(device)


@lru_cache(maxsize=2)
@torch.inference_mode()
def _followed(network: UnfoldedNetwork, content: bytes, shape: torch.Size) -> Followed:
    image = torch.frombuffer(bytearray(content), dtype=torch.float32).reshape(shape)
    observations, digests = zip(*follow(network, image.to(next(network.parameters()).device)), strict=True)
    return observations[0], digests
