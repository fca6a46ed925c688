"""Colour maps for the browser, sampled from matplotlib: safe for colour-blind readers."""

from __future__ import annotations

from functools import cache

import numpy as np

SEQUENTIAL, DIVERGING, GREY = "cividis", "RdBu_r", "gray"


@cache
def palettes() -> dict[str, list[list[int]]]:
    """256 RGB triples of each map by its role."""
    from matplotlib import colormaps  # slow to import, and only needed once

    roles = {"sequential": SEQUENTIAL, "diverging": DIVERGING, "grey": GREY}
    ramp = np.linspace(0, 1, 256)
    return {
        role: (colormaps[name](ramp)[:, :3] * 255).round().astype(int).tolist()
        for role, name in roles.items()
    }
