"""What is gathered for figures: never twice, never what a run on screen has, nobody waits for another's."""

import threading
import time

import pytest

from analysis.figures import inputs
from analysis.figures.convolutions import ConvolutionsRecipe
from analysis.figures.operators import OperatorsRecipe
from app.figures import Wanted
from tests.app import figure_orders as orders
from tests.app.figure_orders import strip
from tests.app.studio import kept_as_is, kept_degraded

folder, studio, run = orders.folder, orders.studio, orders.run

PATIENCE = 60
"""Seconds after which a test has failed."""


@pytest.mark.parametrize("kept", [kept_degraded, kept_as_is])
@pytest.mark.parametrize("kind", ["strip", "film", "operators", "convolutions", "panel"])
def test_a_run_on_screen_is_not_made_again(studio, monkeypatch, kept, kind):
    """Its iterations are those that the dashboard keeps; those of another seed run."""
    run = kept(studio.desk)
    monkeypatch.setattr(inputs, "follow", lambda *_: pytest.fail("the network ran"))
    inputs._followed.cache_clear()
    order = Wanted(kind, {"photo": "@run"}, run=run.id)
    assert studio.made(order).composition.arrays()
    other = {"photo": "@run", "haze": 31.0}
    with pytest.raises(pytest.fail.Exception, match="the network ran"):
        studio.made(Wanted(kind, other, run=run.id))


def slow(monkeypatch, recipe):
    """Let a kind's gathering wait to be let go; how often it began, and what lets it go."""
    begun, go, gather, count = threading.Event(), threading.Event(), recipe.gather, []

    def waiting(self, inputs):
        count.append(self)
        begun.set()
        assert go.wait(PATIENCE)
        return gather(self, inputs)

    monkeypatch.setattr(recipe, "gather", waiting)
    return begun, go, count


def test_a_slow_gathering_holds_nobody_up(studio, run, monkeypatch):
    """While one visitor's figure is gathered, another's is drawn."""
    begun, go, _ = slow(monkeypatch, OperatorsRecipe)
    found = []
    order = Wanted("operators", {"photo": "@run"}, run=run.id)
    first = threading.Thread(target=lambda: found.append(studio.preview(order)))
    first.start()
    assert begun.wait(PATIENCE)
    other = threading.Thread(target=lambda: found.append(studio.preview(Wanted.parse(strip(run)))))
    other.start()
    other.join(PATIENCE)
    done = [shown["stem"] for shown in found]
    go.set()
    first.join(PATIENCE)
    assert [stem.partition("-")[0] for stem in done] == ["strip"]
    assert len(found) == 2


def test_who_asks_for_the_same_waits_for_it(studio, run, monkeypatch):
    """It is gathered once, whoever asks."""
    begun, go, count = slow(monkeypatch, ConvolutionsRecipe)
    order, found = Wanted("convolutions", {"photo": "@run"}, run=run.id), []
    arrived, gathered = threading.Barrier(4), studio._gathered

    def together(*args, **kwargs):
        arrived.wait(PATIENCE)
        return gathered(*args, **kwargs)

    monkeypatch.setattr(studio, "_gathered", together)
    threads = [threading.Thread(target=lambda: found.append(studio.made(order).composition)) for _ in "abc"]
    for thread in threads:
        thread.start()
    arrived.wait(PATIENCE)
    assert begun.wait(PATIENCE)
    time.sleep(0.2)  # by now all three are there
    go.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(count) == 1
    assert len(found) == 3
    assert found[0] is found[1] is found[2]
    assert not studio._turns
