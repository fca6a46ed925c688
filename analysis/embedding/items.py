"""The items of a bank one by one: what a point of a map is, for a hover text or a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from .bank import Bank
from .layout import RENDITIONS, Points


@dataclass(frozen=True, slots=True)
class Item:
    """One point of a network's map: its photo, levels of Table 6, PSNR in dB, and where it lies."""

    network: str
    photo: str
    rendition: str
    haze: float
    rain: float
    noise: float
    psnr_in: float
    psnr_out: float
    gain: float  # NaN for the clean photo
    x: float
    y: float


def items(bank: Bank, network: str, points: Points, chosen: Iterable[int] | None = None) -> list[Item]:
    """The items of the chosen points (all by default) of a map ``(n, 2)``, in that order."""
    chosen = range(len(points)) if chosen is None else chosen
    gain, out = bank.gain(network), bank.members[network].psnr
    found = []
    for i in chosen:
        p, q = divmod(i, len(RENDITIONS))
        measured = (*bank.levels[p, q], bank.psnr[p, q], out[p, q], gain[p, q], *points[i])
        found.append(Item(network, bank.photos[p], RENDITIONS[q], *map(float, measured)))
    return found


def as_csv(items: Iterable[Item]) -> str:
    """Items as comma-separated values with a header; empty where a number does not exist."""
    file = io.StringIO()
    writer = csv.DictWriter(file, Item.__slots__, lineterminator="\n")
    writer.writeheader()
    for item in items:
        row = asdict(item)
        writer.writerow({name: "" if value != value else value for name, value in row.items()})
    return file.getvalue()
