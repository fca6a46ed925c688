"""The gallery: every kind is there, made from the weights that ship, and the files are the manifests'."""

import json
import re

import pytest

from analysis.figures import manifest
from analysis.figures.inputs import sha256
from analysis.figures.kinds import KINDS
from interir import weights

GALLERY = weights.ASSETS / "gallery"
MANIFESTS = sorted(GALLERY.glob("*.json"))
LIMIT = 8e6
"""Bytes that the gallery may add to a clone."""


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_a_figure_is_what_its_manifest_says(path):
    """Its order can be read, its weights are the shipped ones, and its pictures are the bytes it names."""
    order, facts = manifest.read(path)
    assert order.recipe.stem == path.stem
    for name, digest in facts["weights"].items():
        assert weights.digest(weights.find(name)) == digest
    shown = [file for file in GALLERY.glob(f"{path.stem}.*") if file != path]
    assert shown
    for file in shown:
        assert sha256(file.read_bytes()) == facts["files"][file.name]


def test_every_kind_is_there_and_shown():
    """One manifest of each kind at least, and the page shows every picture."""
    kinds = {json.loads(path.read_text(encoding="utf-8"))["kind"] for path in MANIFESTS}
    assert kinds == set(KINDS)
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([^)/]+)\)", page))
    assert linked == {path.name for path in GALLERY.iterdir()} - {"README.md"}


def test_it_stays_small():
    """Pictures at the resolution of a screen, no numbers, no photos."""
    assert sum(path.stat().st_size for path in GALLERY.iterdir()) < LIMIT
