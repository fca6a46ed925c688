"""A run: one network on one photo, with all that the pages draw from; and the making of one."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from typing import Any

import torch

from analysis.digest import Digest, follow
from interir import Observation, UnfoldedNetwork
from interir.shapes import Image

RECENT = 8
"""Answers of a photo's size that are kept with a run, whatever number of them is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is restored: the degraded photo, the clean one where it is known, and what to call it."""

    image: Image
    clean: Image | None
    title: str
    note: str = ""
    levels: dict[str, float] = field(default_factory=dict)  # haze, rain, noise and seed; empty if real


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A network ready to run, and where its weights come from."""

    name: str  # of the shipped weights, or the file's
    model: UnfoldedNetwork
    digest: str  # of the file
    provenance: dict[str, Any]

    @property
    def title(self) -> str:
        """The network and its weights, for people."""
        return f"{self.model.title} · {self.name}"


@dataclass(eq=False)
class Run:
    """Everything known about one network on one photo."""

    network: Loaded
    subject: Subject
    observation: Observation
    digests: tuple[Digest, ...]
    seconds: float
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    _made: dict[str, Any] = field(default_factory=dict)
    _making: dict[str, threading.Lock] = field(default_factory=dict)
    _recent: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def depth(self) -> int:
        """N, the last k."""
        return len(self.digests) - 1

    @cached_property
    def scores(self) -> dict[str, list[float]]:
        """PSNR in dB and SSIM of every estimate against the clean photo; empty without one."""
        from interir import metrics  # seconds to import: not before there is something to score

        clean = self.subject.clean
        if clean is None:
            return {}
        estimates = [digest.estimate for digest in self.digests]
        with ThreadPoolExecutor() as pool:  # the filters behind SSIM let go of Python's lock
            return {
                "psnr": [v.item() for v in pool.map(metrics.psnr, estimates, repeat(clean))],
                "ssim": [v.item() for v in pool.map(metrics.ssim, estimates, repeat(clean))],
            }

    @cached_property
    def input_scores(self) -> dict[str, float]:
        """The same for the degraded photo itself."""
        from interir import metrics

        clean, image = self.subject.clean, self.subject.image
        if clean is None:
            return {}
        return {
            "psnr": metrics.psnr(image, clean).item(),
            "ssim": metrics.ssim(image, clean).item(),
        }

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made at the first call; for small things that take long.

        A page asks for several parts of one thing at once: the others wait for the first.
        """
        with self._making.setdefault(name, threading.Lock()):
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]

    def recent(self, name: str, make: Callable[[], Any]) -> Any:
        """The same for what can be asked in any number of ways: only the last `RECENT` are kept."""
        made = self.once(name, make)
        with self._turn:
            self._recent[name] = None
            self._recent.move_to_end(name)
            while len(self._recent) > RECENT:
                oldest, _ = self._recent.popitem(last=False)
                self._made.pop(oldest, None)
                self._making.pop(oldest, None)
        return made

    @property
    def nbytes(self) -> int:
        """Memory held for this run's iterations; answers kept with it are few."""
        return sum(digest.nbytes for digest in self.digests)


def start(network: Loaded, subject: Subject, device: str) -> Iterator[tuple[int, Run | None]]:
    """Run a network and yield (k, None) after each iteration, then (N, the run).

    Between two yields one iteration runs, so whoever listens can stop there.
    """
    begun = time.perf_counter()
    digests: list[Digest] = []
    steps = follow(network.model, subject.image.to(device))
    while True:
        # Not around the loop: inference mode would leak to whoever consumes this generator.
        with torch.inference_mode():
            step = next(steps, None)
        if step is None:
            break
        observation, digest = step
        digests.append(digest)
        yield digest.k, None
    seconds = time.perf_counter() - begun
    yield digest.k, Run(network, subject, observation, tuple(digests), seconds)


def finish(network: Loaded, subject: Subject, device: str) -> Run:
    """The run, at once."""
    *_, (_, run) = start(network, subject, device)
    assert run is not None
    return run
