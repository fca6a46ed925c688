"""Photos of runs in figures: what they are called, what they were degraded by, and whose they are."""

import pytest

from analysis.figures.errors import FigureError
from analysis.figures.inputs import Inputs
from analysis.figures.words import typeset
from app import photos, products
from app.figure_photos import copied
from app.figures import Wanted
from app.jobs import degraded
from app.runs import Subject
from tests.app import figure_orders as orders
from tests.app.figure_orders import placed, strip
from tests.app.studio import (
    HARD,
    LEVELS,
    kept,
    kept_as_is,
    kept_degraded,
    own_photo,
)

folder, studio, run = orders.folder, orders.studio, orders.run


def test_a_photo_as_it_is(studio):
    """Nothing is put over it, and no PSNR is claimed."""
    run = kept_as_is(studio.desk)
    recipe = studio.made(Wanted.parse(strip(run))).order.recipe
    assert (recipe.haze, recipe.rain, recipe.noise) == (0, 0, 0)
    assert "PSNR" not in studio.preview(Wanted.parse(strip(run)))["caption"]


def test_a_degradation_without_its_seed(studio, run):
    """It cannot be made again, so the degraded photo itself is what travels."""
    subject = Subject(run.subject.image, run.subject.clean, "map", levels={"haze": 9.0})
    copy = copied(kept(studio.desk, subject), studio.given)
    assert photos.read(copy.path).image.sub(run.subject.image).abs().max() <= 0.5 / 255 + 1e-6


def test_what_the_order_says_goes_first(studio, run):
    """Levels and network of the run stand in only for what was not said."""
    asked = {"photo": "@run", "haze": 5.0, "weights": "theirs"}
    found = placed(studio, asked, run)
    assert (found["haze"], found["rain"], found["weights"]) == (5.0, 60.0, "theirs")


def test_bundled_photos_are_named_not_copied(studio):
    """Where one was scaled for the screen it is copied, and its caption still names whom it is by."""
    small, large = (next(e for e in photos.examples() if e.file == name) for name in ("cat.png", "china.jpg"))
    first, second = (kept(studio.desk, degraded(photos.read(e.path), **LEVELS)) for e in (small, large))
    assert copied(first, studio.given).path == small.path
    copy = copied(second, studio.given)
    assert copy.path.name == "china.png"
    assert large.credit in Inputs((copy.path.parent,)).credit("china.png")


def test_a_board_of_several_runs(studio, run):
    """Every panel is of its own run; photos that differ and are called alike go by two names."""
    other = kept_degraded(studio.desk, own_photo(30, 41), "theirs")
    panels = [
        {"run": r.id, "kind": "panel", "parameters": {"photo": "@run", "what": "input"}} for r in (run, other)
    ]
    made = studio.made(Wanted("board", {"panels": panels}))
    assert [p["parameters"]["photo"] for p in made.order.recipe.panels] == [f"{HARD}.png", f"2-{HARD}.png"]
    assert run.id not in str(made.order)
    assert set(made.inputs.own()) == {f"{HARD}.png", f"2-{HARD}.png"}
    with pytest.raises(FigureError, match="press Run"):
        studio.made(Wanted("board", {"panels": [{**panels[0], "run": "guessed"}]}))


def test_names_that_are_taken(studio):
    """An own photo that is called as a bundled one goes by another name."""
    run = kept_as_is(studio.desk, own_photo(title="cat"))
    assert copied(run, studio.given).name == "own-cat.png"


@pytest.mark.parametrize("title", ["../../x", "a/b", ".", "..", "x" * 300, "", "\x00\n"])
def test_titles_stay_in_their_folder(studio, title):
    """A file of a strange title lies beside no other."""
    copy = copied(kept_as_is(studio.desk, own_photo(8, 8, title)), studio.given)
    assert copy.path.is_file()
    assert copy.path.parent.name.startswith("interir-photo-")


def test_what_charts_are_of(studio, run):
    """Levels and seed of the run, and whom a bundled photo is by, as figures of it say."""
    assert products.photographed(run.subject) == (
        f"“{HARD}” under haze 30, rain 60, noise 10 (levels of Table\u00a06, seed 4)"
    )
    assert products.photographed(kept_as_is(studio.desk).subject) == f"the photo “{HARD}”"
    china = next(e for e in photos.examples() if e.file == "china.jpg")
    subject = degraded(photos.read(china.path), 0, 0, 0, 4)
    assert products.photographed(subject) == f"the photo “china” (photo: {china.credit}, CC BY 2.0, changed)"
    shown = studio.preview(Wanted.parse(strip(run)))["caption"]
    assert typeset(products.photographed(run.subject)) in shown
