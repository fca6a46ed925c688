"""What all kinds of figures share: a recipe, what it gathers, and what is made of that.

A *recipe* is a frozen dataclass of plain values, so that it goes into a manifest and onto a page's
form. It gathers a *composition*: numbers and pixels, which draw themselves on a preset, know
their caption, and are handed out as arrays.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from matplotlib.figure import Figure

from .errors import FigureError
from .inputs import Inputs
from .presets import Preset
from .sheet import Sheet, composed

LATIN = "\u017f"
"""The last of the letters that pdfLaTeX can set (Latin Extended-A)."""

T1 = "ĄąĘęĮįŲųĐđÐðÞþŊŋ«»"
"""Those of them that its default encoding of fonts lacks."""

FILE, RUN, WEIGHTS = "file", "run", "weights"
"""Roles of a setting that names something to be opened; a run's file goes by its folder as well."""


def setting(label: str, default: Any, role: str = "", **limits: float) -> Any:
    """A field of a recipe: what a form calls it, its default, what it names and its range."""
    return field(default=default, metadata={"label": label, "role": role, **limits})


class Composition(ABC):
    """What a figure shows."""

    formats: ClassVar[tuple[str, ...]]
    """Kinds of files that it can be; the first is the default."""

    @abstractmethod
    def caption(self) -> str:
        """In LaTeX: what is shown, with the equation, the data and the weights."""

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """The numbers and pixels behind the figure."""

    @abstractmethod
    def files(self, preset: Preset, formats: tuple[str, ...]) -> dict[str, bytes]:
        """The figure in these formats."""

    def glimpse(self, preset: Preset) -> tuple[str, bytes]:
        """A format and its bytes for the screen; only what has formats has one."""
        form = self.formats[0]
        return form, self.files(preset, (form,))[form]

    def latex(self, stem: str, preset: Preset) -> str:
        """What goes into a paper."""
        star = "*" if preset.spans else ""
        lines = [
            *_engine(self.caption()),
            rf"\begin{{figure{star}}}[t]",
            r"\centering",
            rf"\includegraphics{{{stem}.{self.formats[0]}}}",
            rf"\caption{{{self.caption()}}}",
            rf"\label{{fig:{stem}}}",
            rf"\end{{figure{star}}}",
        ]
        return "\n".join(lines) + "\n"


class Drawing(Composition):
    """What matplotlib draws."""

    formats = ("pdf", "svg", "png")

    def said(self) -> tuple[str, str]:
        """What is shown, and of what: beside others on one board, the latter is said once for all."""
        return self.caption().removesuffix("."), ""

    @abstractmethod
    def paint(self, sheet: Sheet) -> float:
        """Place everything on a sheet and say how tall it is, in inches."""

    def figure(self, preset: Preset) -> Figure:
        """The figure; the same numbers and preset give the same one. Raises `FigureError`."""
        try:
            return composed(preset, self.paint)
        except ValueError as error:
            raise FigureError(str(error)) from error

    def files(self, preset: Preset, formats: tuple[str, ...]) -> dict[str, bytes]:
        from .rendering import rendered

        figure = self.figure(preset)
        return {name: rendered(figure, preset, name) for name in formats}

    def glimpse(self, preset: Preset) -> tuple[str, bytes]:
        from .rendering import rendered

        return "png", rendered(self.figure(preset), preset, "png", quick=True)


