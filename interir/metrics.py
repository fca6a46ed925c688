"""PSNR and SSIM per photo, from torchmetrics. Imported only where they are measured."""

import torch
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

from .shapes import Image, Level


def psnr(estimate: Image, clean: Image) -> Level:
    """Peak signal-to-noise ratio in dB for each photo of a batch; the estimate is clipped to [0, 1]."""
    values = peak_signal_noise_ratio(
        estimate.clamp(0, 1), clean, data_range=1.0, reduction="none", dim=(1, 2, 3)
    )
    return torch.as_tensor(values).reshape(len(clean))


def ssim(estimate: Image, clean: Image) -> Level:
    """Structural similarity (11 x 11 Gaussian window) for each photo; the estimate is clipped.

    Photos with a side under 11 px, which the window does not fit, give NaN.
    """
    if min(clean.shape[-2:]) < 11:
        return clean.new_full((len(clean),), torch.nan)
    values = structural_similarity_index_measure(
        estimate.clamp(0, 1), clean, data_range=1.0, reduction="none"
    )
    return torch.as_tensor(values).reshape(len(clean))
