"""What of each iteration is kept for looking at: small enough to keep many runs.

States are kept whole, as any iteration can be run again from the state before it. Of an
explainable convolution the mask is kept, a bit per place, and its k x k summaries; its
input, 32 times larger, is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from interir import Convolution, Iteration, Observation, Solve, State, UnfoldedNetwork
from interir.shapes import Image


@dataclass(frozen=True, slots=True)
class Norms:
    """Root mean squares over channels and places; 0 at k = 0 where nothing was solved yet."""

    residual: float  # F
    direction: float  # V
    operator_term: float
    prior_term: float
    step: float  # x_k - x_{k-1}, relative to x_{k-1}
    multiplier: float  # λ
    size: float  # ε, as learned


@dataclass(frozen=True, slots=True, eq=False)
class MaskSummary:
    """One explainable convolution on one photo."""

    name: str
    bits: NDArray[np.uint8]  # (c, ceil(h·w/8)), rows packed
    size: tuple[int, int]  # h, w
    occupancy: NDArray[np.float32]  # (c,), share of places over the threshold
    pooled: NDArray[np.float32]  # (c, r, s)
    modulation: NDArray[np.float32]  # (c, r, s)
    kernel: NDArray[np.float32]  # (o, i, r, s), as learned; shared with the network on a CPU

    def mask(self, channel: int) -> NDArray[np.uint8]:
        """The mask of one channel, ``(h, w)``, zeros and ones."""
        h, w = self.size
        return np.unpackbits(self.bits[channel], count=h * w).reshape(h, w)


@dataclass(frozen=True, slots=True, eq=False)
class Digest:
    """Iteration k of a run on one photo, on the CPU."""

    k: int
    state: State
    estimate: Image
    norms: Norms
    convolutions: tuple[MaskSummary, ...]

    @property
    def nbytes(self) -> int:
        """Memory taken, without what iterations share."""
        tensors = (self.state.x, self.state.a1, self.state.a2, self.state.multiplier, self.estimate)
        return sum(t.untyped_storage().nbytes() for t in tensors) + sum(
            c.bits.nbytes for c in self.convolutions
        )


def follow(model: UnfoldedNetwork, image: Image) -> Iterator[tuple[Observation, Digest]]:
    """Run a network on one photo and yield what is kept of k = 0, 1, .. N as it comes."""
    observation, state = model.init(image)
    kept = Observation(observation.image.cpu(), observation.features.cpu())
    yield kept, digest(model, observation, Iteration(0, state), state)
    for iteration in model.unfold(observation, state):
        yield kept, digest(model, observation, iteration, state)
        state = iteration.state


def digest(model: UnfoldedNetwork, observation: Observation, iteration: Iteration, before: State) -> Digest:
    """What is kept of one iteration; ``before`` is the state it started from."""
    state = iteration.state
    return Digest(
        k=iteration.k,
        state=State(state.x.cpu(), state.a1.cpu(), state.a2.cpu(), state.multiplier.cpu()),
        estimate=model.decode(state.x, observation).cpu(),
        norms=norms(iteration.solve, state, before),
        convolutions=tuple(summary(convolution) for convolution in iteration.convolutions),
    )


def norms(solve: Solve | None, state: State, before: State) -> Norms:
    """The sizes of everything in one solve."""
    step = rms(state.x - before.x) / max(rms(before.x), 1e-12)
    if solve is None:
        return Norms(0, 0, 0, 0, step, rms(state.multiplier), 0)
    return Norms(
        residual=rms(solve.residual),
        direction=rms(solve.direction),
        operator_term=rms(solve.operator_term),
        prior_term=rms(solve.prior_term),
        step=step,
        multiplier=rms(state.multiplier),
        size=solve.size.item(),
    )


def rms(x: Tensor) -> float:
    """Root mean square over all entries."""
    return x.square().mean().sqrt().item()


def summary(convolution: Convolution) -> MaskSummary:
    """What is kept of an explainable convolution, for the first photo of the batch."""
    mask = convolution.mask[0]
    bits = np.packbits(mask.flatten(1).cpu().numpy(), axis=1)
    return MaskSummary(
        name=convolution.name,
        bits=bits,
        size=(mask.shape[-2], mask.shape[-1]),
        occupancy=mask.float().mean(dim=(-2, -1)).cpu().numpy(),
        pooled=convolution.pooled[0].cpu().numpy(),
        modulation=convolution.modulation[0].cpu().numpy(),
        kernel=convolution.kernel.detach().cpu().numpy(),
    )


def rerun(model: UnfoldedNetwork, observation: Observation, before: State, k: int) -> Iteration:
    """Iteration k again, with everything in it, from the kept state after iteration k - 1."""
    device = next(model.parameters()).device
    moved = State(*(getattr(before, name).to(device) for name in State.__slots__))
    seen = Observation(observation.image.to(device), observation.features.to(device))
    with torch.inference_mode():
        return model.step(k, seen, moved)
