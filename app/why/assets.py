"""What was measured over sets of photos, bound to the weights on screen; or how to measure it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from analysis import bound, lens
from analysis.bound import BoundError
from analysis.interventions import in_words, ordinary
from analysis.interventions.ordinary import Ordinary
from analysis.lens import TunedLens
from interir import weights

from ..answers import Line
from ..runs import Run

T = TypeVar("T")

COMMANDS = {
    "lens": ("analysis.lens", "--limit 12", "safetensors"),
    "ordinary": ("analysis.interventions.ordinary", "--limit 12", "safetensors"),
    "interventions": (
        "analysis.interventions",
        "--limit 8 --brief --ordinary assets/why/ordinary-{name}.safetensors",
        "json",
    ),
    "localisation": ("analysis.localisation", "--limit 8 --brief", "json"),
    "convergence": ("analysis.convergence", "--limit 8", "json"),
}
"""Of each kind the module that makes it, its options, and what the file ends on."""

PARTS = {
    "interventions": ("cells", "unit"),
    "localisation": ("cells", "cleared"),
    "convergence": ("reduced", "seed"),
}
"""What the page needs of each JSON."""


def path(run: Run, kind: str) -> Path:
    """Where the file of a kind is, for the network of a run."""
    return bound.SHIPPED / f"{kind}-{_name(run)}.{COMMANDS[kind][2]}"


def command(run: Run, kind: str) -> str:
    """The command that makes it."""
    module, options, ending = COMMANDS[kind]
    name = _name(run)
    given = name if name in weights.shipped() else "FILE"
    out = f"assets/why/{kind}-{name}.{ending}"
    return f"python -m {module} --weights {given} --data PHOTOS --out {out} {options.format(name=name)}"


def tuned_lens(run: Run) -> tuple[TunedLens, dict[str, Any]]:
    """The lens of a run's network and what it was fitted on; raises `LookupError` with its command."""
    return _read(run, "lens", lambda file: lens.load(file, run.network.digest))


def ordinary_features(run: Run) -> Ordinary:
    """What is ordinary for a run's network; raises `LookupError` that says how to measure it."""
    return _read(run, "ordinary", lambda file: ordinary.load(file, run.network.digest))


def over_photos(run: Run, kind: str) -> Line:
    """What was measured over a set of photos, or, under ``missing``, a sentence that says how."""
    try:
        found = _read(run, kind, lambda file: bound.facts(file, run.network.digest, kind))
    except LookupError as error:
        return {"missing": error.args[0]}
    parts = {name: found[name] for name in ("data", "photos", "side", *PARTS[kind]) if name in found}
    if kind == "interventions":
        parts["words"] = {cell["label"]: in_words(cell["label"]) for cell in parts["cells"]}
    return parts


def _read(run: Run, kind: str, read: Callable[[Path], T]) -> T:
    file = path(run, kind)
    if not file.is_file():
        raise LookupError(f"Not measured for {run.network.name} yet. To do so: {command(run, kind)}")
    try:
        found: T = run.once(f"asset {kind}", lambda: read(file))
    except BoundError as error:
        raise LookupError(f"{error}. To make it anew: {command(run, kind)}") from error
    return found


def _name(run: Run) -> str:
    return run.network.name.replace("/", "-")
