"""Bootstrap over clean photos, as weights: how often each photo was drawn.

Scores are means or ratios of sums over photos, so a resample needs no copy of the data.
Photos are drawn, not items: the renditions of a photo are not independent.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from interir.bootstrap import Interval

from .layout import Weights

RESAMPLES = 500
LEVEL = 0.95


def weights(photos: int, resamples: int = RESAMPLES, seed: int = 0) -> Weights:
    """The photos as they are, then ``resamples`` draws with replacement."""
    drawn = np.random.default_rng(seed).multinomial(photos, np.full(photos, 1 / photos), size=resamples)
    return np.concatenate([np.ones((1, photos), dtype=drawn.dtype), drawn])


def mean(by_photo: Float[np.ndarray, " p"], weights: Weights) -> Interval:
    """The mean over photos, and its interval."""
    return interval(weights @ by_photo / by_photo.shape[0])


def interval(values: Float[np.ndarray, " w"]) -> Interval:
    """The value on the photos themselves, and the percentile interval of the resamples."""
    drawn = np.sort(values[1:])
    cut = int(len(drawn) * (1 - LEVEL) / 2)
    return Interval(float(values[0]), float(drawn[cut]), float(drawn[len(drawn) - 1 - cut]))
