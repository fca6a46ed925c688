"""Captions say what a paper needs of a run, and are LaTeX whatever the photo is called."""

import re
from dataclasses import replace

import pytest

from analysis.figures.chart import ChartRecipe
from analysis.figures.inputs import Inputs
from analysis.figures.matrix import MatrixRecipe
from analysis.figures.panel import PanelRecipe
from analysis.figures.presets import PRESETS
from analysis.figures.sheet import texts
from analysis.figures.words import credited, minus, photographed, typeset
from interir.bootstrap import Interval
from tests.figures.support import maps

HARD = "50% & more_$x$ #1 {a}~^ 雨天"
LEVELS = {"haze": 60.0, "rain": 0.0, "noise": 10.0}
WRITTEN = r"50\% \& more\_\$x\$ \#1 \{a\}\textasciitilde{}\textasciicircum{} 雨天"
ABOUT = (
    f"InterIR (interir-small, weights 0a1) on {photographed(HARD, ' (photo: “me”, CC BY 2.0)', LEVELS, 3)}"
)


def leftover(caption):
    """What pdfLaTeX would stumble over, letters of any script aside."""
    words = re.sub(r"\\([a-zA-Z]+|[%&$#_{}\\,])", "", caption)
    depth = 0
    for sign in words:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0, caption
    assert depth == 0, caption
    outside = "".join(words.split("$")[::2])
    assert words.count("$") % 2 == 0, caption
    strange = {c for c in words if c > "\x7f" and not c.isalpha()}
    return strange | {c for c in outside if c in "%&#_^\\"}


def chart(about):
    return ChartRecipe(name="‖F‖ · σ of x̂ₖ, 3 × “A₁”…", lines=({"name": "a", "values": (1, 2)},), about=about)


def matrix(about):
    return MatrixRecipe(name="½ – Σ → λ_k²", values=((1.0, 2.0),), low=0.0, high=2.0, about=about)


@pytest.mark.parametrize("make", [chart, matrix])
def test_captions_are_latex(make):
    """Name, levels, seed and credit are there as LaTeX has them; so are the title's signs."""
    caption = make(ABOUT).gather(Inputs()).caption()
    assert leftover(caption) == set()
    wanted = f"``{WRITTEN}'' (photo: ``me'', CC BY 2.0) under haze 60, noise 10 (levels of Table~6, seed 3)"
    assert caption.endswith(f"InterIR (interir-small, weights 0a1) on {wanted}.")
    assert make(ABOUT).gather(Inputs()).latex("stem", PRESETS["eccv"]).startswith("% needs XeLaTeX")


def test_panels_say_it_by_the_same_words(folder):
    """The photo of a panel and that of a chart are one sentence."""
    recipe = PanelRecipe(photo=f"{HARD}.png", weights="ours.safetensors", what="input", seed=3, **LEVELS)
    panel = recipe.gather(Inputs([folder]))
    assert leftover(panel.caption()) == set()
    assert panel.caption() == f"The input $y$: {typeset(photographed(HARD, '', LEVELS, 3))}."


@pytest.mark.parametrize(
    ("name", "needed"), [("łódź", ""), ("łąka", "[T1]{fontenc}"), ("ħ", "XeLaTeX"), ("照", "XeLaTeX")]
)
def test_letters_that_need_more_than_latex_has(name, needed):
    """The first line of a caption's file says what; where nothing is needed there is none."""
    first = chart(name).gather(Inputs()).latex("stem", PRESETS["eccv"]).splitlines()[0]
    assert first.startswith("% needs") == bool(needed)
    assert needed in first


def test_photos_as_they_are():
    """No levels and no seed are claimed that are not known; a licence that asks for nothing gets nothing."""
    assert photographed("x", "", {"haze": 60, "rain": 0}) == "“x” under haze 60 (levels of Table\u00a06)"
    assert typeset(photographed("a_b", "", {})) == r"the photo ``a\_b''"
    assert credited("me", "Public domain") == ""
    assert (
        photographed("x", credited("me", "CC BY 2.0"), {}) == "the photo “x” (photo: me, CC BY 2.0, changed)"
    )


def test_numbers_have_minus_signs():
    """Before numbers alone: names keep their hyphens."""
    assert minus("x-1 of -0.5 dB, [-1, 2], 3-4") == "x-1 of −0.5 dB, [−1, 2], 3-4"
    assert typeset(minus("-0.5 dB")) == "$-$0.5 dB"


def test_scores_of_maps_have_minus_signs():
    """A silhouette may be below 0."""
    score = Interval(-0.2, -0.4, 0.1)
    drawing = maps()
    shown = tuple(replace(each, measures={"silhouette": score}) for each in drawing.maps)
    figure = replace(drawing, maps=shown).figure(PRESETS["cvpr-page"])
    words = {text.get_text() for text in texts(figure)}
    assert "silhouette −0.20 [−0.40, 0.10]" in words
    assert "silhouette, $-$1 to 1" in replace(drawing, measure="silhouette").caption()
