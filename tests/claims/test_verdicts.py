"""The rule, on planted intervals; and intervals whose ends are known."""

import math

import pytest

from analysis.claims.verdicts import (
    REFUTED,
    SUPPORTED,
    UNDECIDED,
    Measured,
    agreed,
    averaged,
    every,
    judge,
    less,
    opposite,
)
from interir.bootstrap import Interval

NAN = math.nan


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.11, 0.5, SUPPORTED),
        (-0.5, 0.09, REFUTED),
        (0.0, 0.2, UNDECIDED),
        (0.1, 0.2, UNDECIDED),
        (0.0, 0.1, UNDECIDED),
        (0.1, 0.1, UNDECIDED),
        (0.0, 0.0, REFUTED),
        (NAN, NAN, UNDECIDED),
    ],
)
def test_an_interval_above_below_or_across_its_threshold(low, high, word):
    """Only an interval that lies wholly on one side of the threshold decides; touching it does not."""
    assert judge(Interval((low + high) / 2, low, high), 0.1) == word
    assert Measured("", "", Interval((low + high) / 2, low, high), 0.1, 9).verdict == word


S, R, U = SUPPORTED, REFUTED, UNDECIDED


@pytest.mark.parametrize(
    ("words", "all_of_them", "agreement"),
    [((S, S), S, S), ((S, U), U, U), ((S, R), R, U), ((U, R), R, U), ((R, R), R, R), ((U, U), U, U)],
)
def test_several_values_of_one_claim(words, all_of_them, agreement):
    """One that fails refutes a claim that needs all; measures of one thing must agree. Order is nothing."""
    for order in (words, words[::-1]):
        assert every(order) == all_of_them
        assert agreed(order) == agreement


def test_photos_are_resampled_and_not_their_values():
    """The two values of a photo are one mean: photos that are alike leave no width."""
    found = averaged({"a": [0, 2], "b": [1, 1], "c": [2, 0]})
    assert (found.mean, found.low, found.high) == (1, 1, 1)
    found = averaged({"a": [0], "b": [1, 1, 1], "c": [2]})
    assert found.mean == 1
    assert 0 <= found.low < 1 < found.high <= 2


def test_differences_are_paired():
    """What photos have in common drops out of a difference, however different they are."""
    found = less({"a": [10.0, 20.0], "b": [500.0]}, {"a": [9.0, 19.0], "b": [499.0]})
    assert found == Interval(1, 1, 1)
    assert opposite(Interval(-2, -3, -1)) == Interval(2, 1, 3)


@pytest.mark.parametrize("ends", [(0.4, 0.9), (-0.9, -0.4), (0.0, 0.0)])
def test_an_axis_shows_all_that_is_judged(ends):
    """The interval, the threshold and zero lie within it, and it has a length."""
    low, high = Measured("", "", Interval(ends[0], *ends), 0.1, 9).scale
    assert low < min(0, *ends)
    assert high > max(0.1, *ends)
