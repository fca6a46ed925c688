"""Additivity where shifts are sums, are not, or are the same for all photos."""

import numpy as np
import pytest

from analysis.embedding import resampling
from analysis.embedding.composition import COMPOUND, compositions
from analysis.embedding.layout import PRESENT, RENDITIONS
from tests.embedding.support import noise

WEIGHTS = resampling.weights(15, 50)


def additive(shared):
    """Content plus a shift per kind, shared by all photos or each photo's own."""
    shifts = noise(1 if shared else 15, 3, 30, seed=1)
    return 5 * noise(15, 1, 30) + np.einsum("qj,pjd->pqd", PRESENT.astype(np.float32), shifts)


def test_sums_are_found():
    """Cosine and R² are 1 and another photo's parts are of no use."""
    found = compositions(additive(shared=False), WEIGHTS)
    assert [each.combination for each in found] == list(COMPOUND) == ["H+R+N", "H+R", "H+N", "R+N"]
    for each in found:
        assert each.cosine.mean == pytest.approx(1, abs=1e-5)
        assert each.r2.low == pytest.approx(1, abs=1e-5)
        assert each.null_cosine.high < 0.5
        assert each.null_r2.high < 0


def test_a_shift_of_all_photos_is_found_by_the_null_too():
    """Then a high cosine says nothing about a photo, and the null says so."""
    for each in compositions(additive(shared=True), WEIGHTS):
        assert each.null_cosine.mean == pytest.approx(1, abs=1e-5)


def test_half_and_opposite():
    """Half the sum: cosine 1, R² 1 - (1/0.5 - 1)² = 0; the opposite: cosine -1, R² 1 - 2² = -3."""
    grid = additive(shared=False)
    both = RENDITIONS.index("H+R")
    shift = grid[:, both] - grid[:, 0]
    for factor, cosine, r2 in [(0.5, 1, 0), (-1, -1, -3)]:
        grid[:, both] = grid[:, 0] + factor * shift
        found = next(each for each in compositions(grid, WEIGHTS) if each.combination == "H+R")
        assert found.cosine.mean == pytest.approx(cosine, abs=1e-4)
        assert found.r2.mean == pytest.approx(r2, abs=1e-3)


def test_no_shift_at_all():
    """Nothing is divided by zero."""
    found = compositions(np.ones((15, len(RENDITIONS), 4), dtype=np.float32), WEIGHTS)
    assert all(each.cosine.mean == 0 for each in found)
