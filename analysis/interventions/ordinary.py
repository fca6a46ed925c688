r"""How far from ordinary the features of a run are, so that breakage is not read as importance.

.. math::
    d_k^2 = (z_k - \mu_k)^\top \Sigma_k^{-1} (z_k - \mu_k), \qquad
    z_k = [\mathrm{mean}_{hw}\, x_k,\ \mathrm{sd}_{hw}\, x_k]

with mean and (shrunk: Ledoit and Wolf) covariance over plain runs on ordinary degraded photos.
A distance is read against the distances of *other* photos than those that gave μ and Σ: its
quantile among them is uniform for an ordinary photo. Features change size from stage to stage,
so the worst stage is the one whose distance is most times the median there.

    python -m analysis.interventions.ordinary --weights interir-small --data PHOTOS --out FILE
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from interir import UnfoldedNetwork
from interir.progress import reported
from interir.shapes import Features
from interir.testsets import CaseError

from .. import bound, commands
from ..samples import Sample, samples


@dataclass(frozen=True, slots=True)
class Oddity:
    """How odd one run is: its quantile among ordinary photos (1: odder than all), at the end and at worst."""

    end: float
    worst: float
    stage: int  # k of the worst
    times: float  # its distance there, as a multiple of the median ordinary one


@dataclass(frozen=True, slots=True, eq=False)
class Ordinary:
    """Mean, whitening and ordinary distances of the pooled features at k = 0..N."""

    mean: Float[Tensor, "k z"]
    whitening: Float[Tensor, "k z z"]
    distances: Float[Tensor, "n k"]  # of photos that had no part in the mean and the whitening

    @property
    def median(self) -> Float[Tensor, " k"]:
        """The ordinary distance at each stage."""
        return self.distances.median(dim=0).values

    def distance(self, pooled: Float[Tensor, "*n k z"]) -> Float[Tensor, "*n k"]:
        """Mahalanobis distances of pooled features, stage by stage."""
        centred = (pooled.double() - self.mean).unsqueeze(-2)
        return (centred @ self.whitening).norm(dim=(-2, -1))

    def oddity(self, pooled: Float[Tensor, "k z"]) -> Oddity:
        """How odd one run is; not finite features are odder than all."""
        found = self.distance(pooled).nan_to_num(nan=torch.inf)
        times, ordinary = found / self.median, self.distances / self.median
        stage = int(times.argmax())
        return Oddity(
            end=(self.distances[:, -1] < found[-1]).double().mean().item(),
            worst=(ordinary.amax(dim=1) < times[stage]).double().mean().item(),
            stage=stage,
            times=times[stage].item(),
        )


def pooled(x: Features) -> Float[Tensor, "b z"]:
    """Mean and standard deviation of every channel over places."""
    return torch.cat((x.mean(dim=(-2, -1)), x.std(dim=(-2, -1), correction=0)), dim=1)


def fit(reference: Float[Tensor, "n k z"], others: Float[Tensor, "m k z"]) -> Ordinary:
    """Mean and whitening from the reference runs, ordinary distances from those of other photos."""
    from sklearn.covariance import LedoitWolf  # seconds to import: not before something is fitted

    covariances = [LedoitWolf().fit(stage.numpy()).covariance_ for stage in reference.double().unbind(1)]
    precision = torch.linalg.inv(torch.stack([torch.from_numpy(c) for c in covariances]))
    found = Ordinary(reference.double().mean(dim=0), torch.linalg.cholesky(precision), reference[:0, :, 0])
    return Ordinary(found.mean, found.whitening, found.distance(others))


@torch.inference_mode()
def measure(network: UnfoldedNetwork, drawn: Iterable[Sample]) -> Ordinary:
    """What is ordinary for a network: photos of even numbers are fitted, those of odd numbers measured."""
    halves: tuple[list[Tensor], list[Tensor]] = ([], [])
    for sample in drawn:
        run = network.trace(sample.load()[0], keep=lambda iteration: pooled(iteration.state.x).cpu())
        halves[sample.number % 2].append(torch.stack(list(run), dim=1))
    if not all(halves):
        raise CaseError("the photos are too few: one half is fitted, the other measured")
    return fit(*(torch.cat(half) for half in halves))


def save(ordinary: Ordinary, path: Path, about: dict[str, Any]) -> None:
    """Write it small: of the whitening, which is triangular, the lower half in 16 bits of wide range.

    Three digits of every entry are plenty for a sum of squares over all of them.
    """
    rows, columns = _lower(ordinary.mean.shape[-1])
    packed = ordinary.whitening[:, rows, columns].bfloat16()
    tensors = {"mean": ordinary.mean.float(), "whitening": packed, "distances": ordinary.distances.float()}
    bound.save(tensors, path, about)


def load(path: Path, digest: str) -> Ordinary:
    """What `save` wrote; raises `BoundError` where it was measured on weights of another digest."""
    tensors, _ = bound.load(path, digest, "ordinary features", Ordinary.__slots__)
    mean, packed, distances = (tensors[name].double() for name in Ordinary.__slots__)
    rows, columns = _lower(mean.shape[-1])
    whitening = mean.new_zeros(*mean.shape, mean.shape[-1])
    whitening[:, rows, columns] = packed
    return Ordinary(mean, whitening, distances)


def _lower(n: int) -> tuple[Tensor, Tensor]:
    """Rows and columns of a lower triangle."""
    rows, columns = torch.tril_indices(n, n)
    return rows, columns


def main(arguments: list[str] | None = None) -> int:
    """Run it; returns the exit status."""
    made = commands.parser("analysis.interventions.ordinary", __doc__, limit=64)
    return commands.answer(made, arguments, run)


def run(options: argparse.Namespace, network: UnfoldedNetwork, about: dict[str, Any]) -> None:
    """Measure what is ordinary for the weights, and write it."""
    drawn = samples(options.data, options.limit, options.side)
    save(measure(network, reported(drawn, len(drawn), "runs")), options.out, about)


if __name__ == "__main__":
    sys.exit(main())
