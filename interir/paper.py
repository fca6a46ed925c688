"""The paper's own figures, Tables 1 to 8 of arXiv 2511.10166, read from ``assets/paper``.

They were measured by its authors on other data; see the README there.
"""

from __future__ import annotations

import csv

from .scores import MEAN, Table
from .weights import ASSETS

MARK = "published, on other data"
"""How every one of these figures is marked wherever it is printed."""


def rows(number: int) -> list[dict[str, str]]:
    """The rows of Table ``number`` (1 to 8) by column head, as printed."""
    with (ASSETS / "paper" / f"table{number}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def scores(number: int) -> Table:
    """Table 1, 2 or 3 in the form of our own tables, its average as the mean."""
    return {row["method"]: _pairs(row) for row in rows(number)}


def _pairs(row: dict[str, str]) -> dict[str, tuple[float, float]]:
    heads = [head.removesuffix(" PSNR") for head in row if head.endswith(" PSNR")]
    return {
        (MEAN if head == "Average" else head): (float(row[f"{head} PSNR"]), float(row[f"{head} SSIM"]))
        for head in heads
    }
