"""Figures for visitors: what the browser asks for, made by `analysis.figures` from what a visitor may see.

A visitor names bundled photos, the photo of a run whose id is known, the dashboard's networks and
what comes with the package; no name is ever looked for as a path.
"""

from __future__ import annotations

import base64
import io
import json
import threading
import time
import zipfile
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from weakref import WeakSet

import torch
from PIL import Image as PILImage

from analysis.figures.errors import FigureError
from analysis.figures.export import carried_out
from analysis.figures.inputs import Followed, Inputs, Subject, bundled, sha256
from analysis.figures.manifest import Order, order
from analysis.figures.spec import WEIGHTS, Composition, Recipe
from interir import CheckpointError, UnfoldedNetwork
from interir.shapes import Image

from . import figure_forms
from .figure_forms import Shelf
from .figure_photos import NUMBERS, Placing
from .jobs import Desk
from .networks import Networks
from .runs import Run

KEPT = 8
"""Compositions that are kept, so that another preset or format draws again without running a network."""

LARGE = 1_000_000
"""Bytes of an order that holds its own maps: nothing has to be run for it, so it is not kept."""

Gathered = tuple[Composition, Inputs]
"""What a recipe gathered, and from what."""

GONE = "This run is no longer kept; press Run to make it again."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure as the browser asks for it; ``run`` is the id of the run on screen."""

    kind: str
    parameters: dict[str, Any] = field(default_factory=dict)
    preset: str = "cvpr-page"
    formats: tuple[str, ...] = ()
    run: str | None = None

    @classmethod
    def parse(cls, asked: Any) -> Wanted:
        """From JSON; raises `FigureError`."""
        types = {"kind": str, "parameters": dict, "preset": str, "formats": list, "run": str | None}
        if not isinstance(asked, dict) or "kind" not in asked:
            raise FigureError("a figure is asked for by its kind and parameters")
        known = {name: asked[name] for name in types if name in asked}
        wrong = [name for name, value in known.items() if not isinstance(value, types[name])]
        if wrong:
            raise FigureError(f"{wrong[0]} of a figure cannot be {known[wrong[0]]!r}")
        return cls(**{**known, "formats": tuple(map(str, known.get("formats", ())))})


class Visible(Inputs):
    """Opens what it was given by name, and the dashboard's networks; nothing else."""

    def __init__(self, given: Mapping[str, Path], networks: Networks, runs: Iterable[Run] = ()) -> None:
        super().__init__(device=networks.device)
        self.given, self.networks = given, networks
        self.runs = WeakSet(runs)  # it is the store that keeps them

    def find(self, name: str) -> Path:
        """Where a file is; raises `FigureError` for one that was not given."""
        if name not in self.given:
            among = ", ".join(path.name for path in bundled())
            raise FigureError(f"{name or 'the file'} is not here; there are {among}")
        self.files[name] = self.given[name]
        return self.given[name]

    def own(self) -> dict[str, bytes]:
        """Photos alone: a bank of the operator's is not handed out."""
        return {name: content for name, content in super().own().items() if Path(name).suffix not in NUMBERS}

    def network(self, name: str) -> Subject:
        """A network that can be chosen; raises `FigureError`."""
        chosen = self.networks.named(name)
        if chosen is None:
            raise FigureError(f"no network is called {name!r}; choose {' or '.join(self.networks.names)}")
        try:
            loaded = self.networks.get(chosen)
        except CheckpointError as error:
            raise FigureError(str(error)) from error
        self.weights[Path(name).name] = loaded.digest
        return Subject(Path(name).stem, loaded.digest, loaded.model)

    def followed(self, network: UnfoldedNetwork, image: Image) -> Followed:
        """What is on screen, where it is that network on that photo: it does not run again."""
        for run in self.runs:
            if run.network.model is network and torch.equal(run.subject.image, image):
                return run.observation, run.digests
        return super().followed(network, image)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What an order gathered, and from what."""

    order: Order
    composition: Composition
    inputs: Inputs


class Studio:
    """Where figures are made; ``files`` is what may be opened besides what comes with the package."""

    def __init__(self, desk: Desk, files: Mapping[str, Path], banks: tuple[str, ...] = ()) -> None:
        self.desk = desk
        given = {path.name: path for path in bundled()}
        self.given = {**given, **figure_forms.findings(), **files}
        own = tuple(name for name in files if Path(name).suffix not in NUMBERS)
        self.shelf = Shelf(desk.networks, own, banks)
        self._kept: OrderedDict[str, Gathered] = OrderedDict()
        self._turns: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def run(self, id: Any) -> Run | None:
        """The run of that id, None for None; raises `FigureError` where it is no longer kept."""
        found = self.desk.store.get(id) if isinstance(id, str) else None
        if id is not None and found is None:
            raise FigureError(GONE)
        return found

    def made(self, wanted: Wanted) -> Made:
        """Gather a figure, or find it gathered; raises `FigureError`."""
        networks = self.desk.networks
        placing = Placing(self.run, self.given, networks)
        parameters = placing.placed(wanted.parameters, wanted.run)
        asked = order(wanted.kind, parameters, wanted.preset, wanted.formats)
        recipe = asked.recipe.renamed(
            lambda name, role: networks.files.get(name, name) if role == WEIGHTS else name
        )
        told = json.dumps([recipe.kind, asdict(recipe), sorted(map(str, placing.files.values()))]).encode()
        inputs = Visible({**self.given, **placing.files}, networks, placing.runs)
        found = self._gathered(sha256(told), recipe, inputs, keep=len(told) < LARGE)
        return Made(replace(asked, recipe=recipe), *found)

    def _gathered(self, key: str, recipe: Recipe, inputs: Inputs, keep: bool) -> Gathered:
        """Gather what is not kept; who asks for the same waits for it, and nobody else does.

        Drawing, which matplotlib does for one at a time, has a lock of its own (`figures.style`).
        """
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            try:
                found = self._kept.get(key) or (recipe.gather(inputs), inputs)
                if keep:
                    self._keep(key, found)
            finally:
                self._turns.pop(key, None)
        return found

    def _keep(self, key: str, found: Gathered) -> None:
        with self._lock:
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def preview(self, wanted: Wanted) -> dict[str, Any]:
        """The figure for the screen: a picture or LaTeX, its width in inches, and its caption."""
        start = time.perf_counter()
        made = self.made(wanted)
        composition, preset = made.composition, made.order.preset
        shown: dict[str, Any] = {"caption": composition.caption(), "stem": made.order.recipe.stem}
        if not composition.formats:
            shown["latex"] = composition.latex(made.order.recipe.stem, preset)
            return {**shown, "seconds": time.perf_counter() - start}
        form, content = composition.glimpse(preset)
        with PILImage.open(io.BytesIO(content)) as picture:
            width, height = picture.size
        inches = {"inches": [preset.width, preset.width * height / width]} if form == "png" else {}
        data = f"data:image/{form};base64,{base64.b64encode(content).decode()}"
        shown |= {"picture": data, "pixels": [width, height], **inches}
        return {**shown, "seconds": time.perf_counter() - start}

    def file(self, wanted: Wanted, form: str) -> tuple[str, bytes]:
        """One file of a figure and its name, or all of them as ``zip``; raises `FigureError`."""
        beside = ("tex", "npz", "json", "zip")
        made = self.made(wanted)
        formats = wanted.formats if form in beside else (form,)
        files = carried_out(replace(made.order, formats=formats), made.composition, made.inputs)
        name = f"{made.order.recipe.stem}.{form}"
        return name, zipped(files) if form == "zip" else files[name]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP; equal files give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
