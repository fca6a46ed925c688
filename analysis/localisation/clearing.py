r"""Does it matter where a mask fires? Its streaks are cleared, against equal areas elsewhere.

.. math::
    M' = M \odot (1 - D), \qquad \text{against} \qquad M' = M \odot (1 - \mathrm{roll}(D))

with D the degraded places. A rolled map has the same area and the same shapes, but lies anywhere.
Both are judged by what they do to PSNR inside the degraded places and outside: as the modulation
multiplies taps all over the photo, an effect need not stay where the mask was cleared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, ClassVar

import torch
from jaxtyping import Bool
from torch import Generator, Tensor
from torch.nn import functional as F

from interir import Convolution, ExplainableConv2d, State, Trace, UnfoldedNetwork
from interir.bootstrap import Interval
from interir.degrade import Degraded
from interir.explainable import modulate
from interir.scores import CEILING
from interir.shapes import Features, Image

from ..embedding import resampling
from ..interventions import unfold
from ..interventions.base import Around, override
from ..interventions.inside import OnConvolutions
from .truth import Source, degraded, density

ROLLS = 4
"""Equal areas elsewhere, per photo."""


@dataclass(frozen=True, eq=False)
class ClearMasks(OnConvolutions):
    """Masks are off at given places, and so what is pooled and modulated is that of the rest."""

    name: ClassVar[str] = "clear-masks"
    title: ClassVar[str] = "masks cleared at some places"
    places: Bool[Tensor, "h w"]

    @property
    def values(self) -> tuple[Any, ...]:
        return ()  # a map is no setting that a text could hold

    def edit(self, k: int, module: ExplainableConv2d, around: Around) -> None:
        rows, columns = module.kernel_size

        def cleared(record: Convolution) -> Convolution:
            mask = record.mask & ~_resized(self.places, record.input)
            pooled = F.adaptive_avg_pool2d(mask.to(record.input), (rows, columns))
            return replace(record, mask=mask, pooled=pooled, modulation=modulate(pooled, module.literal))

        override(module, "observe", lambda observe: lambda x: cleared(observe(x)))


def _resized(places: Bool[Tensor, "h w"], like: Features | Image) -> Bool[Tensor, "h w"]:
    """The same places on a grid of another size."""
    grown = F.interpolate(places[None, None].to(like), like.shape[-2:], mode="nearest-exact")
    return grown[0, 0].bool()


@dataclass(frozen=True, slots=True)
class Cleared:
    """dPSNR in dB, inside and outside the degraded places; ``k`` is 0 where all stages were cleared.

    ``there`` by clearing the degraded places, ``areas`` by clearing each of the equal areas elsewhere.
    """

    photo: int
    k: int
    there: tuple[float, float]
    areas: tuple[tuple[float, float], ...]

    @property
    def elsewhere(self) -> tuple[float, float]:
        """The mean over the areas."""
        inside, outside = zip(*self.areas, strict=True)
        return fmean(inside), fmean(outside)


def clear(
    network: UnfoldedNetwork, source: Source, kind: str = "R", *, rolls: int = ROLLS, seed: int = 0
) -> Iterator[Cleared]:
    """All stages together, then each alone, photo by photo; close the generator to stop it.

    Raises `InterventionError` for a network without explainable convolutions.
    """
    generator = Generator().manual_seed(seed)
    for i in range(len(source)):
        yield from cleared(network, source.sample(i, kind), kind, generator, photo=i, rolls=rolls)


def cleared(
    network: UnfoldedNetwork,
    sample: Degraded,
    kind: str,
    generator: Generator,
    *,
    photo: int = 0,
    rolls: int = ROLLS,
) -> Iterator[Cleared]:
    """The same on one photo whose layers are known; nothing where no place of it is degraded."""
    places = degraded(density(sample, kind, network.down))
    if not places.any():
        return
    areas = [places, *(_rolled(places, generator) for _ in range(rolls))]
    passed = _passed(network, sample.image)
    plain = _decoded(network, passed, passed[-1])
    for k in range(network.depth + 1):
        images = (_restored(network, passed, area, k) for area in areas)
        there, *others = (_change(image, plain, sample.clean, places, network.down) for image in images)
        yield Cleared(photo, k, there, tuple(others))


@torch.inference_mode()
def _passed(network: UnfoldedNetwork, image: Image) -> Trace[State]:
    """The states of the plain run: what lies before stage k need not run again."""
    return network.trace(image, keep=lambda iteration: iteration.state)


@torch.inference_mode()
def _restored(network: UnfoldedNetwork, passed: Trace[State], area: Bool[Tensor, "h w"], k: int) -> Image:
    """The photo with the masks cleared at stage k, or, where it is 0, at all of them."""
    first = k or 1
    do = ClearMasks(area, stages=(k,) if k else None)
    *_, last = unfold(network, passed.observation, passed[first - 1], (do,), first=first)
    return _decoded(network, passed, last.state)


@torch.inference_mode()
def _decoded(network: UnfoldedNetwork, passed: Trace[State], state: State) -> Image:
    return network.decode(state.x, passed.observation)


def _rolled(places: Bool[Tensor, "h w"], generator: Generator) -> Bool[Tensor, "h w"]:
    """The places moved round the photo, by at least one place."""
    down, right = (int(torch.randint(1, max(n, 2), (), generator=generator)) for n in places.shape)
    return places.roll((down, right), (0, 1))


def _change(
    image: Image, plain: Image, clean: Image, places: Bool[Tensor, "h w"], down: int
) -> tuple[float, float]:
    """dPSNR inside and outside the places."""
    grown = places.repeat_interleave(down, 0).repeat_interleave(down, 1)
    inside = grown[: clean.shape[-2], : clean.shape[-1]]
    first, second = (_psnr(image, clean, where) - _psnr(plain, clean, where) for where in (inside, ~inside))
    return first, second


def _psnr(image: Image, clean: Image, where: Bool[Tensor, "H W"]) -> float:
    """PSNR of some pixels, in dB, no higher than `CEILING`."""
    error = (image.clamp(0, 1) - clean).square()[..., where].mean()
    return -10 * error.clamp(min=10 ** (-CEILING / 10)).log10().item()


@dataclass(frozen=True, slots=True)
class Effect:
    """Means over photos with 95 % intervals, and what clearing the degraded places does beyond elsewhere."""

    k: int
    where: str  # "inside" or "outside" the degraded places
    photos: int
    there: Interval
    elsewhere: Interval
    beyond: Interval


def effects(found: Sequence[Cleared]) -> Iterator[Effect]:
    """All stages together (k = 0) and each alone, as far as photos have come."""
    for k in sorted({cleared.k for cleared in found}):
        rows = [cleared for cleared in found if cleared.k == k]
        weights = resampling.weights(len(rows))
        for side, where in enumerate(("inside", "outside")):
            there, elsewhere = (
                torch.tensor([getattr(row, name)[side] for row in rows]).double().numpy()
                for name in ("there", "elsewhere")
            )
            values = (resampling.mean(each, weights) for each in (there, elsewhere, there - elsewhere))
            yield Effect(k, where, len(rows), *values)


def alone(found: Cleared) -> Iterator[Effect]:
    """The effects on one photo, which has no interval: the range over the areas stands in its place."""
    for side, where in enumerate(("inside", "outside")):
        there, areas = found.there[side], [area[side] for area in found.areas]
        beyond = [there - area for area in areas]
        yield Effect(found.k, where, 1, Interval(there, there, there), _range(areas), _range(beyond))


def _range(values: Sequence[float]) -> Interval:
    return Interval(fmean(values), min(values), max(values))
