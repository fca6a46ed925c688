"""The layout that all of this package shares: clean photos by renditions by features.

A *rendition* is a clean photo as it is, or under one of the seven combinations. Every photo
has all of them, so a set of features is a full grid, and content can't pose as degradation.

========  =====================================================================
letter    meaning
========  =====================================================================
``p``     clean photo
``q``     rendition: `RENDITIONS`
``d``     feature, or coordinate in a basis
``k``     iteration, up to the network's depth; a source may begin at 1
``n``     point of a map; point ``p * len(RENDITIONS) + q`` is rendition q of photo p
``w``     resample of the photos; the first is the photos themselves
========  =====================================================================
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from interir.degrade import COMBINATIONS, NAMES

RENDITIONS: tuple[str, ...] = ("clean", *COMBINATIONS)
"""The clean photo, and the seven combinations of Table 6."""

KINDS: tuple[str, ...] = tuple(NAMES)
"""The single degradations, by their letters in `COMBINATIONS`."""

PRESENT = np.array([[kind in name.split("+") for kind in KINDS] for name in RENDITIONS])
"""Which rendition holds which degradation, ``(q, kind)``."""

COMPONENTS = 50
"""Of the basis in which features are kept and scored (after DDR, which reduces to 50 before t-SNE)."""

Grid = Float[np.ndarray, "p q d"]
GridOverK = Float[np.ndarray, "k p q d"]
Points = Float[np.ndarray, "n d"]
Curve = Float[np.ndarray, "k d"]
Levels = Float[np.ndarray, "p q 3"]
Weights = Int[np.ndarray, "w p"]


def as_points(grid: Grid) -> Points:
    """The items of a grid as points of a map."""
    return grid.reshape(-1, grid.shape[-1])


def as_grid(points: Points) -> Grid:
    """Points of a map as a grid again."""
    return points.reshape(-1, len(RENDITIONS), points.shape[-1])
