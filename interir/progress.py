"""How far a long loop is, and how long it will still take, on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")

LINES = 20
"""How many lines a whole loop writes where stderr is no terminal."""


def reported(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Pass ``items`` on, and say after each how many of ``total`` there were and what is left."""
    start, live = time.monotonic(), sys.stderr.isatty()
    for done, item in enumerate(items, 1):
        yield item
        each = (time.monotonic() - start) / done
        if live or done == total or done % max(1, total // LINES) == 0:
            left = timedelta(seconds=round(each * (total - done)))
            line = f"{done} of {total} {what}, {each:.2f} s each, {left} left"
            print(f"\r{line:<70}" if live else line, end="" if live else "\n", file=sys.stderr, flush=True)
    if live:
        print(file=sys.stderr)
