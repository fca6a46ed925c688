"""Separation scores against scikit-learn's, with and without weights, and on planted clusters."""

import numpy as np
import pytest
from sklearn.metrics import (
    calinski_harabasz_score,
    davies_bouldin_score,
    pairwise_distances,
    silhouette_score,
)

from analysis.embedding import resampling
from analysis.embedding.layout import as_points
from analysis.embedding.separation import (
    CHANCE,
    calinski_harabasz,
    davies_bouldin,
    measures,
    purities,
    silhouettes,
)
from tests.embedding.support import Q, noise, planted


def labels(photos):
    return np.tile(np.arange(Q), photos)


@pytest.mark.parametrize("content", [0, 3])
def test_they_are_scikit_learns(content):
    """Without resampling, on clusters that overlap."""
    grid = planted(9, apart=2, content=content).astype(float)
    points, ones = as_points(grid), np.ones((1, 9), dtype=int)
    truth = labels(9)
    assert calinski_harabasz(grid, ones)[0] == pytest.approx(calinski_harabasz_score(points, truth))
    assert davies_bouldin(grid, ones)[0] == pytest.approx(davies_bouldin_score(points, truth))
    found = silhouettes(pairwise_distances(points)).mean()
    assert found == pytest.approx(silhouette_score(points, truth))


def test_weights_are_repetitions():
    """A photo drawn three times counts as three photos."""
    grid = planted(6, apart=2).astype(float)
    weights = resampling.weights(6, resamples=4, seed=1)
    for row, chi, dbi in zip(
        weights, calinski_harabasz(grid, weights), davies_bouldin(grid, weights), strict=True
    ):
        points = as_points(np.repeat(grid, row, axis=0))
        assert chi == pytest.approx(calinski_harabasz_score(points, labels(6)))
        assert dbi == pytest.approx(davies_bouldin_score(points, labels(6)))


def test_own_photo_is_no_neighbour():
    """Photos lie farther apart than renditions: the nearest item is the own photo's, and is not asked."""
    grid = planted(12, apart=100).astype(float)
    grid[:, :, -1] += 1000 * np.arange(12)[:, None]
    distances = pairwise_distances(as_points(grid))
    assert purities(distances, neighbours=1).mean() == 1
    np.fill_diagonal(distances, np.inf)
    assert (distances.argmin(axis=1) // Q == np.arange(12 * Q) // Q).all()


def test_separated_and_not():
    """Far clusters are found; noise is at chance."""
    weights = resampling.weights(30, 200)
    found, nothing = (measures(planted(30, apart=apart), weights) for apart in (50, 0))
    assert found["silhouette"].low > 0.9
    assert found["purity"].mean == 1
    assert abs(nothing["silhouette"].mean) < 0.1
    assert nothing["purity"].low < CHANCE < nothing["purity"].high
    assert found["calinski_harabasz"].low > 100 * nothing["calinski_harabasz"].high
    assert found["davies_bouldin"].high < 0.2 * nothing["davies_bouldin"].low


def test_moving_and_turning_changes_nothing():
    """Scores see distances only; purity and silhouette not even the scale."""
    grid, weights = planted(8, apart=2), resampling.weights(8, 20)
    turn = np.linalg.qr(noise(10, 10, seed=5))[0]
    before, after = measures(grid, weights), measures(3 * grid @ turn + 7, weights)
    for name, interval in before.items():
        assert after[name].mean == pytest.approx(interval.mean, rel=1e-4), name
        assert after[name].low == pytest.approx(interval.low, rel=1e-4), name


def test_resampling():
    """The first row is the photos themselves, every other draws as many; intervals have their coverage."""
    weights = resampling.weights(40, 300)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 40).all()
    assert (weights[1:] == 0).any()
    inside = 0
    for seed in range(100):
        interval = resampling.mean(noise(40, seed=seed), weights)
        assert interval.low < interval.mean < interval.high
        inside += interval.low < 0 < interval.high
    assert 85 <= inside <= 99
