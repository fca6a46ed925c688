"""The Figures page's forms: every setting of every kind, its range and choices, and what is on screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from analysis.embedding.scores import CAPTIONS
from analysis.errors import AnalysisError
from analysis.figures.inputs import FOLDERS, Inputs, bundled
from analysis.figures.kinds import KINDS, PINNED
from analysis.figures.presets import PRESETS
from analysis.figures.spec import FILE, RUN, WEIGHTS, Recipe, form
from interir.degrade import COMBINATIONS

from . import products
from .figure_photos import HERE, PANELS, levels
from .networks import Networks
from .runs import Run

WORDS: dict[str, tuple[str, ...]] = {
    "combinations": COMBINATIONS,
    "method": ("t-SNE", "PCA"),
    "measure": tuple(CAPTIONS),
}
"""Settings that are words out of a few."""

TYPES: dict[Any, str] = {int: "integer", float: "number", bool: "boolean", str: "text"}
TUPLES: dict[Any, str] = {int: "integers", str: "texts"}

Choice = dict[str, str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be chosen by name: networks, photos beside the bundled ones, the bank of embeddings."""

    networks: Networks
    photos: tuple[str, ...]
    banks: tuple[str, ...]


def page(shelf: Shelf, run: Run | None) -> dict[str, Any]:
    """All kinds that a visitor can make, and all presets."""
    kinds = [described(recipe, shelf, run) for recipe in KINDS.values() if _offered(recipe)]
    presets = [
        {"name": p.name, "title": p.title, "width": p.width, "text": p.text, "small": p.small}
        for p in PRESETS.values()
    ]
    return {"kinds": kinds, "presets": presets}


def _offered(recipe: type[Recipe]) -> bool:
    """Panels, charts and tables are pinned where they are on screen; here they come on a board."""
    return recipe.kind not in PINNED


def described(recipe: type[Recipe], shelf: Shelf, run: Run | None) -> dict[str, Any]:
    """One kind: its settings, the files it can be, and why it cannot be made where it can't."""
    settings = [_setting(recipe, entry, shelf, run) for entry in form(recipe) if entry["name"] != PANELS]
    needed = next((s for s in settings if s["role"] in (FILE, RUN) and s.get("choices") == []), None)
    return {
        "kind": recipe.kind,
        "title": recipe.title,
        "about": (recipe.__doc__ or "").partition("\n")[0].replace("``", ""),
        "form": settings,
        "formats": get_type_hints(recipe.gather)["return"].formats,
        "pinned": any(entry["name"] == PANELS for entry in form(recipe)),
        "slow": any(s["role"] == WEIGHTS and s["several"] for s in settings),
        "refusal": needed and f"It needs a file that is not here: {needed['label']}.",
    }


def _setting(recipe: type[Recipe], entry: dict[str, Any], shelf: Shelf, run: Run | None) -> dict[str, Any]:
    """One row of a form: also its type, its choices, and the value for what is on screen."""
    hint = get_type_hints(recipe)[entry["name"]]
    inner = get_args(hint)
    found = {
        **entry,
        "type": TUPLES.get(inner[0], "pairs") if inner else TYPES[hint],
        "several": bool(inner),
        "default": _here(entry, shelf, run),
    }
    choices = _choices(recipe, entry, shelf, run)
    if choices is None:
        return found
    known = [choice["value"] for choice in choices]
    kept = [value for value in found["default"] if value in known] if inner else found["default"]
    return {**found, "choices": choices, "default": kept if inner or kept in known else next(iter(known), "")}


def _here(entry: dict[str, Any], shelf: Shelf, run: Run | None) -> Any:
    """A setting's default: of the run on screen, where there is one."""
    name, default = entry["name"], entry["default"]
    if run is None:
        return default
    if name == "photo":
        return HERE
    if entry["role"] == WEIGHTS:
        called = shelf.networks.files[run.network.name]
        return called if isinstance(default, str) else tuple(dict.fromkeys((*default, called)))
    return levels(run).get(name, default)


def _choices(
    recipe: type[Recipe], entry: dict[str, Any], shelf: Shelf, run: Run | None
) -> list[Choice] | None:
    """What a setting can be, by value and title; None where it is free."""
    name, role = entry["name"], entry["role"]
    if role == WEIGHTS:
        return [_choice(called, own) for own, called in shelf.networks.files.items()]
    if name in ("photo", "photos"):
        here = [_choice(HERE, f"{run.subject.title} (on screen)")] if run else []
        return here + [_choice(n) for n in (*shelf.photos, *(path.name for path in bundled()))]
    if role in (FILE, RUN):
        names = shelf.banks if name == "bank" else readable(recipe.kind, name)
        return [_choice(n, n.removesuffix("/scores.json")) for n in names]
    if name == "module" and run:
        return [_choice("", "the first with taps"), *map(_choice, products.modules(run))]
    return [_choice(word) for word in WORDS[name]] if name in WORDS else None


def _choice(value: str, title: str | None = None) -> Choice:
    return {"value": value, "title": title or value}


@cache
def findings() -> dict[str, Path]:
    """Measurements that come with the package, by the name that a recipe gives them."""
    return {
        path.relative_to(folder).as_posix(): path
        for folder in FOLDERS
        for pattern in ("*.json", "*/scores.json")
        for path in sorted(folder.glob(pattern))
    }


@cache
def readable(kind: str, setting: str) -> tuple[str, ...]:
    """Those of which a kind makes a figure: found by trying, once."""
    return tuple(name for name in findings() if _read(kind, setting, name))


def _read(kind: str, setting: str, name: str) -> bool:
    several = isinstance(next(e["default"] for e in form(KINDS[kind]) if e["name"] == setting), tuple)
    try:
        KINDS[kind](**{setting: (name,) if several else name}).gather(Inputs())
    except (AnalysisError, KeyError, TypeError, ValueError):
        return False
    return True
