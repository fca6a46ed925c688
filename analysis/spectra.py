"""Spectra of the degradation operators.

A1 and A2 are scaled to unit Frobenius norm in every channel, so the largest singular value
is at most 1 whatever the network does. What a spectrum says must therefore be read against
the flat spectrum of the same norm, whose singular values are all 1/√n.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

QUANTILES = (0.05, 0.5, 0.95)
"""Over channels: the band that is drawn, and its middle."""


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Singular values of one operator in all channels, largest first."""

    values: Float[Tensor, "c n"]

    @property
    def quantiles(self) -> Float[Tensor, "3 n"]:
        """`QUANTILES` over channels of each singular value."""
        return self.values.quantile(torch.tensor(QUANTILES, dtype=self.values.dtype), dim=0)

    @property
    def effective_rank(self) -> Float[Tensor, " c"]:
        """exp of the entropy of the normalised singular values: between 1 and n."""
        share = self.values / self.values.sum(dim=-1, keepdim=True).clamp(min=1e-12)
        return torch.special.entr(share).sum(dim=-1).exp()

    @property
    def reference(self) -> float:
        """1/√n, every singular value of a flat spectrum with unit Frobenius norm."""
        return float(self.values.shape[-1]) ** -0.5


def spectrum(operator: Float[Tensor, "c n n"]) -> Spectrum:
    """The singular values of an operator, channel by channel."""
    return Spectrum(torch.linalg.svdvals(operator))
