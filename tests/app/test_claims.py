"""The cards that the page shows are of the weights on screen, and of no others."""

import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from analysis.claims import FORMAT
from app import claims, routes
from app.store import RunStore


def write(folder, name, **changes):
    """A report as far as it is read here."""
    report = {
        "format": FORMAT,
        "weights": "a" * 12,
        "network": {"name": name},
        "command": "again",
        "cards": [name],
    }
    (folder / f"{name}.json").write_text(json.dumps(report | changes))


@pytest.fixture
def run(tiny_runs):
    """A run of weights whose digest is all zeros."""
    return tiny_runs["interir"]


def test_found_by_content(run, tmp_path):
    """Whatever the file is called, the report of these weights is shown with its command."""
    write(tmp_path, "first")
    write(tmp_path, "second", weights=run.network.digest)
    found = claims.answer(run, tmp_path)
    assert found["report"]["cards"] == ["second"]
    assert (found["sentence"], found["command"]) == ("", "again")


def test_of_other_weights(run, tmp_path):
    """It is named, and not shown."""
    write(tmp_path, "first")
    found = claims.answer(run, tmp_path)
    assert found["report"] is None
    assert run.network.digest in found["sentence"]
    assert "first (aaaaaaaaaaaa)" in found["sentence"]
    assert found["command"].startswith(f"python -m analysis.claims --weights {run.network.name} ")


def test_absent_or_damaged(run, tmp_path):
    """A sentence and a command, whatever lies there."""
    nothing = claims.answer(run, tmp_path / "nowhere")
    (tmp_path / "torn.json").write_text('{"format": 1, "wei')
    (tmp_path / "list.json").write_text("[]")
    write(tmp_path, "future", format=FORMAT + 1, weights=run.network.digest)
    assert claims.answer(run, tmp_path) == nothing
    assert nothing["report"] is None
    assert "not tested" in nothing["sentence"]


def test_address(run):
    """It is asked of a run, and answers even where there is no report."""
    store = RunStore()
    store.put(run, "ann")
    answer = TestClient(Starlette(routes=[routes.mount(store)])).get(f"/lens/runs/{run.id}/claims.json")
    assert answer.status_code == 200
    assert set(answer.json()) == {"report", "sentence", "command"}
