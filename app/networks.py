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
        self._paths = {_name(path, files): path for path in files}
        self._own = list(self._paths)
        shipped = {name: weights.find(name) for name in weights.shipped()}
        self._paths |= {name: path for name, path in shipped.items() if name not in self._paths}
        self._loaded: dict[str, Loaded] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        """What can be chosen: files of the command line first, then the shipped InterIR."""
        rest = [name for name in self._paths if name not in self._own]
        return self._own + sorted(rest, key=lambda name: not name.startswith("interir"))

    def get(self, name: str) -> Loaded:
        """The network of that name; raises `CheckpointError` with a sentence for people."""
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = self._load(name)
            return self._loaded[name]

    @property
    def files(self) -> dict[str, str]:
        """What each is called in a figure's manifest: a file's name where the weights are one's own."""
        return {name: name + self._paths[name].suffix * (name in self._own) for name in self.names}

    def named(self, file: str) -> str | None:
        """The network that a manifest calls so, if it can be chosen."""
        return next((name for name, called in self.files.items() if file in (name, called)), None)

    def by_digest(self, digest: str) -> Loaded | None:
        """The network whose file has this digest, if one can be chosen."""
        name = next((name for name, path in self._paths.items() if weights.digest(path) == digest), None)
        return None if name is None else self.get(name)

    def _load(self, name: str) -> Loaded:
        if name not in self._paths:
            raise weights.CheckpointError(f"No network is called {name!r}; choose {' or '.join(self.names)}.")
        path = self._paths[name]
        checkpoint = weights.read(path)
        model = weights.load(path).to(self.device)
        return Loaded(name, model, weights.digest(path), checkpoint.provenance)


def _name(path: Path, files: list[Path]) -> str:
    """A file's own name, its folder's before it where another file is called the same."""
    alike = sum(other.stem == path.stem for other in files) > 1
    return f"{path.resolve().parent.name}/{path.stem}" if alike else path.stem
