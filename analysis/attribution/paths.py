r"""Baselines, and the ways from a baseline to the photo along which credit is gathered.

.. math::
    \text{straight: } \gamma(a) = y_0 + a\,(y - y_0), \qquad
    \text{blur: } \gamma(a) = \omega\big(\sigma (1 - a)\big) * y

What a map says depends on where the way starts. From the clean photo, the credit is for the
degradation alone ("what hurts"); from a blurred one, for structure, rain and noise included
("what is used"). LAM goes along the blur, with σ = 1.2 in the authors' demo.
"""

from __future__ import annotations

import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from interir.shapes import Image

SIGMA = 1.2
"""Of the blur at which LAM's way starts, in pixels."""

Path = tuple[Image, ...]
"""The corners of a polygon from baseline to photo."""


def blurred(image: Image, sigma: float = SIGMA) -> Image:
    """A photo under a Gaussian blur, reflected at its borders."""
    pixels = image.detach().cpu().numpy()
    spread = gaussian_filter(pixels, (0, 0, sigma, sigma), mode="mirror")
    return torch.from_numpy(spread).to(image)


def straight(baseline: Image, image: Image, steps: int) -> Path:
    """Equal steps from the baseline to the photo: the way of integrated gradients."""
    return tuple(torch.lerp(baseline, image, a) for a in _shares(steps, image))


def focusing(image: Image, steps: int, sigma: float = SIGMA) -> Path:
    """From the blurred photo to the sharp one, the width falling by equal steps: the way of LAM."""
    return tuple(blurred(image, sigma * (1 - a.item())) for a in _shares(steps, image))


def _shares(steps: int, like: Tensor) -> Tensor:
    return torch.linspace(0, 1, steps + 1, dtype=like.dtype, device=like.device)
