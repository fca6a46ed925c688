r"""Where the degradation is, at the resolution of the masks.

.. math::
    \text{rain: } \overline{\mathrm{clip}(x + s) - x}, \qquad \text{haze: } \overline{1 - t}, \qquad
    \text{noise: } \overline{|n|}

each averaged over colours and over the pixels that a place of the features covers. Noise is the
negative control: it has the same strength everywhere, so there is nothing to be found but the
noise itself. Streaks are a pixel or two wide and become densities here; a place counts as
degraded where its density is above the photo's 90 % quantile.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Bool, Float
from torch import Generator, Tensor
from torch.nn import functional as F

from interir import degrade, testsets
from interir.data import photo_paths
from interir.degrade import MAXIMUM, Degraded
from interir.shapes import Layer
from interir.unfolding import pad_to_multiple

from ..contact_sheet import cropped

KINDS = ("R", "H", "N")
"""The single degradations, noise the negative control."""

QUANTILE = 0.9
"""Of a photo's places, above which one counts as degraded."""

Density = Float[Tensor, "h w"]


@dataclass(frozen=True, slots=True)
class Source:
    """The middle squares of photos, to be degraded by one kind at half its highest level.

    Half is the mean level of Table 6; one that is drawn could leave nothing to find.
    """

    paths: tuple[Path, ...]
    side: int

    def __len__(self) -> int:
        return len(self.paths)

    def sample(self, i: int, kind: str) -> Degraded:
        """Photo i under one of `KINDS`, with a seed of its own; not rounded."""
        clean = cropped(self.paths[i], self.side)
        levels = degrade.uniform_levels(clean, **{degrade.NAMES[k]: MAXIMUM[k] / 2 for k in KINDS})
        seed = testsets.seed_of(i, degrade.COMBINATIONS.index(kind))
        return degrade.combination(clean, kind, generator=Generator().manual_seed(seed), levels=levels)


def source(folder: Path, limit: int | None, side: int) -> Source:
    """The first photos of a folder."""
    return Source(tuple(photo_paths(folder)[:limit]), side)


def layer(sample: Degraded, kind: str) -> Layer:
    """How strong a degradation is at every pixel."""
    layers = sample.layers
    if kind == "H":
        return 1 - layers.transmission
    clean = sample.clean.to(layers.streaks)  # layers stay where they were drawn, a photo may have moved
    rain = (clean + layers.streaks).clamp(0, 1) - clean
    return {"R": rain, "N": layers.noise.abs()}[kind].mean(dim=1, keepdim=True)


def density(sample: Degraded, kind: str, down: int) -> Density:
    """How strong it is at every place of features that are ``down`` times smaller."""
    return F.avg_pool2d(pad_to_multiple(layer(sample, kind), down), down)[0, 0]


def degraded(strength: Density) -> Bool[Tensor, "h w"]:
    """The places that count as degraded; none where all are alike."""
    return strength > torch.quantile(strength, QUANTILE)
