"""PSNR and SSIM per photo, from scikit-image, and the Y channel. Imported only where they are measured."""

import numpy as np
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

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
    pairs = zip(estimate.clamp(0, 1).cpu().numpy(), clean.cpu().numpy(), strict=True)
    with np.errstate(divide="ignore"):
        values = [peak_signal_noise_ratio(truth, test, data_range=1) for test, truth in pairs]
    return clean.new_tensor(values)


def ssim(estimate: Image | Layer, clean: Image | Layer) -> Level:
    """Structural similarity (11 x 11 Gaussian window of sd 1.5) for each photo; the estimate is clipped.

    As in the original definition, only windows that lie inside the photo count. Photos with a
    side under 11 px, which the window does not fit, give NaN.
    """
    if min(clean.shape[-2:]) < 11:
        return clean.new_full((len(clean),), torch.nan)
    pairs = zip(estimate.clamp(0, 1).cpu().numpy(), clean.cpu().numpy(), strict=True)
    values = [
        structural_similarity(
            truth,
            test,
            data_range=1,
            channel_axis=0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        for test, truth in pairs
    ]
    return clean.new_tensor(values)
