"""Probes on features that hold the answer, half of it, or nothing."""

import numpy as np
import pytest

from analysis.embedding import probe, resampling
from analysis.embedding.layout import KINDS, PRESENT, RENDITIONS, as_points
from tests.embedding.support import Q, noise, planted

PHOTOS = 20
WEIGHTS = resampling.weights(PHOTOS, 100)


def levels(seed=3):
    drawn = np.random.default_rng(seed).uniform(10, 100, size=(PHOTOS, 1, 3))
    return (drawn * PRESENT).astype(np.float32)


def test_answer_in_the_features():
    """Renditions and presence without an error."""
    found = probe.measures(planted(PHOTOS), levels(), WEIGHTS)
    assert all(found[name].mean == 1 for name in ["accuracy", *(f"accuracy {k}" for k in KINDS)])


def test_level_in_one_direction():
    """The level of rain along one axis, other levels nowhere: R² near 1, and no better than the mean."""
    grid = noise(PHOTOS, Q, 6)
    grid[..., 2] = levels()[..., 1]
    found = probe.measures(grid, levels(), WEIGHTS)
    assert found["r2 R"].low > 0.95
    assert found["r2 H"].mean < 0.1
    assert found["accuracy R"].mean > 0.95
    assert found["accuracy N"].low < 0.5 + 0.1


def test_nothing_in_the_features():
    """Chance, and an interval that holds it."""
    found = probe.measures(noise(PHOTOS, Q, 10, seed=4), levels(), WEIGHTS)
    assert found["accuracy"].low <= 1 / Q <= found["accuracy"].high
    assert found["accuracy H"].low <= 0.5 <= found["accuracy H"].high


def test_folds_are_whole_photos():
    """What marks photos cannot be learned: an item is never predicted from its own photo."""
    grid = np.repeat(10 * np.eye(PHOTOS, dtype=np.float32)[:, None], Q, axis=1)
    level = np.repeat(np.random.default_rng(0).uniform(size=(PHOTOS, 1)), Q, axis=1)
    assert probe.level_r2(grid, level, WEIGHTS).mean < 0.1


def test_intervals_of_r2_are_those_of_repeated_photos():
    """Weighted sums against the plain formula on repeated rows."""
    grid, level = noise(PHOTOS, Q, 3), noise(PHOTOS, Q, seed=9)
    found = probe._held_out(probe.regressor(), grid, level.reshape(-1)).reshape(level.shape)
    weights = resampling.weights(PHOTOS, 1, seed=2)
    row = weights[1]
    truth, guess = (np.repeat(v, row, axis=0) for v in (level, found))
    plain = 1 - np.square(truth - guess).sum() / np.square(truth - truth.mean()).sum()
    assert probe.level_r2(grid, level, weights).low == pytest.approx(plain, rel=1e-4)


def test_verdicts():
    """Items of other photos get their own rendition; probabilities are such, levels are found."""
    grid = planted(PHOTOS)
    grid = np.concatenate([grid, levels() / 10], axis=2)
    fitted = probe.fit(grid[:-1], levels()[:-1])
    verdicts = fitted.verdicts(as_points(grid[-1:]))
    assert [verdict.name for verdict in verdicts] == list(RENDITIONS)
    for q, verdict in enumerate(verdicts):
        assert sum(verdict.rendition.values()) == pytest.approx(1)
        for j, kind in enumerate(KINDS):
            assert (verdict.present[kind] > 0.5) == PRESENT[q, j]
            if PRESENT[q, j]:
                assert verdict.level[kind] == pytest.approx(levels()[-1, q, j], abs=8)
            assert verdict.level[kind] >= 0
