"""The scores that the command wrote, their null models, and their file."""

import json

import numpy as np
import pytest

from analysis.embedding import scores
from analysis.embedding.layout import PRESENT
from analysis.embedding.maps import TSNE
from analysis.embedding.scores import FEATURE_SPACE, PIXELS, Additivity, Scores
from tests.embedding.support import Q, noise, planted


@pytest.fixture(scope="module")
def written(built):
    """What is in the file beside the bank."""
    return scores.load(built / "bank.json")


def test_every_source_at_every_k(bank, written):
    """In the high-dimensional space, with additivity, for null models too."""
    expected = {
        (name, source, k)
        for name, member in bank.members.items()
        for source, embedded in member.sources.items()
        for k in embedded.ks
    }
    rows, additivity, _ = written
    plain = [r for r in rows if r.space == FEATURE_SPACE and not r.shuffled and r.network != PIXELS]
    assert {(r.network, r.source, r.k) for r in plain} == expected
    assert {(a.network, a.source, a.k) for a in additivity} == expected
    assert all(set(r.measures) == set(scores.CAPTIONS) for r in plain)


def test_null_models_and_maps_stand_beside(bank, written):
    """Pixels, shuffled labels at every k of a trained x, and every last k's t-SNE over seeds."""
    rows, _, _ = written
    assert sum(r.network == PIXELS for r in rows) == 2
    shuffled = {(r.network, r.k) for r in rows if r.shuffled}
    assert shuffled == {(name, k) for name in ("ours", "theirs") for k in bank.embedded(name, "x").ks}
    mapped = {(r.network, r.k) for r in rows if r.space == "t-SNE" and r.network != PIXELS}
    assert mapped == {(name, m.sources["x"].ks[-1]) for name, m in bank.members.items()}


def test_rows_are_counted_before_they_are_made(bank, written):
    """The progress that the command shows ends at its end."""
    assert scores.count(bank) == sum(len(rows) for rows in written)


def test_they_can_be_computed_again(bank, written):
    """The page's answer is the file's, to its digits."""
    row = next(r for r in written[0] if (r.network, r.source, r.k) == ("ours", "a1", 1) and not r.shuffled)
    found = scores.measure(bank.embedded("ours", "a1").grids[1], bank.levels)
    for name, interval in row.measures.items():
        assert found[name].mean == pytest.approx(interval.mean, rel=1e-4, abs=1e-6), name
        assert found[name].high == pytest.approx(interval.high, rel=1e-4, abs=1e-6), name


def test_shuffling_keeps_photos_and_loses_labels():
    """Each photo keeps its items; perfect clusters score as chance does."""
    grid = planted(20)
    mixed = scores.shuffled(grid)
    assert np.array_equal(np.sort(mixed, axis=1), np.sort(grid, axis=1))
    levels = (PRESENT * np.random.default_rng(0).uniform(1, 9, (20, 1, 3))).astype(np.float32)
    found = scores.measure(mixed, levels, resamples=50)
    assert found["accuracy"].mean < 2.5 / Q
    assert found["silhouette"].mean < 0.05
    assert scores.measure(grid, levels, resamples=50)["accuracy"].mean == 1


def test_over_seeds():
    """Mean and spread over maps that differ."""
    found = scores.over_seeds(planted(10, apart=3), TSNE(perplexity=8, iterations=50), seeds=(0, 1, 2))
    assert set(found) == {"silhouette", "calinski_harabasz", "davies_bouldin", "purity"}
    for interval in found.values():
        assert interval.low < interval.mean < interval.high
        assert interval.high - interval.mean == pytest.approx(interval.mean - interval.low)


def test_file_round_trip(tmp_path):
    """Rows come back, five digits deep; infinite and missing values as NaN; the file is strict JSON."""
    levels = (PRESENT * noise(6, 1, 3)).astype(np.float32)
    grid = planted(6)
    row = Scores("n", "x", 3, FEATURE_SPACE, False, scores.measure(grid, levels, resamples=20))
    row.measures["purity"] = type(row.measures["purity"])(float("inf"), float("nan"), 0.123456789)
    additive = scores.additivity(grid, "n", "x", 3)
    scores.save([row, additive], tmp_path / "s.json", {"seed": 0})
    json.loads((tmp_path / "s.json").read_text(), parse_constant=pytest.fail)
    (found,), (again,), contrasts = scores.load(tmp_path / "s.json")
    assert isinstance(again, Additivity)
    assert contrasts == []
    assert (found.network, found.k, found.shuffled) == ("n", 3, False)
    assert found.measures["accuracy"] == row.measures["accuracy"]
    assert np.isnan([found.measures["purity"].mean, found.measures["purity"].low]).all()
    assert found.measures["purity"].high == 0.12346
    assert again.compositions[0].cosine.mean == pytest.approx(additive.compositions[0].cosine.mean, rel=1e-4)


def test_one_photo_has_no_scores():
    """The sentence says what is missing."""
    with pytest.raises(ValueError, match="two photos or more; the bank has 1"):
        scores.measure(planted(1), np.zeros((1, Q, 3), dtype=np.float32))
