"""Links into the dashboard: a state as the words of an address, and back; and the state of a manifest.

``?photo=china.jpg&haze=60&rain=120&noise=15&seed=7&network=interir-small&k=4&tab=operators`` opens the
dashboard as it was. What a link leaves out is as on the first page; only bundled photos can be named.
(``page`` is a word of Gradio's own.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlencode

from analysis.figures import manifest
from analysis.figures.errors import FigureError
from analysis.figures.inputs import Inputs
from analysis.figures.kinds import KINDS, PINNED
from analysis.figures.manifest import Order
from analysis.figures.presets import PRESETS
from analysis.figures.spec import FILE, RUN

from . import jobs, photos
from .jobs import Form
from .networks import Networks
from .products import origin
from .runs import Run

LEVELS = ("haze", "rain", "noise")
INPUTS = {"clean": jobs.DEGRADE, "degraded": jobs.REAL}


class LinkError(ValueError):
    """A state that cannot be opened or said; its text is for people."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to open the dashboard: the form, and what is looked at of its run."""

    form: Form
    k: int | None = None  # None: the last one
    page: str = ""
    figure: dict[str, Any] | None = None  # kind, parameters, preset and formats, as a manifest says them
    note: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)  # what the figure opens, by the names it uses

    @property
    def view(self) -> dict[str, Any]:
        """What the browser is told."""
        return {"k": self.k, "page": self.page, "figure": self.figure, "note": self.note}


def parse(
    query: Mapping[str, str], blank: Form, networks: Sequence[str], pages: Sequence[str]
) -> Place | None:
    """The place that an address says, for the rest as ``blank``; None where it says none.

    Raises `LinkError` for a value that cannot be.
    """
    known = {"photo", "input", *LEVELS, "seed", "network", "compare", "k", "tab", "figure", "preset"}
    if not known & set(query):
        return None
    levels = {name: _number(query, name, float, getattr(blank, name)) for name in LEVELS}
    form = replace(
        blank,
        photo=_photo(query["photo"]) if "photo" in query else blank.photo,
        kind=INPUTS.get(_one_of(query, "input", tuple(INPUTS)), blank.kind),
        **levels,
        seed=_number(query, "seed", int, blank.seed),
        network=_one_of(query, "network", networks) or blank.network,
        compare=_one_of(query, "compare", networks) or blank.compare,
    )
    k = _number(query, "k", int, None)
    return Place(form, k, _one_of(query, "tab", pages), _figure(query))


def _figure(query: Mapping[str, str]) -> dict[str, Any] | None:
    kind = _one_of(query, "figure", [kind for kind in KINDS if kind not in PINNED])
    preset = _one_of(query, "preset", tuple(PRESETS))
    return {name: word for name, word in (("kind", kind), ("preset", preset)) if word} or None


def _photo(name: str) -> str:
    found = next((example for example in photos.examples() if example.file == name), None)
    if found is None:
        names = ", ".join(example.file for example in photos.examples())
        raise LinkError(f"The link names the photo {name!r}; those that come with the dashboard are {names}.")
    return str(found.path)


def _one_of(query: Mapping[str, str], name: str, values: Sequence[str]) -> str:
    """A word of the address, or nothing where it is not there; raises `LinkError` naming what there is."""
    word = query.get(name, "")
    if word and word not in values:
        raise LinkError(f"The link says {name} = {word!r}; there is {', '.join(values)}.")
    return word


def _number(query: Mapping[str, str], name: str, kind: type[float], default: Any) -> Any:
    """A number of the address that is finite; raises `LinkError`. Ranges are the form's to check."""
    if name not in query:
        return default
    try:
        value = kind(query[name])
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise LinkError(f"The link says {name} = {query[name]!r}; it must be a number.")
    return value


