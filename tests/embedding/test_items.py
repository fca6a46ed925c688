"""Points as rows of a table."""

import csv
import io

import numpy as np
import pytest

from analysis.embedding.items import as_csv, items
from analysis.embedding.layout import RENDITIONS


def test_chosen_points_become_rows(bank):
    """In the order chosen, with the levels, gains and places of their own."""
    points = np.arange(2 * 48, dtype=float).reshape(48, 2)
    rows = list(csv.DictReader(io.StringIO(as_csv(items(bank, "ours", points, [17, 8])))))
    assert [(row["photo"], row["rendition"]) for row in rows] == [
        ("photo2", "H+R+N"),
        ("photo1", "clean"),
    ]
    assert float(rows[0]["x"]) == 34
    assert float(rows[0]["rain"]) == pytest.approx(bank.levels[2, 1, 1])
    assert float(rows[0]["gain"]) == pytest.approx(bank.gain("ours")[2, 1])
    assert rows[1]["gain"] == ""
    assert float(rows[1]["psnr_in"]) == 100


def test_all_points_without_a_choice(bank):
    """One item per point, renditions in their order."""
    found = items(bank, "theirs", np.zeros((48, 2)))
    assert [item.rendition for item in found] == list(RENDITIONS) * 6
