r"""The unfolding lens: what photo is on the network's mind after iteration k?

.. math::
    \text{raw: } \hat x_k = \mathrm{decode}(x_k), \qquad
    \text{tuned: } \hat x_k = \mathrm{decode}(x_k + B_k x_k + b_k)

The raw lens hands x_k to a head that was trained on x_N alone. The tuned one first translates it
by one affine map per stage, fitted on the frozen network so that the features match the final
ones. The gap between both is what the raw lens gets wrong only because the features of stage k
speak another dialect. At k = N the translation is the identity by construction.

The fit is a ridge regression, solved exactly from sums that are gathered in one pass over the
photos: it has no learning rate, and its cost is that of the runs. As B is free, any metric that
acts place by place has the same minimum; what the head's 3 x 3 taps would change by looking at the
decoded photo instead was measured on held-out photos, and is a few per cent of the distance.

    python -m analysis.lens --weights interir-small --data PHOTOS --out FILE.safetensors
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from interir import Observation, Trace, UnfoldedNetwork
from interir.progress import reported
from interir.shapes import Features, Image

from . import bound, commands
from .samples import samples

RIDGE = 1e-4
"""Weight of ‖B‖², as a share of the mean square of a feature."""

HELD_OUT = 4
"""One photo of so many is not fitted but measured on."""


@dataclass(frozen=True, slots=True, eq=False)
class TunedLens:
    """B_k and b_k for k = 0..N-1."""

    weight: Float[Tensor, "N c c"]
    bias: Float[Tensor, "N c"]

    @property
    def depth(self) -> int:
        """N."""
        return len(self.weight)

    def translate(self, k: int, x: Features) -> Features:
        """x_k in the terms of x_N; x_N itself, untouched, for k = N."""
        if k == self.depth:
            return x
        moved = torch.einsum("oi,bihw->bohw", self.weight[k].to(x), x)
        return x + moved + self.bias[k].to(x)[:, None, None]

    def estimate(self, network: UnfoldedNetwork, k: int, x: Features, observation: Observation) -> Image:
        """The photo that iteration k amounts to."""
        return network.decode(self.translate(k, x), observation)


@dataclass(frozen=True, slots=True)
class Gap:
    """How far both lenses are from the final photo at iteration k: root mean squares, photo in [0, 1]."""

    k: int
    raw: float
    tuned: float


def estimates(network: UnfoldedNetwork, trace: Trace, lens: TunedLens | None = None) -> Iterator[Image]:
    """The photo at k = 0..N through the tuned lens, or through the raw one where there is none."""
    for k, iteration in enumerate(trace):
        x = iteration.state.x
        yield network.decode(x if lens is None else lens.translate(k, x), trace.observation)


@torch.inference_mode()
def gaps(network: UnfoldedNetwork, lens: TunedLens, images: Iterable[Image]) -> list[Gap]:
    """The gaps at k = 0..N, over photos of any sizes that weigh alike."""
    rows = [torch.tensor(_distances(network, lens, image)) for image in images]
    raw, tuned = torch.stack(rows).mean(dim=0).sqrt().unbind()
    return [Gap(k, *pair) for k, pair in enumerate(zip(raw.tolist(), tuned.tolist(), strict=True))]


def _distances(network: UnfoldedNetwork, lens: TunedLens, image: Image) -> list[list[float]]:
    """Mean square distances from the final photo: raw, tuned; at k = 0..N."""
    trace = network.trace(image)
    final = network.decode(trace[-1].state.x, trace.observation)
    return [
        [(estimate - final).square().mean().item() for estimate in estimates(network, trace, used)]
        for used in (None, lens)
    ]


@torch.inference_mode()
def fit(network: UnfoldedNetwork, images: Iterable[Image], ridge: float = RIDGE) -> TunedLens:
    r"""The maps that minimise :math:`\sum\|x_N - x_k - B_k x_k - b_k\|^2 + \mathrm{ridge}\,\|B_k\|^2`.

    Raises `ValueError` without photos.
    """
    sums: tuple[Tensor, Tensor] | None = None
    for image in images:
        xs = [_columns(iteration.state.x) for iteration in network.trace(image)]
        known = torch.stack([torch.cat((x, torch.ones_like(x[:1]))) for x in xs[:-1]])
        wanted = torch.stack([xs[-1] - x for x in xs[:-1]])
        gram, cross = known @ known.mT, known @ wanted.mT
        sums = (gram, cross) if sums is None else (sums[0] + gram, sums[1] + cross)
    if sums is None:
        raise ValueError("a lens is fitted on photos, and there are none")
    return _solved(*sums, ridge)


def _columns(x: Features) -> Float[Tensor, "c n"]:
    """All places of all photos, in double precision: the sums run over very many."""
    return rearrange(x, "b c h w -> c (b h w)").double()


def _solved(gram: Float[Tensor, "N z z"], cross: Float[Tensor, "N z c"], ridge: float) -> TunedLens:
    penalty = gram.diagonal(dim1=-2, dim2=-1)[:, :-1].mean(dim=-1, keepdim=True)
    penalty = ridge * penalty.expand(-1, gram.shape[-1]).clone()
    penalty[:, -1] = 0  # b is free
    solution = torch.linalg.solve(gram + torch.diag_embed(penalty), cross).float()
    return TunedLens(solution[:, :-1].mT.contiguous(), solution[:, -1].contiguous())


def save(lens: TunedLens, path: Path, about: dict[str, Any]) -> None:
    """Write a lens in half precision, with what it was fitted on in the header."""
    bound.save({"weight": lens.weight.half(), "bias": lens.bias.half()}, path, about)


def load(path: Path, digest: str) -> tuple[TunedLens, dict[str, Any]]:
    """The lens in a file and what it was fitted on; raises `BoundError` for other weights than these."""
    tensors, about = bound.load(path, digest, "lens", ("weight", "bias"))
    return TunedLens(tensors["weight"].float(), tensors["bias"].float()), about


def main(arguments: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    made = commands.parser("analysis.lens", __doc__, limit=32)
    made.add_argument("--ridge", type=float, default=RIDGE)
    return commands.answer(made, arguments, run)


def run(options: argparse.Namespace, network: UnfoldedNetwork, about: dict[str, Any]) -> None:
    """Fit on most photos, measure the gaps on the others, print and write."""
    drawn = samples(options.data, options.limit, options.side)
    fitted = [sample for sample in drawn if sample.number % HELD_OUT]
    others = [sample for sample in drawn if not sample.number % HELD_OUT]
    lens = fit(network, (s.load()[0] for s in reported(fitted, len(fitted), "runs")), options.ridge)
    found = gaps(network, lens, (s.load()[0] for s in reported(others, len(others), "runs held out")))
    for gap in found:
        print(f"k = {gap.k:2d}   raw {gap.raw:.4f}   tuned {gap.tuned:.4f}   from the final photo, held out")
    distances = {"raw": [gap.raw for gap in found], "tuned": [gap.tuned for gap in found]}
    save(lens, options.out, {**about, "ridge": options.ridge, "held_out": distances})


if __name__ == "__main__":
    sys.exit(main())
