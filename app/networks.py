"""The networks a visitor can choose: shipped weights, and files named on the command line."""

from __future__ import annotations

import threading
from pathlib import Path

from interir import weights

from .runs import Loaded


class Networks:
    """Loads each network once, when first asked for, onto one device."""

    def __init__(self, device: str, files: list[Path]) -> None:
        self.device = device
        self._paths = {path.stem: path for path in files}
        shipped = {name: weights.find(name) for name in weights.shipped()}
        self._paths |= {name: path for name, path in shipped.items() if name not in self._paths}
        self._loaded: dict[str, Loaded] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        """What can be chosen: files of the command line first, then the shipped InterIR."""
        own = [name for name in self._paths if name not in weights.shipped()]
        rest = sorted((n for n in self._paths if n not in own), key=lambda n: not n.startswith("interir"))
        return own + rest

    def get(self, name: str) -> Loaded:
        """The network of that name; raises `CheckpointError` with a sentence for people."""
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = self._load(name)
            return self._loaded[name]

    def _load(self, name: str) -> Loaded:
        if name not in self._paths:
            raise weights.CheckpointError(f"No network is called {name!r}; choose {' or '.join(self.names)}.")
        path = self._paths[name]
        checkpoint = weights.read(path)
        model = weights.load(path).to(self.device)
        return Loaded(name, model, weights.digest(path), checkpoint.provenance)
