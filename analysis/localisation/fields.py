r"""What a network, or a photo alone, offers as an answer to where the degradation is.

For every channel of every explainable convolution: its mask M = 1[X > τ], the margin X - τ that it
cuts, what both are more than on the clean photo (so that edges and content, which are in both, drop
out), and |X|, the raw feature, as a baseline to beat. From the photo alone: |gradient| and light.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from interir import Convolution, UnfoldedNetwork
from interir.shapes import Image
from interir.unfolding import pad_to_multiple

from ..errors import AnalysisError

MASK, MARGIN, FEATURE = "mask", "margin", "|x|"
CONTRASTS = {MASK: "mask, less clean", MARGIN: "margin, less clean"}
ANSWERS = (MASK, MARGIN, *CONTRASTS.values(), FEATURE)
"""What a convolution offers."""

GRADIENT, LIGHT = "|gradient|", "light"
PHOTO = (GRADIENT, LIGHT)
"""What the photo offers."""

Field = Float[Tensor, "channel h w"]


class LocalisationError(AnalysisError):
    """A network, or photos, of which one cannot ask where the degradation is."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One explainable convolution: its iteration and its name."""

    k: int
    module: str


def fields(network: UnfoldedNetwork, image: Image, clean: Image) -> dict[Place, dict[str, Field]]:
    """All answers of all convolutions on one photo, two runs.

    Raises `LocalisationError` for a network whose iterations report no explainable convolution.
    """
    ours, plain = (_convolutions(network, photo) for photo in (image, clean))
    if not ours:
        raise LocalisationError(
            f"{network.title} has no explainable convolution, so no mask that could find anything"
        )
    return {place: _answers(ours[place], plain[place]) for place in ours}


def _convolutions(network: UnfoldedNetwork, image: Image) -> dict[Place, Convolution]:
    found = network.trace(image, keep=lambda iteration: (iteration.k, iteration.convolutions))
    return {Place(k, record.name): record for k, records in found for record in records}


def _answers(ours: Convolution, plain: Convolution) -> dict[str, Field]:
    margin, without = (record.input[0] - record.threshold[0] for record in (ours, plain))
    mask, mask_without = (record.mask[0].to(margin) for record in (ours, plain))
    return {
        MASK: mask,
        MARGIN: margin,
        CONTRASTS[MASK]: mask - mask_without,
        CONTRASTS[MARGIN]: margin - without,
        FEATURE: ours.input[0].abs(),
    }


def of_photo(image: Image, down: int) -> dict[str, Field]:
    """The answers of the photo alone, at places ``down`` times larger than a pixel."""
    grey = pad_to_multiple(image, down).mean(dim=1, keepdim=True)
    slopes = torch.gradient(grey, dim=(-2, -1))
    steep = torch.linalg.vector_norm(torch.stack(slopes), dim=0)
    return {name: F.avg_pool2d(each, down)[0] for name, each in zip(PHOTO, (steep, grey), strict=True)}