@dataclass(frozen=True)
class Recipe(ABC):
    """The parameters of one kind of figure; plain values, and tuples and records of them only."""

    kind: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def gather(self, inputs: Inputs) -> Composition:
        """Run what must be run; raises `FigureError` where the recipe makes no sense."""

    @property
    def stem(self) -> str:
        """A file name without its suffix: the kind, and what it opens."""
        return file_stem("-".join([self.kind, *self.opened()]))

    def opened(self) -> list[str]:
        """The files that it names, without folders and suffixes."""
        found = [getattr(self, f.name) for f in fields(self) if f.metadata["role"] == FILE]
        return [Path(name).stem for value in found for name in _all(value)]

    def renamed(self, rename: Callable[[str, str], str]) -> Self:
        """The recipe with ``rename(name, role)`` for every name of a file, a run or a network."""

        def each(value: Any, role: str) -> Any:
            return tuple(each(v, role) for v in value) if isinstance(value, tuple) else rename(value, role)

        roles = {f.name: f.metadata["role"] for f in fields(self) if f.metadata["role"]}
        return replace(self, **{name: each(getattr(self, name), role) for name, role in roles.items()})


@dataclass(frozen=True)
class OnPhoto(Recipe):
    """A recipe of one network on one photo, degraded at levels of Table 6 or, at 0, taken as it is."""

    photo: str = setting("photo", "china.jpg", FILE)
    haze: float = setting("haze", 100.0, low=0, high=150)
    rain: float = setting("rain", 150.0, low=0, high=300)
    noise: float = setting("noise", 25.0, low=0, high=50)
    seed: int = setting("seed", 0, low=0, high=2**31 - 1)
    weights: str = setting("network", "interir-small", WEIGHTS)


def form(recipe: type[Recipe]) -> list[dict[str, Any]]:
    """The settings of a kind for a form: name, default, label, role and range."""
    return [
        {"name": f.name, "default": None if f.default is MISSING else f.default, **f.metadata}
        for f in fields(recipe)
    ]


def filled(recipe: type[Recipe], parameters: dict[str, Any]) -> Recipe:
    """A recipe from a manifest's parameters; raises `FigureError` naming one that it does not have."""
    if not isinstance(parameters, dict):
        raise FigureError(f"parameters of {recipe.kind} are a record, not {parameters!r}")
    known = {f.name: f.default for f in fields(recipe)}
    for name, value in parameters.items():
        if name not in known:
            raise FigureError(f"{recipe.kind} has no {name!r}; it has {', '.join(known)}")
        if not _alike(value, known[name]):
            raise FigureError(f"{name} of {recipe.kind} is {value!r}; it must be like {known[name]!r}")
    return recipe(**{name: _frozen(value) for name, value in parameters.items()})


def sentence(what: str, about: str) -> str:
    """A caption of what is shown, and of what."""
    words = f"{what}: {about}" if about else what
    return f"{words[:1].upper()}{words[1:]}."


def file_stem(name: str) -> str:
    """A name that every system and LaTeX takes: letters and digits of any script, and dashes.

    >>> file_stem("strip-50 % & more_雨")
    'strip-50-more-雨'
    """
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", name)).strip("-")[:80]


def chosen(ks: tuple[int, ...], depth: int, count: int) -> tuple[int, ...]:
    """The iterations asked for, or ``count`` evenly spread ones; raises `FigureError` outside 0..N."""
    if any(not 0 <= k <= depth for k in ks):
        raise FigureError(
            f"iterations {', '.join(map(str, ks))} were asked for; the network has 0 to {depth}"
        )
    spread = np.linspace(0, depth, min(count, depth + 1)).round().astype(int).tolist()
    return ks or tuple(dict.fromkeys(spread))


def _all(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _alike(value: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list | tuple)
    if isinstance(default, bool | str):
        return type(value) is type(default)
    numbers = (int, float) if isinstance(default, float) else (int,)
    return isinstance(value, numbers) and not isinstance(value, bool)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _frozen(each) for name, each in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def _engine(caption: str) -> list[str]:
    """What a caption needs beside plain pdfLaTeX, which sets most Latin letters, and no other script."""
    if any(c > LATIN or c in "ĦħŦŧĸŉſ" for c in caption):
        return ["% needs XeLaTeX or LuaLaTeX with a font that has these characters, or the CJKutf8 package"]
    return [r"% needs \usepackage[T1]{fontenc}"] * any(c in T1 for c in caption)
