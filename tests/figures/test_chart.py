"""Charts: the lines on screen are the lines of the figure, and their captions are LaTeX."""

import json

import numpy as np
import pytest

from analysis.figures.chart import ChartRecipe
from analysis.figures.errors import FigureError
from analysis.figures.export import export
from analysis.figures.inputs import Inputs
from analysis.figures.manifest import order, read
from analysis.figures.presets import PRESETS
from tests.figures.support import CHART

PAGE = PRESETS["cvpr-column"]


def test_lines_are_the_numbers():
    """Through JSON into the plot: values, axes, the star, the band, the mark; None leaves a gap."""
    parameters = json.loads(json.dumps(CHART))
    chart = order("chart", parameters, "cvpr-column", ()).recipe.gather(Inputs())
    left, right = [axes for axes in chart.figure(PAGE).axes if axes.lines and axes.get_ylabel()]
    curves = {line.get_label(): line.get_ydata() for line in left.lines}
    np.testing.assert_array_equal(curves["PSNR"], CHART["lines"][0]["values"])
    assert left.get_ylabel() == "PSNR / dB"
    assert right.get_ylabel() == "SSIM"
    np.testing.assert_array_equal(right.lines[0].get_ydata(), [0.5, np.nan, 0.7])
    assert [2, 2] in [list(line.get_xdata()) for line in left.lines]  # the mark at k = 2
    stars = [line for line in left.lines if line.get_marker() == "*"]
    assert [(s.get_xdata()[0], s.get_ydata()[0]) for s in stars] == [(2, 25.0)]
    arrays = chart.arrays()
    np.testing.assert_array_equal(arrays["0/PSNR"], [[0, 20], [1, 24], [2, 25]])
    assert arrays["2/interval"].shape == (2, 3)
    assert chart.caption() == r"PSNR and SSIM, 50\%: InterIR on \_a, $\lambda$."


@pytest.mark.parametrize(
    "lines",
    [[], [{"name": "a"}], [{"name": "a", "values": []}], [{"name": "a", "values": [1], "colour": "red"}],
     [{"name": "a", "values": [1, 2], "upto": [1]}], [{"name": "a", "values": ["x"]}], ["a"]],
)  # fmt: skip
def test_lines_that_are_none(lines):
    """A chart needs lines with names and numbers."""
    with pytest.raises(FigureError):
        ChartRecipe(lines=tuple(lines)).gather(Inputs())


def test_manifests_make_the_same_bytes(tmp_path):
    """Written, read back and carried out again."""
    first = export(order("chart", CHART, "eccv", ("pdf", "svg", "png")))
    (name,) = [name for name in first if name.endswith(".json")]
    assert name.startswith("chart-psnr-and-ssim")
    (tmp_path / name).write_bytes(first[name])
    assert export(read(tmp_path / name)[0]) == first
