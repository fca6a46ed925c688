"""PSNR and SSIM per photo, from torchmetrics, and the Y channel. Imported only where they are measured."""

import torch
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

from .shapes import Image, Layer, Level

LUMA = (65.481 / 255, 128.553 / 255, 24.966 / 255)
"""Weights of R, G and B in Y, ITU-R BT.601 with studio swing: black is 16/255, white 235/255."""


def luma(image: Image) -> Layer:
    """Y of YCbCr as the deraining literature measures on (Table 3): MATLAB's ``rgb2ycbcr`` on floats.

    The photo is clipped to [0, 1] first; Y lies in [16/255, 235/255] and is not rounded.
    """
    weights = image.new_tensor(LUMA).reshape(1, 3, 1, 1)
    return (image.clamp(0, 1) * weights).sum(1, keepdim=True) + 16 / 255


def psnr(estimate: Image | Layer, clean: Image | Layer) -> Level:
    """Peak signal-to-noise ratio in dB for each photo of a batch; the estimate is clipped to [0, 1].

    The peak is 1, for Y too. Equal photos give infinity.
    """
    values = peak_signal_noise_ratio(
        estimate.clamp(0, 1), clean, data_range=1.0, reduction="none", dim=(1, 2, 3)
    )
    return torch.as_tensor(values).reshape(len(clean))


def ssim(estimate: Image | Layer, clean: Image | Layer) -> Level:
    """Structural similarity (11 x 11 Gaussian window) for each photo; the estimate is clipped.

    Photos with a side under 11 px, which the window does not fit, give NaN. Windows that reach
    over the border see the photo reflected; MATLAB's older code leaves them out.
    """
    if min(clean.shape[-2:]) < 11:
        return clean.new_full((len(clean),), torch.nan)
    values = structural_similarity_index_measure(
        estimate.clamp(0, 1), clean, data_range=1.0, reduction="none"
    )
    return torch.as_tensor(values).reshape(len(clean))
