"""The contract of an unfolded network: the algorithm is the API.

A network that implements `init`, `step` and `decode`, and says its ``depth``, gets the
rest, and works in every page of the dashboard and every analysis.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar, TypeVar, overload

import torch
from torch import Tensor, nn

from .configs import Config
from .records import Iteration, Observation, State, Trace
from .shapes import Features, Image, Padded

T = TypeVar("T")


class UnfoldedNetwork(nn.Module, ABC):
    """A restoration network whose layers are the iterations of a solver.

    Nothing here disables gradients or moves tensors: the caller decides, and can
    differentiate any estimate with respect to any earlier state.
    """

    title: ClassVar[str]
    """The network's name as a person writes it."""

    config: Config
    """What the network was built from."""

    down: int
    """By how much the features are smaller than the photo, on each side."""

    has_operators: bool = True
    """False where A1 and A2 are no part of the network and stay at the identity."""

    @property
    @abstractmethod
    def depth(self) -> int:
        """N, the number of iterations."""

    @abstractmethod
    def init(self, image: Image) -> tuple[Observation, State]:
        """What the solver observes, and the state it starts from (Eq. 11).

        The photo may have any size: it is padded to a multiple of ``down``.
        """

    @abstractmethod
    def step(self, k: int, observation: Observation, state: State) -> Iteration:
        """Iteration k, for k = 1..N, from the state after iteration k - 1."""

    @abstractmethod
    def decode(self, x: Features, observation: Observation) -> Image:
        """The final head on any estimate x_k (the unfolding lens): a photo of the observation's size."""

    def unfold(self, observation: Observation, state: State, first: int = 1) -> Iterator[Iteration]:
        """Run iterations ``first``..N from ``state``, the state after iteration ``first - 1``."""
        for k in range(first, self.depth + 1):
            iteration = self.step(k, observation, state)
            state = iteration.state
            yield iteration

    def iterate(self, image: Image) -> Iterator[Iteration]:
        """Yield iteration k = 1..N on a photo, one at a time."""
        return self.unfold(*self.init(image))

    def forward(self, image: Image) -> Image:
        """The restored photo: the last estimate, decoded. Nothing else is kept."""
        observation, state = self.init(image)
        for iteration in self.unfold(observation, state):
            state = iteration.state
        return self.decode(state.x, observation)

    @overload
    def trace(self, image: Image) -> Trace[Iteration]: ...
    @overload
    def trace(self, image: Image, keep: Callable[[Iteration], T]) -> Trace[T]: ...
    def trace(self, image: Image, keep: Callable[[Iteration], object] | None = None) -> Trace:
        """A whole run, k = 0..N; ``keep`` says what of each iteration, where memory matters."""
        keep = keep or _everything
        observation, state = self.init(image)
        kept = [keep(Iteration(0, state))]
        for iteration in self.unfold(observation, state):
            kept.append(keep(iteration))
        return Trace(observation, tuple(kept))


def _everything(iteration: Iteration) -> Iteration:
    return iteration


def pad_to_multiple(image: Image, factor: int) -> Padded:
    """Extend right and bottom by reflection until both sides are multiples of ``factor``.

    Works for any size, one pixel included: the reflection bounces as often as it must.
    """
    height, width = image.shape[-2:]
    if height % factor == 0 and width % factor == 0:
        return image
    rows, columns = (_bounce(n, -n % factor, image) for n in (height, width))
    return image[..., rows, :][..., columns]


def _bounce(n: int, extra: int, like: Tensor) -> Tensor:
    """Indices 0 1 .. n-1 n-2 .. of a reflection that does not repeat the border."""
    index = torch.arange(n + extra, device=like.device)
    period = max(2 * (n - 1), 1)
    return n - 1 - (index % period - (n - 1)).abs() if n > 1 else torch.zeros_like(index)
