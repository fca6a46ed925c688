r"""What of an iteration is embedded: one function per source, each a vector per sample.

=============  ===========================================================================
source         vector
=============  ===========================================================================
``x``          the estimate x_k, averaged over places
``multiplier`` the multiplier λ_k, averaged over places
``prior``      the prior's term of the direction V_k, averaged over places: what InterIR's last
               EPBlock and DeepSN-Net's last basic block put out
``blocks``     what the explainable convolutions inside the EPBlocks see, averaged over places
``modulation`` k²α - 1 of every tap of every explainable convolution (Eq. 18)
``a1``, ``a2`` the singular values of the operator in each channel, over those of a flat
               spectrum, averaged in bands of rank
=============  ===========================================================================

A network has the sources whose quantities its iterations hold, so one without operators or
explainable convolutions has fewer, and a new network needs no line here. All vectors have the
same length at every size of photo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from einops import rearrange, reduce
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from analysis.spectra import Spectrum
from interir import Convolution, Iteration, UnfoldedNetwork
from interir.shapes import ColumnOperator, Features, Image, RowOperator

BANDS = 8
"""Into how many bands of rank a channel's singular values are averaged."""

Vector = Float[Tensor, "b d"]
Parts = Mapping[str, Vector]
"""A source at one iteration, part by part; nothing where the iteration does not hold it."""

Pooled = dict[str, Float[np.ndarray, "k b d"]]
"""Every source of a run, over the iterations that hold it; the last is always k = N."""


def estimate(iteration: Iteration) -> Parts:
    """x_k, averaged over places."""
    return {"": averaged(iteration.state.x)}


def multiplier(iteration: Iteration) -> Parts:
    """λ_k, averaged over places."""
    return {"": averaged(iteration.state.multiplier)}


def prior(iteration: Iteration) -> Parts:
    """The prior's term of V_k, averaged over places; nothing at k = 0, where nothing was solved."""
    return {} if iteration.solve is None else {"": averaged(iteration.solve.prior_term)}


def blocks(iteration: Iteration) -> Parts:
    """The input of each explainable convolution, averaged over places."""
    return _by_name(iteration.convolutions, lambda convolution: averaged(convolution.input))


def modulation(iteration: Iteration) -> Parts:
    """The modulation of each tap less the uniform one, so that 0 is an ordinary convolution."""
    return _by_name(iteration.convolutions, _deviation)


def rows(iteration: Iteration) -> Parts:
    """The spectrum of A1_k."""
    return {"": bands(iteration.state.a1)}


def columns(iteration: Iteration) -> Parts:
    """The spectrum of A2_k."""
    return {"": bands(iteration.state.a2)}


@dataclass(frozen=True, slots=True)
class Source:
    """A place in the iteration: what people call it, and how it becomes a vector."""

    title: str
    pool: Callable[[Iteration], Parts]


SOURCES: dict[str, Source] = {
    "x": Source("estimate xₖ", estimate),
    "multiplier": Source("multiplier λₖ", multiplier),
    "prior": Source("prior's last block", prior),
    "blocks": Source("EPBlock features", blocks),
    "modulation": Source("modulations k²α − 1", modulation),
    "a1": Source("spectrum of A₁", rows),
    "a2": Source("spectrum of A₂", columns),
}

OPERATORS = ("a1", "a2")


def held_by(network: UnfoldedNetwork) -> tuple[str, ...]:
    """The sources worth asking a network for: no spectra where the operators stay at the identity."""
    return tuple(name for name in SOURCES if network.has_operators or name not in OPERATORS)


@torch.inference_mode()
def embed(network: UnfoldedNetwork, image: Image, names: Sequence[str] | None = None) -> tuple[Pooled, Image]:
    """Run a network on a batch; its sources (all by default) over k, and the restored photos."""
    names = held_by(network) if names is None else names
    trace = network.trace(image, keep=partial(_kept, names, network.depth))
    last = trace[network.depth][1]
    assert last is not None
    return _collected([parts for parts, _ in trace]), network.decode(last, trace.observation)


@torch.inference_mode()
def pool(iterations: Iterable[Iteration], names: Sequence[str] = tuple(SOURCES)) -> Pooled:
    """The sources of a run's iterations k = 0..N (a `Trace`, say); those that none holds are absent."""
    return _collected([_parts(iteration, names) for iteration in iterations])


def averaged(x: Features) -> Vector:
    """The mean over places."""
    return reduce(x, "b c h w -> b c", "mean")


def bands(operator: RowOperator | ColumnOperator) -> Vector:
    """Singular values times √n, channel by channel, averaged in `BANDS` bands of rank.

    Operators have unit Frobenius norm, so a flat spectrum is 1 in every band at every size n.
    """
    # Eigenvalues of the Gram matrix take half the time of singular values, and squaring costs no more
    # digits here than averaging in bands and half precision do: 3e-4 of the largest value.
    squares = torch.linalg.eigvalsh(operator.mT @ operator).flip(-1)
    values = squares.clamp(min=0).sqrt()
    relative = values / Spectrum(values).reference
    return rearrange(F.adaptive_avg_pool1d(relative, BANDS), "b c n -> b (c n)")


def _deviation(convolution: Convolution) -> Vector:
    # A softmax over the taps: their mean is that of the uniform modulation, scaled by k² or not.
    factor = convolution.modulation
    return (factor - factor.mean(dim=(-2, -1), keepdim=True)).flatten(1)


def _by_name(convolutions: Sequence[Convolution], vector: Callable[[Convolution], Vector]) -> Parts:
    seen: Counter[str] = Counter()
    parts: dict[str, Vector] = {}
    for convolution in convolutions:
        parts[f"{convolution.name}#{seen[convolution.name]}"] = vector(convolution)
        seen[convolution.name] += 1
    return parts


def _parts(iteration: Iteration, names: Sequence[str]) -> dict[str, Parts]:
    return {name: SOURCES[name].pool(iteration) for name in names}


def _kept(names: Sequence[str], depth: int, iteration: Iteration) -> tuple[dict[str, Parts], Features | None]:
    return _parts(iteration, names), iteration.state.x if iteration.k == depth else None


def _collected(over_k: Sequence[Mapping[str, Parts]]) -> Pooled:
    aligned = {name: _aligned([parts[name] for parts in over_k]) for name in over_k[0]}
    return {name: vectors for name, vectors in aligned.items() if vectors is not None}


def _aligned(over_k: Sequence[Parts]) -> Float[np.ndarray, "k b d"] | None:
    """One vector per iteration, from the first that has any part; a part that one lacks is 0 there.

    InterIR's last iteration renews neither operators nor multiplier, so it lacks two blocks.
    """
    first = next((k for k, parts in enumerate(over_k) if parts), None)
    if first is None:
        return None
    like: dict[str, Vector] = {}
    for parts in over_k[first:]:
        for name, vector in parts.items():
            like.setdefault(name, vector)
    vectors = [
        torch.cat([parts.get(name, torch.zeros_like(v)) for name, v in like.items()], dim=1)
        for parts in over_k[first:]
    ]
    return torch.stack(vectors).float().cpu().numpy()
