r"""The training loss (Eq. 2): :math:`\|\hat x - x\|_1 + 0.1\,\|\mathcal F\hat x - \mathcal F x\|_1`.

Both norms are means, the second over real and imaginary parts of the half spectrum that
determines a real image. The transform is the unnormalised one, as in FSNet, which the paper
follows; its coefficients are larger than pixels by about the side
of the patch, so that at 64 px the second term carries most of the loss.
"""

import torch

from .shapes import Image, Scalar

FREQUENCY_WEIGHT = 0.1


def restoration_loss(restored: Image, clean: Image) -> Scalar:
    """Eq. 2 for a batch."""
    difference = restored - clean
    spectrum = torch.view_as_real(torch.fft.rfft2(difference))
    return difference.abs().mean() + FREQUENCY_WEIGHT * spectrum.abs().mean()
