"""Paired intervals, against cases whose answer is known."""

import math
from dataclasses import replace

import numpy as np
import pytest

from interir import bootstrap
from interir.evaluate import Score
from tests.evaluate.support import photo_scores


def test_a_constant_difference_has_an_interval_of_no_width():
    """However much the photos differ among themselves: the bootstrap is paired."""
    values = np.random.default_rng(0).normal(30, 5, 20)
    rows = photo_scores("a", values + 0.5) + photo_scores("b", values)
    for found in bootstrap.differences(rows, "a", "b"):
        psnr, ssim = found.psnr, found.ssim
        assert (psnr.mean, psnr.low, psnr.high) == pytest.approx((0.5, 0.5, 0.5))
        assert (ssim.mean, ssim.low, ssim.high) == pytest.approx((0.005, 0.005, 0.005))


def test_intervals_cover_the_true_mean():
    """About 95 of 100 seeded samples of 40 photos; and the width is that of the normal interval."""
    generator, inside, widths = np.random.default_rng(1), 0, []
    for seed in range(200):
        shift = generator.normal(0.3, 1.0, 40)
        rows = photo_scores("a", shift) + photo_scores("b", np.zeros(40))
        found = bootstrap.differences(rows, "a", "b", resamples=400, seed=seed)[0].psnr
        inside += found.low <= 0.3 <= found.high
        widths.append(found.high - found.low)
    assert 0.89 <= inside / 200 <= 0.99
    assert np.mean(widths) == pytest.approx(2 * 1.96 / math.sqrt(40), rel=0.08)


def test_photos_are_resampled_and_not_scores():
    """A photo's two columns stay together: opposite differences cancel in the mean, not in the columns."""
    shift = np.random.default_rng(2).normal(0, 1, 30)
    rows = photo_scores("a", shift, "H") + photo_scores("a", -shift, "R")
    rows += photo_scores("b", np.zeros(30), "H") + photo_scores("b", np.zeros(30), "R")
    found = {d.column: d.psnr for d in bootstrap.differences(rows, "a", "b")}
    assert list(found) == ["H", "R", "mean"]
    assert found["H"].high - found["H"].low > 0.3
    assert found["mean"].high - found["mean"].low == pytest.approx(0, abs=1e-12)


def test_benchmarks_of_different_photos_keep_their_sizes():
    """The mean weighs both benchmarks alike, and no resample lacks one of them."""
    rows = photo_scores("b", np.zeros(3), "A") + [Score("b", "B", f"B/{i}", 0, 0) for i in range(50)]
    better = [Score("a", s.combination, s.photo, 1.0 if s.combination == "A" else 3.0, 0) for s in rows]
    found = {d.column: d.psnr for d in bootstrap.differences([*rows, *better], "a", "b")}
    assert (found["mean"].low, found["mean"].mean, found["mean"].high) == pytest.approx((2, 2, 2))


def test_files_of_one_photo_are_one_sample():
    """Ten files of each photo: as many photos, the same interval; every file weighs the same in the mean."""
    values = np.random.default_rng(4).normal(0, 1, 15)
    single = photo_scores("a", values) + photo_scores("b", np.zeros(15))
    tenfold = [replace(row, file=f"{row.photo}_{i}") for row in single for i in range(10)]
    one, ten = (bootstrap.differences(rows, "a", "b")[0].psnr for rows in (single, tenfold))
    assert (ten.mean, ten.low, ten.high) == pytest.approx((one.mean, one.low, one.high))
    uneven = [row for row in tenfold if row.photo != "0" or row.file == "0_0"]
    expected = (values[0] + 10 * values[1:].sum()) / 141
    assert bootstrap.differences(uneven, "a", "b")[0].psnr.mean == pytest.approx(expected)


def test_intervals_are_seeded():
    """The same seed gives the same ends, another one others."""
    values = np.random.default_rng(3).normal(0, 1, 12)
    rows = photo_scores("a", values) + photo_scores("b", np.zeros(12))
    first, again, other = (bootstrap.differences(rows, "a", "b", seed=seed) for seed in (0, 0, 1))
    assert first == again != other


def test_one_photo_has_no_interval():
    """Said in a sentence."""
    rows = photo_scores("a", [1.0]) + photo_scores("b", [2.0])
    with pytest.raises(ValueError, match="a and b share 1 photos; an interval needs two"):
        bootstrap.differences(rows, "a", "b")
