"""Orders of figures that are refused: no path, no other's run, nothing too large."""

import json

import pytest

from app import figure_routes
from app.photos import LONGEST
from tests.app import figure_orders as orders
from tests.app.figure_orders import strip

folder, studio, run, client = orders.folder, orders.studio, orders.run, orders.client


REFUSED = [
    ({"parameters": {"photo": "/etc/hostname"}}, "is not here"),
    ({"parameters": {"photo": "../weights/README.md"}}, "is not here"),
    ({"parameters": {"photo": "assets/photos/cat.png"}}, "is not here"),
    ({"parameters": {"photo": "@run"}, "run": "guessed"}, "press Run"),
    ({"parameters": {"photo": "@run"}, "run": None}, "press Run"),
    ({"parameters": {"photo": "cat.png", "weights": "/tmp/evil.pth"}}, "no network is called"),
    (
        {"parameters": {"photo": "cat.png", "weights": "assets/weights/interir-small.safetensors"}},
        "no network",
    ),
    ({"kind": "results", "parameters": {"file": "/etc/passwd"}}, "is not here"),
    ({"kind": "ablation", "parameters": {"runs": ["../deepsn-0/scores.json"]}}, "is not here"),
    ({"kind": "embeddings", "parameters": {"bank": "/tmp/bank.npz"}}, "is not here"),
    ({"kind": "pie"}, "no kind of figure"),
    ({"preset": "napkin"}, "no preset"),
    ({"format": "exe"}, "its formats are"),
    ({"parameters": {"photo": "@run", "haze": 151}}, "must be in"),
    ({"parameters": {"photo": "@run", "ks": [99]}}, "iterations 99"),
    ({"parameters": ["photo"]}, "cannot be"),
    ({"run": 3}, "cannot be"),
    ({"kind": "board", "parameters": {"panels": ["x"]}}, "a panel is a record"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_refusals(client, run, change, words):
    """No path, no other's run, no other weights; whatever cannot be is a sentence."""
    answer = client.post("/figures/file", json={**strip(run), "format": "pdf", **change})
    assert answer.status_code == 404
    assert words.lower() in answer.text.lower()
    assert answer.text.endswith(".")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("body", [b"", b"words", b"[1]", b"\xff"])
def test_what_is_no_order(client, body):
    """Other bodies are refused too."""
    for path in ("/figures/file", "/figures/preview"):
        assert client.post(path, content=body).status_code in (400, 404)


def test_nothing_is_listed(client):
    """No address lists orders, photos or runs."""
    for path in ("", "/", "/file", "/preview"):
        assert client.get(f"/figures{path}").status_code in (404, 405)
    assert client.get("/figures/kinds.json?run=guessed").status_code == 404


def test_too_much_is_refused(client, monkeypatch):
    """A full tray of the largest maps fits; what is larger is refused by a sentence, on either address."""
    full = {"kind": "board", "parameters": {"panels": [{"packed": "A" * (LONGEST**2 * 4 * 4 // 3)}] * 26}}
    assert len(json.dumps(full)) < figure_routes.MOST
    monkeypatch.setattr(figure_routes, "MOST", 2_000_000)
    for path in ("/figures/file", "/figures/preview"):
        assert client.post(path, content=b" " * 1_999_900).status_code == 400
        answer = client.post(path, content=b" " * 2_000_001)
        assert answer.status_code == 413
        assert answer.text == "This is more than 2 MB; take large maps out of the tray."
