"""The degradations side by side, to be judged by eye.

    python -m analysis.contact_sheet PHOTO [PHOTO ..] --out sheet.png

One row per photo and level (25, 50 and 100 % of Table 6), one column per degradation.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from PIL import Image as PILImage
from torch import Generator, Tensor

from interir import degrade
from interir.data import read_photo, to_bytes, to_unit
from interir.shapes import Image

SHARES = (0.25, 0.5, 1.0)
COLUMNS = ("", "R", "H", "N", "H+R+N")


def sheet(photos: list[Image], seed: int = 3) -> Tensor:
    """All photos, levels and degradations as one picture, ``(1, 3, H, W)``; photos of one size."""
    return torch.cat([row(photo, share, seed) for photo in photos for share in SHARES], dim=-2)


def row(photo: Image, share: float, seed: int) -> Tensor:
    """One photo at one share of the highest levels, under each degradation."""
    haze, rain, noise = (share * degrade.MAXIMUM[kind] for kind in "HRN")
    levels = degrade.uniform_levels(photo, haze=haze, rain=rain, noise=noise)
    cells = [
        degrade.combination(photo, name, generator=Generator().manual_seed(seed), levels=levels).image
        for name in COLUMNS
    ]
    return torch.cat(cells, dim=-1)


def cropped(path: Path, side: int) -> Image:
    """The middle of a photo."""
    photo = to_unit(read_photo(path)).unsqueeze(0)
    top, left = ((n - side) // 2 for n in photo.shape[-2:])
    return photo[..., max(0, top) :, max(0, left) :][..., :side, :side]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--side", type=int, default=280, help="of each picture, in pixels")
    options = parser.parse_args()
    picture = sheet([cropped(path, options.side) for path in options.photos])
    PILImage.fromarray(to_bytes(picture[0]).permute(1, 2, 0).numpy()).save(options.out)


if __name__ == "__main__":
    main()
