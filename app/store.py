"""Runs on the server, within a byte budget, each visible only to who knows its unguessable id."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from .runs import Run

BUDGET = 3 * 2**30
"""Bytes kept at most; the least recently used run goes first."""

IDLE = 3600.0
"""Seconds after which a run that nobody looked at goes."""


@dataclass(slots=True)
class _Entry:
    run: Run
    owner: str | None  # a visit; None keeps the run for everybody and for good
    used: float


class RunStore:
    """A thread-safe store of runs, least recently used first."""

    def __init__(self, budget: int = BUDGET, idle: float = IDLE) -> None:
        self.budget, self.idle = budget, idle
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, run: Run, owner: str | None) -> None:
        """Keep a run for a visit, and drop what no longer fits or was not looked at for long."""
        with self._lock:
            self._entries[run.id] = _Entry(run, owner, time.monotonic())
            self._evict(spare=run.id)

    def get(self, id: str) -> Run | None:
        """The run of that id, or None where it was dropped or never was."""
        with self._lock:
            self._evict(spare=id)
            entry = self._entries.get(id)
            if entry is None:
                return None
            entry.used = time.monotonic()
            self._entries.move_to_end(id)
            return entry.run

    def owned_by(self, owner: str) -> list[Run]:
        """A visit's runs, latest use last."""
        with self._lock:
            return [entry.run for entry in self._entries.values() if entry.owner == owner]

    def release(self, owner: str) -> None:
        """Drop all runs of a visit that has ended."""
        with self._lock:
            for id in [id for id, entry in self._entries.items() if entry.owner == owner]:
                del self._entries[id]

    @property
    def nbytes(self) -> int:
        """Bytes held now."""
        with self._lock:
            return self._held()

    def __len__(self) -> int:
        return len(self._entries)

    def _held(self) -> int:
        return sum(entry.run.nbytes for entry in self._entries.values())

    def _evict(self, spare: str) -> None:
        oldest_allowed = time.monotonic() - self.idle
        candidates = [id for id, entry in self._entries.items() if entry.owner is not None and id != spare]
        for id in candidates:
            if self._held() > self.budget or self._entries[id].used < oldest_allowed:
                del self._entries[id]
