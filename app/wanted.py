"""Which map the browser asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Any

from analysis.embedding.maps import METHODS, Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """One map over k: of which network and source, by which method, at one k or (None) at every k."""

    network: str
    source: str
    settings: Settings
    k: int | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Wanted:
        """From the words of an address; raises `ValueError` for a method or number that is none."""
        method = METHODS.get(query.get("method", ""))
        if method is None:
            raise ValueError(f"no method is called {query.get('method')!r}; there are {', '.join(METHODS)}")
        settings = method(**{f.name: _typed(f, query[f.name]) for f in fields(method) if f.name in query})
        k = query.get("k", "all")
        return cls(query["network"], query["source"], settings, None if k == "all" else int(k))


def _typed(setting: Field[Any], text: str) -> Any:
    """A setting from an address, in the type that it has."""
    kind: type = type(setting.default)
    try:
        return text == "true" if kind is bool else kind(text)
    except ValueError as error:
        raise ValueError(f"{setting.name} is {text!r}; it must be a number") from error
