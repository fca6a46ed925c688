"""Journeys over k: one basis for all, or each map from the one before."""

import numpy as np
import pytest

from analysis.embedding.journeys import joint, travelled, travelling
from analysis.embedding.layout import as_points
from analysis.embedding.maps import PCA, TSNE, fit
from tests.embedding.support import planted

DRIFT = np.linspace(0, 1, 4)[:, None, None, None]
GRIDS = (planted(10, apart=20) + 3 * DRIFT * planted(10, apart=1, seed=4)).astype(np.float32)
SETTINGS = TSNE(perplexity=8, iterations=150)


def test_joint_is_one_pca():
    """The same projection at every k, also for a new run."""
    found = joint(GRIDS, first=1)
    assert found.points.shape == (4, 80, 2)
    whole = fit(GRIDS.reshape(-1, GRIDS.shape[-1]), PCA())
    assert np.allclose(found.points.reshape(-1, 2), whole.points)
    run = GRIDS[:, 3, 2]
    assert np.allclose(found.path(run), found.points[:, 3 * 8 + 2], atol=1e-4)
    assert (found.first, found.settings) == (1, PCA())


def test_travelling_moves_little():
    """Each map starts from the one before; points move less than between maps that know nothing of it."""
    together = travelling(GRIDS, 0, SETTINGS).points
    for before, after, grid in zip(together[:-1], together[1:], GRIDS[1:], strict=True):
        assert np.array_equal(fit(as_points(grid), SETTINGS, start=before).points, after)
    apart = [fit(as_points(grid), TSNE(8, 150, seed, random=True)).points for seed, grid in enumerate(GRIDS)]
    steps = [np.linalg.norm(np.diff(points, axis=0), axis=2).mean() for points in (together, np.stack(apart))]
    assert steps[0] < 0.5 * steps[1]


def test_a_known_run_follows_its_own_point():
    """The path of an item of the bank lies by the item, at every k, on a stored journey too."""
    found = travelling(GRIDS, 0, SETTINGS)
    stored = travelled(GRIDS, 0, SETTINGS, found.points)
    spread = np.ptp(found.points, axis=(0, 1)).max()
    run = GRIDS[:, 4, 1]
    for journey in (found, stored):
        assert np.linalg.norm(journey.path(run) - found.points[:, 33], axis=1).max() < 0.05 * spread


def test_another_depth_is_refused():
    """The sentence has both numbers."""
    with pytest.raises(ValueError, match="has 3 iterations; the map has 4"):
        joint(GRIDS, 0).path(GRIDS[:3, 0, 0])
