"""Which degraded file belongs to which clean one, in the folders of real benchmarks.

One rule for all of them. The *key* of a clean file is its stem without one leading or trailing
word that says what the file is (``norain-001`` and ``001_clean`` and ``001gt`` are ``001``). A
degraded file belongs to the clean file of its own key, or else of that key cut before its last
underscore, again and again:

===============================  =====================  ======================
benchmark                        degraded               clean
===============================  =====================  ======================
Rain100L, Rain100H               ``rain-001.png``       ``norain-001.png``
Test100, Test1200 (as MPRNet's)  ``1.png``              ``1.png``
SOTS-Indoor                      ``1400_1.png``         ``1400.png``
SOTS-Outdoor                     ``0001_0.8_0.2.jpg``   ``0001.png``
Rain1400                         ``901_1.jpg``          ``901.jpg``
SPA-Data                         ``000.png``            ``000gt.png``
Dense-Haze                       ``01_hazy.png``        ``01_GT.png``
``interir.evaluate --export``    ``cat__H+R.png``       ``cat.png``
===============================  =====================  ======================

Several degraded files may share a clean one. Where both lie in one folder, the files that a
clean word marks are the clean ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from .data import photo_paths

CLEAN = "norain|clean|clear|gt|target|groundtruth"
"""Words that mark a clean file."""

DEGRADED = "rainy|rain|hazy|haze|noisy|degraded|input"
"""Words that mark a degraded file."""

SHOWN = 8
"""How many names an error lists before it counts the rest."""


class PairingError(ValueError):
    """Files of two folders that do not belong together."""


def match(degraded: Path, clean: Path) -> list[tuple[Path, Path]]:
    """Pairs of a degraded and its clean file, in the order of the degraded ones.

    Raises `PairingError` that names every file left alone, and two clean files of one key.
    """
    first, second = _files(degraded, clean)
    by_key = _index(second)
    pairs, alone = [], []
    for path in first:
        partner = next((by_key[k] for k in _keys(path.stem) if k in by_key), None)
        if partner is None:
            alone.append(path)
        else:
            pairs.append((path, partner))
    used = {partner for _, partner in pairs}
    _refuse(alone, f"{clean} has no clean file for")
    _refuse([path for path in second if path not in used], f"{degraded} has no degraded file for")
    return pairs


def key(stem: str, words: str) -> str:
    """A stem in lower case without one leading or trailing word of ``words``.

    >>> key("norain-001", CLEAN), key("000gt", CLEAN), key("01_outdoor_GT", CLEAN), key("cat", CLEAN)
    ('001', '000', '01_outdoor', 'cat')
    """
    lowered = stem.lower()
    found = re.fullmatch(rf"(?:{words})([^a-z].*)|(.*[^a-z])(?:{words})", lowered)
    rest = (found[1] or found[2]).strip("-_ ") if found else ""
    return rest or lowered


def names(paths: Iterable[str]) -> str:
    """Some names and the number of the others, for an error."""
    listed = list(paths)
    rest = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + rest


def _files(degraded: Path, clean: Path) -> tuple[list[Path], list[Path]]:
    if degraded.resolve() != clean.resolve():
        return photo_paths(degraded), photo_paths(clean)
    files = photo_paths(degraded)
    marked = [path for path in files if key(path.stem, CLEAN) != path.stem.lower()]
    return [path for path in files if path not in marked], marked


def _index(files: Iterable[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in files:
        name = key(path.stem, CLEAN)
        if name in found:
            raise PairingError(f"{found[name].name} and {path.name} are both the clean file {name!r}")
        found[name] = path
    return found


def _keys(stem: str) -> Iterator[str]:
    """What a degraded file's clean one may be called, the likeliest first."""
    name = key(stem, DEGRADED)
    yield name
    while "_" in name:
        name = name.rpartition("_")[0]
        yield name.rstrip("_")


def _refuse(files: list[Path], sentence: str) -> None:
    if files:
        raise PairingError(f"{sentence} {names(path.name for path in files)}")
