"""The photo of a run in a figure: as a file that a ZIP can carry, and with the levels it was degraded at."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from PIL.PngImagePlugin import PngInfo

from analysis.figures.errors import FigureError
from analysis.figures.inputs import ORIGIN
from interir import testsets
from interir.shapes import Image

from . import photos
from .networks import Networks
from .products import origin
from .runs import Run

HERE = "@run"
"""In place of a photo's name: the photo of the run on screen."""

PANELS = "panels"
"""The setting of a board that is filled from the tray."""

NUMBERS = (".json", ".npz")
"""Suffixes of what is no photo."""


@dataclass(frozen=True, slots=True, eq=False)
class Copy:
    """A run's photo as a file: its name, its place, and what keeps that place until the run goes."""

    name: str
    path: Path
    folder: TemporaryDirectory[str] | None = None


def copied(run: Run, given: Mapping[str, Path]) -> Copy:
    """The file of a run's photo: the one of those given that is the same, else a lossless copy."""
    found: Copy = run.once("photo as a file", lambda: _copied(run, given))
    return found


def _copied(run: Run, given: Mapping[str, Path]) -> Copy:
    image, title = shown(run), run.subject.title
    alike = {n: path for n, path in given.items() if path.stem == title and path.suffix not in NUMBERS}
    for name, path in alike.items():
        if torch.equal(testsets.read(path), image):
            return Copy(name, path)
    folder, name = TemporaryDirectory(prefix="interir-photo-"), f"{_safe(title)}.png"
    path = Path(folder.name) / (f"own-{name}" if name in given else name)
    facts, example = PngInfo(), origin(run.subject)
    if example is not None:
        facts.add_text(ORIGIN, example.file)  # its licence asks to be named wherever the copy is shown
    photos.to_pil(image).save(path, "PNG", pnginfo=facts)
    return Copy(path.name, path, folder)


def _safe(title: str) -> str:
    """A title as the stem of a file: no way into another folder, and short enough for any system."""
    return re.sub(r"[/\\:\x00-\x1f]", "-", title).lstrip(".")[:60] or "photo"


def shown(run: Run) -> Image:
    """The photo that a figure starts from: the clean one where it was degraded here."""
    clean = run.subject.clean
    return run.subject.image if clean is None or "seed" not in run.subject.levels else clean


def levels(run: Run) -> dict[str, float | int]:
    """How a figure degrades that photo: as the run did, or not at all where it is taken as it is."""
    said = run.subject.levels
    if run.subject.clean is None or "seed" not in said:
        return {"haze": 0.0, "rain": 0.0, "noise": 0.0, "seed": 0}
    return {**{name: float(said[name]) for name in ("haze", "rain", "noise")}, "seed": int(said["seed"])}


class Placing:
    """Puts what is on screen into parameters: names of photos, levels, networks.

    ``files`` are those photos, and ``runs`` those runs.

    ``find`` gives the run of an id, None for None, and raises `FigureError` for what is no longer kept.
    """

    def __init__(
        self, find: Callable[[Any], Run | None], given: Mapping[str, Path], networks: Networks
    ) -> None:
        self.find, self.given, self.networks = find, given, networks
        self.files: dict[str, Path] = {}
        self.runs: list[Run] = []

    def placed(self, parameters: dict[str, Any], id: str | None) -> dict[str, Any]:
        """Parameters with a photo's name for `HERE`, and its run's levels, seed and network if they say none.

        Panels of a board are placed likewise, each in a run of its own where it names one. Raises
        `FigureError` where there is no run.
        """
        if isinstance(parameters.get(PANELS), list):
            return {**parameters, PANELS: [self._panel(panel, id) for panel in parameters[PANELS]]}
        here = [name for name in ("photo", "photos") if HERE in _listed(parameters.get(name))]
        if not here:
            return parameters
        run = self.find(id)
        if run is None:
            raise FigureError("there is no run whose photo this could be; press Run")
        self.runs.append(run)
        name, value = self._name(copied(run, self.given)), parameters[here[0]]
        named = {here[0]: name if value == HERE else [name if each == HERE else each for each in value]}
        return {**(self._known(run) if here == ["photo"] else {}), **parameters, **named}

    def _known(self, run: Run) -> dict[str, Any]:
        return {**levels(run), "weights": self.networks.files[run.network.name]}

    def _panel(self, panel: Any, id: str | None) -> Any:
        inner = panel.get("parameters") if isinstance(panel, dict) else None
        if not isinstance(inner, dict):
            return panel
        return {**panel, "parameters": self.placed(inner, panel.get("run", id))}

    def _name(self, copy: Copy) -> str:
        """The copy's name; another where a run before has another photo of that name."""
        for number in count(1):
            name = f"{number}-{copy.name}" if number > 1 else copy.name
            known = self.files.setdefault(name, copy.path)
            if known == copy.path or known.read_bytes() == copy.path.read_bytes():
                return name
        raise AssertionError


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