def written(runs: Sequence[Run]) -> str:
    """The words of an address for the runs on screen; raises `LinkError` for a photo it cannot name."""
    subject = runs[0].subject
    example = origin(subject)
    if example is None or (subject.clean is not None and "seed" not in subject.levels):
        raise LinkError(
            "A link cannot carry your own photo. Send the ZIP of a figure instead:"
            " python app/main.py --open MANIFEST opens the dashboard in its state."
        )
    words: dict[str, str] = {"photo": example.file}
    words |= {n: _word(value) for n, value in subject.levels.items()} or {"input": "degraded"}
    names = list(dict.fromkeys(run.network.name for run in runs))
    return urlencode({**words, **dict(zip(("network", "compare"), names, strict=False))})


def _word(value: float) -> str:
    """A number as a link says it: whole ones with all their digits."""
    return f"{int(value)}" if value == int(value) else f"{value:.12g}"


def opened(path: Path, blank: Form, networks: Networks) -> Place:
    """The state of a figure's manifest, for the rest as ``blank``; raises `LinkError` for what is missing."""
    try:
        order, facts = manifest.read(path)
        files = _files(order, path.parent)
        form = _form(order, blank, files, networks)
    except (FigureError, OSError) as error:
        text = str(error)
        raise LinkError(text if path.name in text else f"{path.name}: {text}") from error
    ks = [getattr(order.recipe, "k", -1), *getattr(order.recipe, "ks", ())]
    figure: dict[str, Any] = {"kind": order.recipe.kind, "preset": order.preset.name}
    figure |= {name: facts[name] for name in ("parameters", "formats") if name in facts}
    figure = _shown(figure)
    was = facts.get("weights", {})
    now = {name: networks.get(_named(name, networks)).digest for name in was}
    other = ", ".join(f"{name} was {was[name]} and is {now[name]}" for name in was if was[name] != now[name])
    note = f"The figure was made with other weights: {other}." if other else ""
    return Place(form, ks[-1] if ks[-1] >= 0 else None, "figures", figure, note, files)


def _shown(figure: dict[str, Any]) -> dict[str, Any]:
    """A figure as the page can choose it: what is pinned elsewhere is a board of one."""
    if figure["kind"] not in PINNED:
        return figure
    panel = {"kind": figure["kind"], "parameters": figure.get("parameters", {})}
    return {**figure, "kind": "board", "parameters": {"panels": [panel], "columns": 1}}


def _files(order: Order, folder: Path) -> dict[str, Path]:
    """What a figure opens: beside its manifest, or shipped. Raises `FigureError`."""
    inputs = Inputs((folder,))

    def find(name: str, role: str) -> str:
        if role in (FILE, RUN) and inputs.find(name).suffix == ".npz":
            inputs.find(str(PurePosixPath(name).with_suffix(".json")))  # a bank's scores
        return name

    order.recipe.renamed(find)
    return inputs.files


def _form(order: Order, blank: Form, files: Mapping[str, Path], networks: Networks) -> Form:
    """The form of the first run that is in the figure; blank where there is none."""
    parameters = _first(asdict(order.recipe))
    chosen = [_named(name, networks) for name in _listed(parameters.get("weights", ()))]
    network, compare, *_ = [*chosen, *(blank.network, blank.compare)[len(chosen) :]]
    form = replace(blank, network=network, compare=compare)
    photo = next(iter(_listed(parameters.get("photo", parameters.get("photos", ())))), None)
    if photo is None:
        return form
    levels = {name: parameters[name] for name in (*LEVELS, "seed") if name in parameters}
    degrades = any(levels.get(name) for name in LEVELS) or not levels
    kind = jobs.DEGRADE if degrades else jobs.REAL
    return replace(form, photo=str(files[photo]), kind=kind, **levels)


def _named(file: str, networks: Networks) -> str:
    name = networks.named(file)
    if name is None:
        raise LinkError(f"the network {file} is not here; give its file by --weights")
    return name


def _first(parameters: dict[str, Any]) -> dict[str, Any]:
    """A board's first panel that is of a photo; any other recipe itself."""
    panels = [panel["parameters"] for panel in parameters.get("panels", ())]
    return next((panel for panel in panels if "photo" in panel), parameters)


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
