"""Folders of clean photos, and random patches of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image as PILImage
from torch import Generator, Tensor

from .shapes import Image

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})


def photo_paths(folder: Path) -> list[Path]:
    """All photos of a folder, by name; raises `FileNotFoundError` where there is none."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise FileNotFoundError(f"{folder} holds no photo ({', '.join(sorted(SUFFIXES))})")
    return paths


def read_photo(path: Path) -> Tensor:
    """A photo as RGB bytes, ``(3, H, W)`` uint8."""
    with PILImage.open(path) as photo:
        pixels = np.array(photo.convert("RGB"))
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous()


def to_unit(pixels: Tensor) -> Tensor:
    """Bytes to floats in [0, 1]."""
    return pixels.float() / 255


def to_bytes(image: Tensor) -> Tensor:
    """Floats to bytes, rounded; values outside [0, 1] are clipped."""
    return (image.clamp(0, 1) * 255).round().to(torch.uint8)


def random_patches(photos: Sequence[Tensor], count: int, size: int, generator: Generator) -> Image:
    """``count`` random square crops of random photos, flipped and turned at random.

    Raises `ValueError` for a photo smaller than the patch.
    """
    picks = _integers(len(photos), count, generator)
    return to_unit(torch.stack([_patch(photos[i], size, generator) for i in picks]))


def _patch(photo: Tensor, size: int, generator: Generator) -> Tensor:
    height, width = photo.shape[-2:]
    if min(height, width) < size:
        raise ValueError(f"a photo of {width} x {height} px has no patch of {size} px")
    (top,) = _integers(height - size + 1, 1, generator)
    (left,) = _integers(width - size + 1, 1, generator)
    turns, mirrored = _integers(4, 1, generator)[0], _integers(2, 1, generator)[0]
    patch = photo[:, top : top + size, left : left + size]
    # Rain falls and haze thickens upwards whichever way the photo lies: both are added later.
    return torch.rot90(patch.flip(-1) if mirrored else patch, turns, (-2, -1))


def _integers(high: int, count: int, generator: Generator) -> list[int]:
    drawn: list[int] = torch.randint(high, (count,), generator=generator).tolist()
    return drawn
