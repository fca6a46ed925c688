r"""Credit by covering: what the objective loses when one square of the photo is covered.

.. math::
    \phi_B = f(y) - f(y \text{ with } y_B = x_B)

The cover is that square of the *clean* photo (or of another baseline), not grey: a grey square would
be a degradation of its own. With the clean one, φ is what the degradation of that square did.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from captum.attr import Occlusion

from interir.shapes import Image

from .maps import Attribution
from .objectives import Function

BLOCK = 16
"""Side of the square, in pixels."""

AT_ONCE = 4
"""Covered photos per run of the network."""


def occlusion(objective: Function, image: Image, cover: Image, block: int = BLOCK) -> Iterator[Attribution]:
    """The map after each row of squares; a square's credit is spread evenly over its pixels and colours.

    Squares at the right and lower border are as large as there is room.
    """
    values = torch.zeros_like(image)
    tops = range(0, image.shape[-2], block)
    for done, top in enumerate(tops, 1):
        values = values.clone()
        values[..., top : top + block, :] = _row(objective, image, cover, top, block)
        yield Attribution("occlusion", values, done=done, steps=len(tops))


@torch.no_grad()
def _row(objective: Function, image: Image, cover: Image, top: int, block: int) -> Image:
    """The credit of the squares of one row, whose rows of pixels are all that Captum sees of the photo."""
    above, rows, below = (part.clone() for part in _split(image, top, block))
    height, side = rows.shape[-2], min(block, rows.shape[-1])

    def whole(band: Image) -> Image:
        return torch.cat([part.expand(len(band), -1, -1, -1) for part in (above, band, below)], dim=-2)

    losses: Image = Occlusion(lambda band: objective(whole(band))).attribute(
        rows,
        sliding_window_shapes=(3, height, side),
        strides=(3, height, side),
        baselines=_split(cover, top, block)[1].clone(),
        perturbations_per_eval=AT_ONCE,
    )
    widths = [part.shape[-1] for part in losses.split(side, dim=-1) for _ in range(part.shape[-1])]
    return losses / (3 * height * losses.new_tensor(widths))


def _split(image: Image, top: int, block: int) -> tuple[Image, Image, Image]:
    return image[..., :top, :], image[..., top : top + block, :], image[..., top + block :, :]
