"""Tables and maps: the numbers that are on screen, in their colours, through a manifest and back."""

import base64
import io
import json

import numpy as np
import pytest
from matplotlib import colormaps
from pypdf import PdfReader

from analysis.figures.errors import FigureError
from analysis.figures.export import export
from analysis.figures.inputs import Inputs
from analysis.figures.manifest import order, read
from analysis.figures.matrix import CELLS, MatrixRecipe, brief, decimals
from analysis.figures.presets import PRESETS
from tests.figures.test_drawings import check

PAGE = PRESETS["cvpr-column"]
TABLE = {
    "name": "median of α, 50%",
    "values": [[0.5, None, 1.0], [0.0, 0.25, -3.0]],
    "rows": ["prior.0", "prior_1"],
    "columns": ["1", "2", "3"],
    "corner": "k =",
    "low": 0,
    "high": 1,
    "role": "sequential",
    "unit": "share of places over τ",
    "about": "InterIR on _a",
}


def text(array):
    """An array as recipes hold maps."""
    file = io.BytesIO()
    np.save(file, array)
    return base64.b64encode(file.getvalue()).decode()


def values(height=40, width=60):
    """A map with a hole, of half precision: none of its numbers can change on their way."""
    found = np.random.default_rng(0).normal(size=(height, width)).astype(np.float16)
    found[3, 5] = np.nan
    return found


def gathered(**parameters):
    """Through JSON, as from the page or a manifest."""
    return order("matrix", json.loads(json.dumps(parameters)), PAGE.name, ()).recipe.gather(None)


def colours(figure):
    """RGB of every cell, and the place without a number."""
    image = figure.axes[0].images[0]
    return image.get_cmap()(image.norm(image.get_array()))[..., :3]


def test_cells_have_their_numbers_and_colours():
    """Ends of the scale, the middle, what lies beyond; grey and hatched where there is none."""
    figure = gathered(**TABLE).figure(PAGE)
    shown, ramp = colours(figure), colormaps["cividis"]
    wanted = {(0, 0): 0.5, (0, 2): 1.0, (1, 0): 0.0, (1, 1): 0.25, (1, 2): 0.0}
    for place, level in wanted.items():
        np.testing.assert_array_equal(shown[place], ramp(level)[:3])
    assert len(set(shown[0, 1])) == 1  # grey
    words = {tuple(map(int, t.get_position())): t.get_text() for t in figure.axes[0].texts}
    rows = [["0.50", "", "1.00"], ["0.00", "0.25", "−3.00"]]
    assert words == {(j, i): word for i, row in enumerate(rows) for j, word in enumerate(row)}
    hatched = [patch for patch in figure.axes[0].patches if patch.get_hatch()]
    assert [patch.get_xy() for patch in hatched] == [(0.5, -0.5)]
    said = {t.get_text() for t in figure.texts}
    assert said >= {*TABLE["rows"], *TABLE["columns"], "k =", r"median of $\alpha$, 50%"}
    assert figure.axes[1].get_xlabel() == r"share of places over $\tau$"


def test_zero_of_a_diverging_scale_is_its_middle():
    """White is 0; red is above and blue below."""
    shown = colours(gathered(values=[[-2, 0, 2]], low=-2, high=2).figure(PAGE))[0]
    np.testing.assert_allclose(shown[1], 0.97, atol=0.01)
    assert shown[0][2] > shown[0][0]
    assert shown[2][0] > shown[2][2]


def test_numbers_that_do_not_fit_stay_out():
    """Forty columns: colours alone."""
    wide = gathered(values=[[0.5] * 40], columns=[str(k) for k in range(40)], rows=["a"])
    page = PRESETS["cvpr-page"]
    assert len(wide.figure(page).axes[0].texts) == 0
    assert len(gathered(values=[[0.5] * 8]).figure(page).axes[0].texts) == 8


@pytest.mark.parametrize(
    ("reach", "words"),
    [(0.0004, "0"), (0.0051, "−0.005"), (0.126, "−0.13"), (3, "−3.00"), (12.6, "−12.6"), (126, "−126")],
)
def test_numbers_of_a_table(reach, words):
    """As many digits for all of them as its largest shows on the page; nothing has no sign."""
    assert brief(-reach, decimals(reach)) == words
    assert float(brief(-1e-9, decimals(reach))) == 0
    assert brief(np.nan, 2) == ""


