"""Maps of planted clusters, and new points that are placed on them without moving anything."""

from dataclasses import fields

import numpy as np
import pytest

from analysis.embedding import maps
from analysis.embedding.layout import as_points
from analysis.embedding.maps import METHODS, PCA, TSNE, UMAP, fit, tsne_of
from tests.embedding.support import Q, planted

pytestmark = pytest.mark.filterwarnings("ignore")  # umap and numba warn about themselves

FEATURES = as_points(planted(12, apart=20))
NEW = as_points(planted(2, apart=20, seed=8))
SETTINGS = [PCA(), TSNE(perplexity=8, iterations=250), UMAP(neighbours=8)]


def nearest_labels(points, others):
    distances = np.linalg.norm(points[:, None] - others[None], axis=2)
    return distances.argmin(axis=1) % Q


@pytest.mark.parametrize("settings", SETTINGS[1:])
def test_clusters_stay_together_and_new_points_join_theirs(settings):
    """And placing leaves every old point where it is."""
    found = fit(FEATURES, settings)
    before = found.points.copy()
    assert found.points.shape == (len(FEATURES), 2)
    assert (nearest_labels(found.place(NEW), found.points) == np.arange(len(NEW)) % Q).all()
    assert np.array_equal(found.points, before)


def test_pca_is_exact():
    """Placing is the projection: of old points, where they are; of a sum, the sum."""
    found = fit(FEATURES, PCA())
    assert np.allclose(found.place(FEATURES), found.points, atol=1e-4)
    middle = FEATURES.mean(axis=0)
    assert np.allclose(found.place(middle[None]), 0, atol=1e-4)
    _, _, axes = np.linalg.svd(FEATURES - middle, full_matrices=False)
    assert np.allclose(np.abs((NEW - middle) @ axes[:2].T), np.abs(found.place(NEW)), atol=1e-3)


@pytest.mark.parametrize("settings", SETTINGS)
def test_each_new_point_goes_where_it_would_alone(settings):
    """Company changes nothing: new points are not fitted, neither with the old nor with each other."""
    found = fit(FEATURES, settings)
    spread = np.ptp(found.points, axis=0).max()
    together = found.place(NEW)
    for i in (0, 5):
        assert np.abs(found.place(NEW[i : i + 1])[0] - together[i]).max() < 0.03 * spread


@pytest.mark.parametrize("settings", SETTINGS)
def test_same_question_is_computed_once(settings):
    """Equal features and settings give the very map; other features or settings another."""
    found = fit(FEATURES, settings)
    assert fit(FEATURES.copy(), settings) is found
    assert fit(FEATURES + 1, settings) is not found


def test_same_seed_same_map():
    """To the last bit, when it is computed anew; another random start gives another map."""
    for settings in (SETTINGS[2], TSNE(perplexity=8, iterations=50, random=True)):
        first = fit(FEATURES, settings).points.copy()
        maps._fitted.cache_clear()
        assert np.array_equal(fit(FEATURES, settings).points, first)
    other = TSNE(perplexity=8, iterations=50, random=True, seed=1)
    assert not np.allclose(fit(FEATURES, other).points, first)


def test_given_start_is_kept_near():
    """t-SNE goes on from an earlier map without tearing it apart; a start of its own lies elsewhere."""
    blurred = as_points(planted(12, apart=3))  # clusters that overlap have many layouts
    settings = SETTINGS[1]
    before = fit(blurred, settings).points
    near = fit(blurred, settings, start=before).points
    own = fit(blurred, TSNE(perplexity=8, iterations=250, random=True)).points
    spread = np.ptp(before, axis=0).max()
    assert np.abs(near - before).mean() < 0.1 * spread < np.abs(own - before).mean()


def test_stored_tsne_places_like_the_original():
    """From features and positions alone, at another place of the plane too."""
    found = fit(FEATURES, SETTINGS[1])
    stored = tsne_of(FEATURES, found.points + 100, SETTINGS[1])
    assert np.allclose(stored.place(NEW), found.place(NEW) + 100, atol=1e-3)


@pytest.mark.parametrize(
    ("count", "settings", "said"),
    [
        (3, PCA(), "needs 4 points"),
        (20, TSNE(perplexity=30), "perplexity is 30; with 20 points"),
        (20, TSNE(perplexity=1), "perplexity is 1"),
        (20, UMAP(neighbours=20), "neighbours are 20"),
        (20, UMAP(neighbours=1), "neighbours are 1"),
    ],
)
def test_impossible_settings(count, settings, said):
    """A sentence that restates what was asked."""
    with pytest.raises(ValueError, match=said):
        fit(FEATURES[:count], settings)


def test_settings_describe_their_form():
    """Every setting has a label, and a default inside its range."""
    for method in METHODS.values():
        for each in fields(method):
            assert each.metadata["label"]
            assert each.metadata["low"] <= each.default <= each.metadata["high"]


def test_warm_up_is_done_once():
    """It ends, leaves UMAP compiled, and is not begun again."""
    thread = maps.warm_up()
    assert maps.warm_up() is thread
    thread.join(timeout=120)
    assert not thread.is_alive()
