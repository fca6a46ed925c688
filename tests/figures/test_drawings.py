"""Every kind on every kind of page: text stands apart and on the page, in the sizes of the preset."""

from dataclasses import replace
from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from analysis.figures.errors import FigureError
from analysis.figures.heat import Heat
from analysis.figures.presets import PRESETS
from analysis.figures.sheet import texts
from analysis.figures.style import applied
from analysis.interventions.effects import Cell
from interir.bootstrap import Interval
from tests.figures.support import DRAWINGS, grid, strip

SLACK = 1.0
"""Points by which the boxes of two texts may touch: they hold the whole line, not its ink."""


def boxes(figure, preset):
    """Extents in points of all visible texts, with their words."""
    with applied(preset):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        scale = 72 / figure.dpi
        extents = [(text.get_window_extent(canvas.get_renderer()), text.get_text()) for text in texts(figure)]
    shown = [(box, words) for box, words in extents if box.width and figure.bbox.overlaps(box)]
    return [([scale * edge for edge in box.extents], words) for box, words in shown]


def overlap(first, other):
    """By how many points two boxes overlap, in the direction in which they do so least."""
    return min(
        min(first[2], other[2]) - max(first[0], other[0]), min(first[3], other[3]) - max(first[1], other[1])
    )


def check(drawing, name):
    """No text over another, none beyond the page; sizes and page are the preset's."""
    preset = PRESETS[name]
    figure = drawing.figure(preset)
    width, height = figure.get_size_inches()
    assert width == preset.width
    assert height == preset.tallest if preset.slide else height <= preset.tallest
    found = boxes(figure, preset)
    assert len(found) > 5
    over = [(a[1], b[1]) for a, b in combinations(found, 2) if overlap(a[0], b[0]) > SLACK]
    assert over == []
    out = [
        (words, box) for box, words in found
        if min(box[:2]) < -SLACK or box[2] > 72 * width + SLACK or box[3] > 72 * height + SLACK
    ]  # fmt: skip
    assert out == []
    sizes = {text.get_fontsize() for text in texts(figure)}
    assert min(sizes) >= (10 if preset.slide else 7)
    assert max(sizes) <= (preset.text if preset.slide else 9)


@pytest.mark.parametrize("preset", ["cvpr-column", "cvpr-page", "slide"])
@pytest.mark.parametrize("kind", DRAWINGS)
def test_text_never_overlaps(kind, preset):
    """The narrowest page, the widest, and a slide."""
    check(DRAWINGS[kind](), preset)


@pytest.mark.parametrize(
    "preset", [name for name in PRESETS if name not in ("cvpr-column", "cvpr-page", "slide")]
)
def test_other_pages(preset):
    """The strip, whose rows break differently on each."""
    check(strip(5), preset)


def test_cases_as_columns():
    """The layout of Figure 7, and names that the face lacks."""
    check(grid(across=True), "cvpr-page")


def test_widths_are_those_of_the_templates():
    """In inches, from the venues' LaTeX templates."""
    known = {
        "cvpr-column": 3.25,
        "cvpr-page": 6.875,
        "eccv": 4.8,
        "neurips": 5.5,
        "icml-page": 6.75,
        "iclr": 5.5,
    }
    known |= {"ieee-column": 3.5, "ieee-page": 7.16}
    assert {name: PRESETS[name].width for name in known} == known
    assert PRESETS["slide"].width / PRESETS["slide"].tallest == pytest.approx(16 / 9)
    assert all(7 <= p.small <= p.text <= 9 for p in PRESETS.values() if not p.slide)


def test_what_cannot_be_legible_is_refused():
    """Twelve combinations as columns of one column of text: a sentence, not a heap of words."""
    wide = grid(across=True)
    crowded = replace(wide, cases=wide.cases * 3)
    with pytest.raises(FigureError, match="does not fit on CVPR"):
        crowded.figure(PRESETS["cvpr-column"])


def test_heat_maps_hatch_what_may_be_breakage():
    """And the caption says so; what is printed as nothing is never bold."""
    found = [("a", 1.0, 0.99), ("b", 0.001, 0.5), ("c", -1.0, 0.2)]
    cells = tuple(Cell(label, "H", 12, Interval(v, v - 1e-4, v + 1e-4), odd) for label, v, odd in found)
    axes = Heat(cells, "12 photos").figure(PRESETS["cvpr-page"]).axes[0]
    assert [patch.get_xy() for patch in axes.patches if patch.get_hatch()] == [(-0.5, -0.5)]
    assert [text.get_fontweight() for text in axes.texts] == ["bold", "normal", "bold"]
    assert "Hatched" in Heat(cells, "").caption()
    assert "Hatched" not in Heat(cells[1:], "").caption()
