"""What can be looked at in a run as maps: of the photo, of its features, and of the operators.

Functions of several digests give a stack whose first axis is theirs, k = 0..N for a whole run.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from interir import Observation, operators
from interir.shapes import Image

from .digest import Digest

THUMBNAIL = 24
"""Side of an operator in the overview of all channels, in pixels."""


def change(image: Image, digests: Sequence[Digest]) -> Float[Tensor, "k H W"]:
    """x̂_k - x̂_{k-1}, mean of R, G and B, of a run from k = 0 on; the first is x̂_0 - y."""
    estimates = [image, *(digest.estimate for digest in digests)]
    return torch.cat([(after - before).mean(dim=1) for before, after in pairwise(estimates)])


def error(clean: Image, digests: Sequence[Digest]) -> Float[Tensor, "k H W"]:
    """x̂_k - clean, mean of R, G and B."""
    return torch.cat([(digest.estimate - clean).mean(dim=1) for digest in digests])


def operator(digests: Sequence[Digest], which: str, channel: int) -> Float[Tensor, "k n n"]:
    """A1 or A2 in one channel."""
    return torch.stack([getattr(digest.state, which)[0, channel] for digest in digests])


def thumbnails(digests: Sequence[Digest], which: str) -> Float[Tensor, "k c t t"]:
    """A1 or A2 in all channels, area-averaged to `THUMBNAIL` pixels."""
    return torch.cat([F.adaptive_avg_pool2d(getattr(digest.state, which), THUMBNAIL) for digest in digests])


def tiled(thumbnails: Float[Tensor, "c t t"]) -> Float[Tensor, "H W"]:
    """Thumbnails in the rows of a square, left to right and top to bottom; a pixel of 0 after each."""
    count = len(thumbnails)
    columns = math.ceil(math.sqrt(count))
    missing = -count % columns
    cells = F.pad(thumbnails, (0, 1, 0, 1, 0, missing)).unflatten(0, (-1, columns))
    return cells.transpose(1, 2).flatten(2, 3).flatten(0, 1)


def degraded_features(digests: Sequence[Digest], channel: int) -> Float[Tensor, "k h w"]:
    """(A1 x_k A2) in one channel: what the operators make of the estimate."""
    states = [digest.state for digest in digests]
    return torch.stack([operators.apply(s.a1[0, channel], s.x[0, channel], s.a2[0, channel]) for s in states])


def state_features(digests: Sequence[Digest], field: str, channel: int) -> Float[Tensor, "k h w"]:
    """x_k or the multiplier in one channel."""
    return torch.stack([getattr(digest.state, field)[0, channel] for digest in digests])


def observed_features(observation: Observation, channel: int) -> Float[Tensor, "1 h w"]:
    """y in one channel, the same at every k."""
    return observation.features[:, channel]
