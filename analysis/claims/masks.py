r"""Do the masks mark where the degradation is? The claim on which the word "explainable" rests.

Each convolution has a hundred masks, so the best of them fits anything: one half of the photos
chooses it and the other half scores it, and every null model may search just as long. The null
models are another photo's rain map, the photo's own |gradient|, and the same network untrained.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float

from interir import CheckpointError, UnfoldedNetwork, nulls
from interir.bootstrap import Interval
from interir.progress import reported

from ..embedding import resampling
from ..localisation.fields import GRADIENT, MASK, LocalisationError, fields, of_photo
from ..localisation.heat import crossed
from ..localisation.scoring import AUROC, CHANCE, OTHER, TRUE, TRUTHS, fit, truths
from ..localisation.truth import Source, density, source
from .case import Measurement
from .verdicts import Beside, Finding, ForeignError, Measured

RAIN, HAZE = "R", "H"

Fits = Float[np.ndarray, "photo channel truth"]
Scores = Float[np.ndarray, " photo"]


class Masks(Measurement):
    """The best mask, chosen on other photos, against what knows nothing of the rain."""

    watches: ClassVar[bool] = False

    def finding(self) -> Finding:
        photos = source(self.case.folder, self.case.limit, self.case.side)
        try:
            rain, steep = fitted(self.case.network, photos, RAIN)
            haze, _ = fitted(self.case.network, photos, HAZE)
        except LocalisationError as error:
            raise ForeignError(f"{error}.") from error
        beside = [
            Beside("AUROC of the best mask for the rain; 0.5 knows nothing", "", over(best(rain, TRUE))),
            Beside("AUROC of the best mask for the haze", "", over(best(haze, TRUE))),
            *self._untrained(photos),
        ]
        what = "the photos here have rain, or haze, alone, at half the highest level"
        return Finding(judged(rain, steep), f"{self.case.source}; {what}", tuple(beside))

    def _untrained(self, photos: Source) -> list[Beside]:
        """The network that training started from, where its weights say their seed."""
        try:
            rain, _ = fitted(nulls.untrained(self.case.subject.file), photos, RAIN)
        except CheckpointError:
            return []
        return [
            Beside("AUROC of the best mask for the rain, before the training", "", over(best(rain, TRUE)))
        ]


def judged(rain: Fits, steep: Fits) -> tuple[Measured, ...]:
    """What the best mask knows beyond another photo's rain, and beyond the |gradient| of its own."""
    found = best(rain, TRUE)
    foreign, gradient = over(found - best(rain, OTHER)), over(found - best(steep, TRUE))
    return (
        Measured("AUROC for the rain, less for another photo’s rain", "", foreign, 0.0, len(found)),
        Measured("AUROC for the rain, less that of the photo’s |gradient|", "", gradient, 0.0, len(found)),
    )


def fitted(network: UnfoldedNetwork, photos: Source, kind: str) -> tuple[Fits, Fits]:
    """AUROC of all masks of all convolutions, and of the photo's |gradient|, for all truths."""
    numbers = reported(range(len(photos)), len(photos), f"photos searched for {kind}")
    rows = [_fitted(network, photos, i, kind) for i in numbers]
    masks, steep = zip(*rows, strict=True)
    return np.stack(masks), np.stack(steep)


@torch.inference_mode()
def _fitted(network: UnfoldedNetwork, photos: Source, i: int, kind: str) -> tuple[Fits, Fits]:
    sample, other = (photos.sample(j % len(photos), kind) for j in (i, i + 1))
    strengths = truths(*(density(each, kind, network.down) for each in (sample, other)))
    answers = fields(network, sample.image, sample.clean).values()
    masks = np.concatenate([fit(answer[MASK], strengths)[AUROC] for answer in answers])
    return masks, fit(of_photo(sample.image, network.down)[GRADIENT], strengths)[AUROC]


def best(fits: Fits, truth: str) -> Scores:
    """Each photo's score by the channel that the other half of the photos chose."""
    values = fits[..., TRUTHS.index(truth)]
    return crossed(values, np.arange(len(values)) % 2, CHANCE[AUROC])[0]


def over(scores: Scores) -> Interval:
    """The mean over photos and its interval."""
    return resampling.mean(scores, resampling.weights(len(scores)))