def test_maps_are_the_pages_bit_for_bit():
    """In the npz as they came; in the PDF as many pixels; one scale bar."""
    found = values()
    drawing = gathered(name="credit", packed=text(found), low=-2, high=2, unit="credit", pixels=True)
    np.testing.assert_array_equal(drawing.arrays()["values"], found)
    page = PdfReader(io.BytesIO(drawing.files(PAGE, ("pdf",))["pdf"])).pages[0]
    sizes = [picture.image.size for picture in page.images]
    assert (60, 40) in sizes
    assert any("px" in t.get_text() for t in drawing.figure(PAGE).axes[0].texts)


def test_the_part_in_sight():
    """Half as wide and high around a place; all values are still in the data."""
    found = values()
    drawing = gathered(packed=text(found), zoom=2.0, x=0.9, y=0.5)
    shown = drawing.figure(PAGE).axes[0].images[0].get_array()
    np.testing.assert_array_equal(shown.filled(np.nan), found[10:30, 30:])
    assert drawing.arrays()["values"].shape == (40, 60)
    assert drawing.arrays()["window"].tolist() == [30, 10, 30, 20]
    assert "magnified 2 times" in drawing.caption()


def test_captions():
    """What, of what, and that there are places without a number; in LaTeX."""
    assert gathered(**TABLE).caption() == (r"Median of $\alpha$, 50\% (grey: no value): InterIR on \_a.")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"values": []}, "rows and columns"),
        ({"values": [[1, 2], [3]]}, "rows of numbers"),
        ({"values": [["a"]]}, "rows of numbers"),
        ({"values": [[0.0] * (CELLS + 1)]}, f"at most {CELLS}"),
        ({"packed": "no"}, "rows of numbers"),
        ({"packed": text(np.zeros((2, 2)))[:40]}, "rows of numbers"),
        ({"packed": text(np.array([{"a": 1}], dtype=object))}, "rows of numbers"),
        ({"packed": text(np.zeros((2, 2, 2)))}, "rows and columns"),
        ({"packed": text(np.full((2, 2), np.inf))}, "finite"),
        ({"rows": ["a"]}, "1 names were given for 2 rows"),
        ({"columns": [1, 2, 3]}, "3 names were given for 3 columns"),
        ({"role": "rainbow"}, "no role"),
        ({"low": 1, "high": 1}, "low to high"),
    ],
)
def test_refusals(more, words):
    """Sentences for what is no table."""
    with pytest.raises(FigureError, match=words):
        gathered(**{**TABLE, **more})


DRAWN = {
    "table": TABLE,
    "stages": {
        **TABLE,
        "values": [[0.5] * 16] * 3,
        "rows": list("abc"),
        "columns": [f"{k}" for k in range(16)],
    },
    "turned": {**TABLE, "columns": ["a long name", "another one", "H+R+N"] * 4, "values": [[0.1] * 12] * 2},
    "long ticks": {**TABLE, "low": 0.00143, "high": 0.383, "rows": ["RESM.Gᵀ", "MUM"]},
    "cells": {"name": "kernel", "values": np.eye(3).tolist(), "unit": "weight"},
    "map": {"name": "credit", "packed": text(values()), "unit": "credit", "pixels": True},
}


@pytest.mark.parametrize("preset", ["cvpr-column", "slide"])
@pytest.mark.parametrize("kind", DRAWN)
def test_text_never_overlaps(kind, preset):
    """The narrowest page and a slide."""
    check(gathered(**DRAWN[kind]), preset)


@pytest.mark.parametrize("kind", ["table", "map"])
def test_manifests_make_the_same_bytes(tmp_path, kind):
    """Written, read back and carried out again; the data is the recipe's."""
    first = export(order("matrix", DRAWN[kind], "eccv", ("pdf", "svg", "png")), Inputs())
    (name,) = [name for name in first if name.endswith(".json")]
    assert name == ("matrix-median-of-α-50.json" if kind == "table" else "matrix-credit.json")
    (tmp_path / name).write_bytes(first[name])
    wanted = read(tmp_path / name)[0]
    assert export(wanted, Inputs()) == first
    with np.load(io.BytesIO(first[name.replace(".json", ".npz")])) as file:
        np.testing.assert_array_equal(file["values"], MatrixRecipe.gather(wanted.recipe, Inputs()).values)
