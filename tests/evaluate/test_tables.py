"""Tables of ours and of the paper."""

import math
import re
from itertools import pairwise

import pytest

from interir import (
    bootstrap,
    paper,
    scores,
    tables,
)
from interir.degrade import COMBINATIONS
from interir.evaluate import Score
from tests.evaluate.support import photo_scores

TABLE = {
    "input": {"H": (99.0, 0.999), "mean": (99.0, 0.999)},
    "net_a": {"H": (20.0, 0.9), "R": (30.0, 0.8), "mean": (25.0, 0.85)},
    "net_b": {"H": (21.0, 0.8), "R": (30.001, 0.7), "mean": (25.5, 0.75)},
    "net_c": {"H": (19.0, 0.7), "R": (10.0, 0.9), "mean": (14.5, 0.8)},
}


def test_latex_marks_the_best_and_the_second():
    """In bold and underlined, each measure by itself; equal print shares a mark; the input is not ranked."""
    lines = tables.as_latex(TABLE, "5 % of a_b").splitlines()
    rows = {line.split(" & ")[0]: line for line in lines if " & " in line}
    assert rows[r"net\_a"].startswith(
        r"net\_a & \underline{20.00} / \textbf{0.900} & \textbf{30.00} / \underline{0.800} & "
    )
    assert r"\textbf{21.00} / \underline{0.800} & \textbf{30.00} / 0.700" in rows[r"net\_b"]
    assert "textbf" not in rows["input"]
    assert " & -- & " in rows["input"]
    assert r"\caption{5 \% of a\_b}" in lines
    assert not re.search(r"(?<!\\)[_%]", "\n".join(lines))


def test_latex_is_balanced():
    """Braces, environments and columns; rules of booktabs; published rows marked and not ranked."""
    found = bootstrap.differences(photo_scores("a_1", [1, 2]) + photo_scores("b", [0, 0]), "a_1", "b")
    text = tables.as_latex(TABLE, "c", [found], paper.scores(1))
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin{") == text.count(r"\end{") == 2
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert rule in text
    heads = [*COMBINATIONS, "mean"]
    body = [line for line in text.splitlines() if " & " in line]
    assert {len(line.split(" & ")) for line in body} == {len(heads) + 1}
    assert paper.MARK in text
    assert "textbf" not in next(line for line in body if line.startswith("Defusion"))
    assert r"\emph{a\_1 $-$ b, with 95 \% intervals}" in text


def test_json_has_no_nan():
    """SSIM of photos that its window does not fit is null there."""
    assert tables.finite({"a": [math.nan, 1.0, (2, math.inf)]}) == {"a": [None, 1.0, [2, None]]}


@pytest.mark.parametrize("character", "&%$#_{}")
def test_special_characters_are_escaped(character):
    """All that would break a table."""
    assert tables.escape(f"a{character}b") == f"a\\{character}b"


COUNTS = {1: 11, 2: 5, 3: 7, 4: 5, 5: 4, 6: 7, 7: 3, 8: 5}
CUT = {("Perceive-IR", "PSNR"), ("U2Former", "PSNR"), ("Defusion", "PSNR")}
"""Averages of Table 1 whose last digit is not that of the mean of the seven columns."""


@pytest.mark.parametrize("number", COUNTS)
def test_published_tables_are_whole(number):
    """Every row has every column, and numbers are numbers."""
    rows = paper.rows(number)
    assert len(rows) == COUNTS[number]
    for row in rows:
        assert None not in row
        assert None not in row.values()
        for head, value in row.items():
            if head not in ("method", "citation", "combination") and number != 6 and value:
                assert math.isfinite(float(value))


@pytest.mark.parametrize(("number", "count"), [(1, 8), (3, 5)])
def test_published_averages_are_means(number, count):
    """Within 0.01 dB and 0.001; but for three rows the printed digits are the rounded mean's."""
    for method, row in paper.scores(number).items():
        mean = row.pop("mean")
        assert len(row) == count - 1
        for place, (name, step) in enumerate((("PSNR", 0.01), ("SSIM", 0.001))):
            exact = sum(pair[place] for pair in row.values()) / len(row)
            assert mean[place] == pytest.approx(exact, abs=step)
            rounded = abs(mean[place] - exact) <= step / 2 + 1e-9
            assert rounded != (number == 1 and (method, name) in CUT)


def test_published_gains_are_differences():
    """Tables 4, 5 and 7 agree with themselves; Table 8 with Table 1."""
    for number in (4, 5, 7):
        rows = paper.rows(number)
        for before, row in pairwise(rows):
            if row["PSNR gain"]:
                base = rows[0] if number != 5 else before
                assert float(row["PSNR"]) - float(base["PSNR"]) == pytest.approx(float(row["PSNR gain"]))
    ones = paper.scores(1)
    for row in paper.rows(8):
        name = row["method"].replace("DeepSU", "DeepSN")
        assert (float(row["PSNR"]), float(row["SSIM"])) == ones[name]["mean"]


def test_published_rows_are_marked():
    """Wherever they stand beside ours."""
    ours = scores.means([Score("net", c, "1", 1, 0.5) for c in COMBINATIONS])
    lines = tables.as_text(ours, paper.scores(1)).splitlines()
    assert len(lines) == 3 + 11
    assert all("published, on other data" in line for line in lines[3:])
    assert lines[-1].startswith("| InterIR(Ours) (published, on other data) | 30.22 / 0.880 |")
