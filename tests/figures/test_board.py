"""Boards: several figures in a grid, with letters, one caption, and one manifest."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from analysis.figures.board import BoardRecipe
from analysis.figures.errors import FigureError
from analysis.figures.export import export
from analysis.figures.inputs import Inputs
from analysis.figures.manifest import order, read
from analysis.figures.presets import PRESETS
from analysis.figures.sheet import texts
from tests.figures.support import CHART, board
from tests.figures.test_drawings import check
from tests.figures.test_panel import LEVELS

PHOTO = {
    "kind": "panel",
    "parameters": {**LEVELS, "photo": "photo0.png", "weights": "ours.safetensors", "k": 1},
}
LINES = {"kind": "chart", "parameters": CHART}


def panel(what, **more):
    return {**PHOTO, "parameters": {**PHOTO["parameters"], "what": what, **more}}


@pytest.mark.parametrize("columns", [1, 3])
def test_columns(columns):
    """Letters in order, under panels of one width; nothing overlaps in one column or in three."""
    drawing = board(columns)
    check(drawing, "cvpr-page")
    figure = drawing.figure(PRESETS["cvpr-page"])
    letters = {
        t.get_text(): t.get_position() for t in texts(figure) if t.get_text() in ("(a)", "(b)", "(c)", "(d)")
    }
    assert list(letters) == ["(a)", "(b)", "(c)", "(d)"]
    across = [x for x, _ in letters.values()]
    down = [y for _, y in letters.values()]
    if columns == 3:
        assert across[0] < across[1] < across[2]
        assert down[0] == down[1] == down[2] > down[3]
    else:
        assert len(set(across)) == 1
        assert down == sorted(down, reverse=True)


def test_captions_are_shared(folder):
    """What panels are of is said once for neighbours of one run, and again where it changes."""
    recipe = BoardRecipe(panels=(panel("estimate"), panel("change"), LINES, panel("error", seed=4)))
    caption = recipe.gather(Inputs([folder])).caption()
    assert caption.startswith(
        r"(a) the estimate $\hat{x}_k = \mathrm{decode}(x_k)$, at $k = 1$; (b) the change"
    )
    assert caption.count("seed 3") == 1
    assert caption.count("seed 4") == 1
    assert "(c) PSNR and SSIM" in caption
    assert caption.endswith(".")


def test_arrays_go_by_letters(folder):
    """Each panel's own, unchanged."""
    recipe = BoardRecipe(panels=(panel("estimate"), LINES))
    found, alone = (
        recipe.gather(Inputs([folder])).arrays(),
        recipe.recipes()[0].gather(Inputs([folder])).arrays(),
    )
    assert np.array_equal(found["a/values"], alone["values"])
    assert "b/0/PSNR" in found


def test_the_manifest_makes_the_same_bytes(folder, tmp_path):
    """Absolute paths become names inside panels too, and defaults are written out."""
    panels = [panel("change", photo=str(folder / "photo0.png")), LINES, panel("a1", channel=1)]
    wanted = order("board", {"panels": panels, "columns": 3}, "cvpr-page", ("pdf", "svg"))
    first = export(wanted, Inputs([folder]))
    assert set(first) >= {f"board-photo0.{x}" for x in ("pdf", "svg", "tex", "npz", "json")}
    facts = json.loads(first["board-photo0.json"])
    assert str(folder) not in json.dumps(facts)
    assert facts["parameters"]["panels"][0]["parameters"]["zoom"] == 1.0
    (tmp_path / "b.json").write_bytes(first["board-photo0.json"])
    assert export(read(tmp_path / "b.json")[0], Inputs([folder])) == first


def test_recipes_survive_json():
    """What a page sends comes back as the same recipe."""
    values = {"panels": [panel("mask", module="a"), LINES], "columns": 2}
    recipe = order("board", values, "eccv", ()).recipe
    assert order("board", json.loads(json.dumps(asdict(recipe))), "eccv", ()).recipe == recipe


@pytest.mark.parametrize(
    ("panels", "words"),
    [
        ((), "1 to 26 panels"),
        ((panel("estimate"), panel("soul")), r"panel \(b\): 'soul'"),
        (({"kind": "pie"},), "a record of a kind"),
        (("estimate",), "a record of a kind"),
        (({"kind": "board", "parameters": {"panels": [PHOTO]}},), "board does not go on a board"),
        (({"kind": "film", "parameters": PHOTO["parameters"]},), "has no 'k'"),
    ],
)
def test_refusals(folder, panels, words):
    """The sentence says which panel it is about."""
    with pytest.raises(FigureError, match=words):
        BoardRecipe(panels=panels).gather(Inputs([folder]))
