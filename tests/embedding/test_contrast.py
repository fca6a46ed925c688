"""Two networks on the same photos: the difference of their scores, paired."""

import numpy as np
import pytest

from analysis.embedding import scores
from analysis.embedding.bank import Bank, Basis, Embedded, Member
from analysis.embedding.contrast import by_photo, contrast
from analysis.embedding.layout import PRESENT
from tests.embedding.support import planted

PHOTOS = 12


def member(name, aparts, first=0):
    """A network whose renditions lie ``aparts[k]`` from each other."""
    grids = np.stack([planted(PHOTOS, apart=apart) for apart in aparts])
    basis = Basis(np.zeros(10), np.eye(10), 1.0)
    facts = {"name": name, "role": "trained"}
    return Member(facts, np.zeros((PHOTOS, 8)), {"x": Embedded.of(basis, grids, first)})


def bank_of(*members):
    levels = (PRESENT * np.ones((PHOTOS, 1, 3))).astype(np.float32)
    photos = tuple(map(str, range(PHOTOS)))
    by_name = {each.facts["name"]: each for each in members}
    return Bank({}, photos, levels, np.zeros((PHOTOS, 8)), planted(PHOTOS), by_name)


def test_a_network_against_itself():
    """No difference, and no width of its interval: the pairs cancel."""
    bank = bank_of(member("a", [1, 2]), member("b", [1, 2]))
    found = contrast(bank, "a", "b", "x")
    assert found.ks == [0, 1]
    for intervals in found.measures.values():
        assert all((i.mean, i.low, i.high) == (0, 0, 0) for i in intervals)


def test_the_better_one_wins():
    """In every measure; the other way round with the other sign."""
    bank = bank_of(member("good", [20]), member("bad", [0]))
    forth, back = contrast(bank, "good", "bad", "x"), contrast(bank, "bad", "good", "x")
    for name, (interval,) in forth.measures.items():
        assert interval.low > 0.3
        assert back.measures[name][0].mean == pytest.approx(-interval.mean)


def test_the_deeper_one_goes_on():
    """Against the other's last iteration; k begins where both have the source."""
    bank = bank_of(member("deep", [0, 0, 0, 20], first=0), member("flat", [0, 20], first=1))
    found = contrast(bank, "deep", "flat", "x")
    assert found.ks == [1, 2, 3]
    purity = [interval.mean for interval in found.measures["purity"]]
    assert purity[1] < -0.5
    assert purity[2] == 0


def test_measures_by_photo_are_the_scores():
    """Their means are the values of the table."""
    grid = planted(PHOTOS, apart=2)
    table = scores.measure(grid, bank_of().levels * np.arange(1, PHOTOS + 1)[:, None, None], resamples=10)
    for name, values in by_photo(grid).items():
        assert values.shape == (PHOTOS,)
        assert values.mean() == pytest.approx(table[name].mean)
