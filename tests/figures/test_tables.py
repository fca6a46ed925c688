"""LaTeX tables say what their files say."""

import json

import pytest

from analysis.figures.errors import FigureError
from analysis.figures.inputs import Inputs
from analysis.figures.presets import PRESETS
from analysis.figures.tables import AblationRecipe, ResultsRecipe
from interir import commands, paper
from interir.degrade import COMBINATIONS
from tests.evaluate.support import photo_scores

PAGE = PRESETS["cvpr-page"]


def write(folder, variant, seed, level):
    scores = [
        score
        for name in COMBINATIONS
        for method, values in (("input", [10.0, 12.0, 14.0]), (variant, [level, level + 2, level + 4]))
        for score in photo_scores(method, values, name)
    ]
    path = folder / f"{variant}-{seed}" / "scores.json"
    path.parent.mkdir()
    rows = [{name: getattr(score, name) for name in score.__slots__} for score in scores]
    path.write_text(json.dumps(rows))
    return f"{variant}-{seed}/scores.json"


def test_ablation(tmp_path):
    """Rows in the order of Table 4; a constant gain has no spread over photos, and seeds their own."""
    names = [
        write(tmp_path, "interir", 0, 21),
        write(tmp_path, "deepsn", 0, 18),
        write(tmp_path, "deepsn", 1, 19),
    ]
    found = AblationRecipe(runs=tuple(names)).gather(Inputs([tmp_path]))
    first, last = found.rows()
    assert [first[0], last[0]] == ["deepsn", "interir"]
    assert first[3:] == ["2", r"20.50 $\pm$ 0.71", "--", "--"]
    assert last[3:5] == ["1", "23.00"]
    assert last[5].startswith("$+2.50$")
    assert "[+2.50, +2.50]" in last[5]
    assert last[6] == (paper.rows(4)[-1]["PSNR gain"].replace("+", "$+$") or "--")
    latex = found.latex("ablation", PAGE)
    assert latex.count(r"\\") == 3
    assert all(rule in latex for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\label{tab:ablation}"))
    assert "3 photos" in found.caption()


def test_results_are_those_of_the_evaluation(folder, tmp_path):
    """The table of the command's own LaTeX file, and a label."""
    line = [
        "--data",
        folder,
        "--limit",
        "2",
        "--json",
        tmp_path / "r.json",
        "--latex",
        tmp_path / "r.tex",
        "--weights",
    ]
    names = [folder / "ours.safetensors", folder / "theirs.safetensors"]
    assert commands.main([str(each) for each in [*line, *names]]) == 0
    found = ResultsRecipe(file="r.json").gather(Inputs([tmp_path]))
    latex = found.latex("results-r", PAGE)
    assert latex.replace("\\label{tab:results-r}\n", "", 1) == (tmp_path / "r.tex").read_text(
        encoding="utf-8"
    )
    assert found.caption() in latex
    assert found.files(PAGE, ()) == {}
    assert set(found.arrays()) >= {"ours/mean", "input/H"}


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (AblationRecipe(runs=()), "needs finished runs"),
        (AblationRecipe(runs=("other-0/scores.json",)), "no run of interir.ablation"),
        (ResultsRecipe(file="other.json"), "holds no scores"),
    ],
)
def test_refusals(recipe, words, tmp_path):
    """Files of other kinds are refused by a sentence."""
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(FigureError, match=words):
        recipe.gather(Inputs([tmp_path]))
