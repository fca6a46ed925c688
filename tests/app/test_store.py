"""The store of runs: a byte budget, idle runs, and visits that do not see each other."""

import threading
from types import SimpleNamespace

import pytest

from app import store as store_module
from app.store import RunStore


def a_run(name, nbytes=10):
    """As much of a run as the store looks at."""
    return SimpleNamespace(id=name, nbytes=nbytes)


def kept(store, *names):
    """Which of the named runs are still there; looking does not count as use."""
    return {name for name in names if name in {run.id for run in everything(store)}}


def everything(store):
    """All runs of the owners that these tests know."""
    return [run for owner in ("ann", "ben", None) for run in store.owned_by(owner)]


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests set."""
    now = SimpleNamespace(monotonic=lambda: now.time, time=1000.0)
    monkeypatch.setattr(store_module, "time", now)
    return now


def test_an_unknown_run_is_none():
    """What never was there is None, and so is what was dropped."""
    store = RunStore()
    assert store.get("nothing") is None
    store.put(a_run("a"), "ann")
    store.release("ann")
    assert store.get("a") is None


def test_the_run_that_was_put_is_found():
    """`get` gives the very object, and the store knows its size."""
    store, run = RunStore(), a_run("a", 17)
    store.put(run, "ann")
    assert store.get("a") is run
    assert (len(store), store.nbytes) == (1, 17)


def test_the_least_recently_used_goes_first():
    """Over budget, the run goes that was looked at longest ago."""
    store = RunStore(budget=30)
    for name in "abc":
        store.put(a_run(name), "ann")
    store.get("a")
    store.put(a_run("d"), "ben")
    assert kept(store, *"abcd") == {"a", "c", "d"}
    assert store.nbytes == 30


def test_no_more_goes_than_must():
    """As soon as the rest fits, nothing else is dropped."""
    store = RunStore(budget=100)
    store.put(a_run("large", 60), "ann")
    for name in "ab":
        store.put(a_run(name, 20), "ann")
    store.put(a_run("c", 20), "ann")
    assert kept(store, "large", *"abc") == set("abc")


def test_the_newest_run_stays_whatever_its_size():
    """The run just put is never the one that goes, even alone over budget."""
    store = RunStore(budget=30)
    store.put(a_run("a"), "ann")
    store.put(a_run("huge", 1000), "ann")
    assert kept(store, "a", "huge") == {"huge"}


def test_runs_of_nobody_stay():
    """A run without an owner is everybody's and is kept for good."""
    store = RunStore(budget=25)
    store.put(a_run("sample", 20), None)
    for name in "abc":
        store.put(a_run(name), "ann")
    assert kept(store, "sample", *"abc") == {"sample", "c"}


def test_idle_runs_go(clock):
    """A run that nobody looked at for the idle time goes with the next put; one in use stays."""
    store = RunStore(idle=60)
    for name in "ab":
        store.put(a_run(name), "ann")
    store.put(a_run("sample"), None)
    clock.time += 50
    store.get("a")
    clock.time += 20
    store.put(a_run("c"), "ben")
    assert kept(store, "a", "b", "c", "sample") == {"a", "c", "sample"}


def test_a_visit_that_ends_takes_its_runs_along():
    """`release` drops all runs of a visit, and no other."""
    store = RunStore()
    for name, owner in (("a", "ann"), ("b", "ben"), ("c", "ann"), ("sample", None)):
        store.put(a_run(name), owner)
    store.release("ann")
    store.release("nobody")
    assert kept(store, "a", "b", "c", "sample") == {"b", "sample"}


def test_visits_do_not_see_each_other():
    """`owned_by` lists a visit's own runs, the latest used last, and nobody's are not among them."""
    store = RunStore()
    for name, owner in (("a", "ann"), ("b", "ben"), ("c", "ann"), ("sample", None)):
        store.put(a_run(name), owner)
    assert [run.id for run in store.owned_by("ann")] == ["a", "c"]
    store.get("a")
    assert [run.id for run in store.owned_by("ann")] == ["c", "a"]
    assert [run.id for run in store.owned_by("ben")] == ["b"]
    assert store.owned_by("eve") == []


def hammer(store, owner, errors):
    """Use the store as a busy visit does."""
    try:
        for i in range(300):
            store.put(a_run(f"{owner}{i}"), owner)
            store.get(f"{owner}{i - 1}")
            store.owned_by(owner)
            if i % 50 == 49:
                store.release(owner)
    except Exception as error:
        errors.append(error)


def test_many_threads_at_once():
    """Used by many threads, it neither fails nor grows over its budget."""
    store, errors = RunStore(budget=200), []
    threads = [threading.Thread(target=hammer, args=(store, f"v{i}", errors)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert store.nbytes <= 200
