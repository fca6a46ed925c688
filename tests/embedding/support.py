"""Grids with a planted answer, and small files to build banks from."""

import numpy as np
from PIL import Image

from analysis.embedding.layout import RENDITIONS
from interir.data import to_bytes

Q = len(RENDITIONS)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def planted(photos, d=10, *, apart=10.0, content=0.0, seed=0):
    """Renditions at ``apart`` times the unit vectors, items around them, each photo with its own content."""
    grid = noise(photos, Q, d, seed=seed)
    grid[..., :Q] += apart * np.eye(Q, dtype=np.float32)
    return grid + content * noise(photos, 1, d, seed=seed + 1)


def save_photos(folder, count, size=24):
    """Random but smooth photos as PNG files."""
    import torch
    from torch.nn import functional as F

    folder.mkdir()
    for i in range(count):
        coarse = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(i))
        smooth = F.interpolate(coarse, (size, size + 8), mode="bilinear")
        pixels = to_bytes(smooth)[0].permute(1, 2, 0).contiguous().numpy()
        Image.fromarray(pixels).save(folder / f"photo{i}.png")
    return folder
