"""Interventions as text: ``NAME[=VALUE][@STAGES]``, joined by `` + `` where several are combined.

>>> combination("rank=4@1,3-5 + zero-multiplier")
(TruncateOperators(stages=(1, 3, 4, 5), rank=4), ZeroMultiplier(stages=None))
>>> [str(one) for one in combination("gain=W2:-1.0 + reorder@3,2 + skip@4")]
['gain=W2:-1.0', 'reorder@3,2', 'skip@4']
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from . import between, inside
from .base import Intervention, InterventionError

CATALOGUE: dict[str, type[Intervention]] = {
    kind.name: kind
    for kind in (
        inside.UniformModulation,
        inside.FullMasks,
        inside.ForeignMasks,
        inside.ShiftThresholds,
        between.FreezeOperators,
        between.IdentityOperators,
        between.ForeignOperators,
        between.TruncateOperators,
        between.ZeroMultiplier,
        inside.SetGain,
        between.Skip,
        between.Repeat,
        between.Reorder,
        inside.ScaleStep,
        inside.RemoveTerm,
    )
}
"""Every kind by its name, in the order of a form."""

NOTHING = "nothing"
"""The text of the empty combination."""


def combination(text: str) -> tuple[Intervention, ...]:
    """The combination that a text describes; raises `InterventionError` that says what was expected."""
    if text.strip() in ("", NOTHING):
        return ()
    return tuple(intervention(part.strip()) for part in text.split(" + "))


def described(interventions: tuple[Intervention, ...]) -> str:
    """The text of a combination; `combination` reads it back."""
    return " + ".join(map(str, interventions)) or NOTHING


def in_words(text: str) -> str:
    """The same for people; a text that describes no combination stays as it is.

    >>> in_words("gain=W2:-1.0 + skip@1,2,3")
    'W2 = −1 + iterations 1–3 skipped'
    """
    try:
        return " + ".join(one.words for one in combination(text)) or NOTHING
    except InterventionError:
        return text


def intervention(text: str) -> Intervention:
    """One intervention from its text."""
    head, at, stages = text.partition("@")
    name, given, value = head.partition("=")
    if name not in CATALOGUE:
        raise InterventionError(f"{name!r} is no intervention; there are {', '.join(CATALOGUE)}")
    kind = CATALOGUE[name]
    values = _values(kind, value.split(":")) if given else ()
    return kind(*values, stages=_stages(stages) if at else None)


def settings(kind: type[Intervention]) -> dict[str, Any]:
    """Names and defaults of what can be set, the stages apart: all that a form needs."""
    return {f.name: f.default for f in fields(kind) if f.name != "stages" and f.default is not MISSING}


def _values(kind: type[Intervention], given: list[str]) -> tuple[Any, ...]:
    known = settings(kind)
    if len(given) > len(known):
        wanted = ", ".join(known) or "no value"
        raise InterventionError(f"{kind.name} takes {wanted}, not {':'.join(given)!r}")
    try:
        return tuple(type(default)(text) for default, text in zip(known.values(), given, strict=False))
    except ValueError as error:
        wanted = ", ".join(f"{name} ({type(value).__name__})" for name, value in known.items())
        raise InterventionError(f"{kind.name} takes {wanted}, not {':'.join(given)!r}") from error


def _stages(text: str) -> tuple[int, ...]:
    """``1,3-5`` is 1, 3, 4, 5."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            raise InterventionError(f"{text!r} names no stages; write 1,3-5")
        found += range(int(first), int(last or first) + 1)
    return tuple(found)
