"""One photo, its rain drawn twice: the channel that knows is found, and no other's luck counts."""

import numpy as np
import pytest
import torch
from torch import Generator

from analysis.localisation import drawings
from analysis.localisation.heat import ANYWHERE, heat_map
from analysis.localisation.scoring import AUROC, OTHER, ROLLED, TRUE
from interir import degrade
from tests.localisation.support import PLANTED, Planted


def drawn(seed, haze=0):
    """A grey photo under rain, so that light is rain; under haze too, where it is asked for."""
    clean = torch.full((1, 3, 48, 56), 0.3)
    levels = degrade.uniform_levels(clean, rain=150, haze=haze)
    return degrade.degrade(clean, levels, generator=Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def cells():
    """All AUROC cells of two drawings, by answer, truth and place."""
    found = [each for scored in drawings.score(Planted(), [drawn(1), drawn(2)], "R") for each in scored]
    kept = [cell for cell in heat_map(found) if cell.measure == AUROC]
    return {(cell.answer, cell.truth, cell.k, cell.module): cell for cell in kept}


def test_the_channel_that_knows_is_found(cells):
    """In its place and among all; on what is not the truth the same search is near chance."""
    k, module, channel = PLANTED
    for place in ((k, module), (ANYWHERE.k, ANYWHERE.module)):
        assert cells["margin", TRUE, *place].value.mean > 0.95
    assert cells["margin", TRUE, k, module].channels == (channel, channel)
    for truth in (ROLLED, OTHER):
        assert abs(cells["margin", truth, k, module].value.mean - 0.5) < 0.15
    assert abs(cells["margin", TRUE, 1, "A"].value.mean - 0.5) < 0.1


def test_kinds_share_their_ranks():
    """Scored together or alone, a degradation has the same numbers."""
    pair = [drawn(1, haze=100), drawn(2, haze=100)]
    both = next(drawings.score(Planted(), pair, "RH"))
    for scored, kind in zip(both, "RH", strict=True):
        (alone,) = next(drawings.score(Planted(), pair, kind))
        assert scored.kind == alone.kind == kind
        for place, answers in alone.fits.items():
            for name, fits in answers.items():
                assert fits[AUROC].shape == (8, 3)
                assert np.array_equal(scored.fits[place][name][AUROC], fits[AUROC], equal_nan=True)
    assert not np.array_equal(*(each.baselines["light"][AUROC] for each in both))


def test_middle():
    """Photo and layers are cut alike, so that they still compose to the photo; a small photo is kept."""
    sample = drawn(1)
    cut = drawings.middle(sample, 24)
    assert cut.image.shape[-2:] == (24, 24)
    assert torch.equal(degrade.compose(cut.clean, cut.layers), cut.image)
    assert torch.equal(drawings.middle(sample, 48).image, sample.image[..., :, 4:52])
    assert torch.equal(drawings.middle(sample, 99).image, sample.image)
