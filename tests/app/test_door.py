"""Where a login is asked for, our own addresses ask for it too."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app.door import Door

COOKIES = {
    "none": {},
    "of a login": {"access-token-abc": "right"},
    "of a login without https": {"access-token-unsecure-abc": "right"},
    "made up": {"access-token-abc": "wrong"},
    "of another server": {"access-token-xyz": "right"},
}


def client(auth):
    """A server as Gradio leaves it: names and passwords, tokens of who logged in, and our own below."""
    inner = Starlette(routes=[Route("/secret", lambda request: PlainTextResponse("told"))])
    outer = Starlette(routes=[Mount("/lens", app=Door(inner))])
    outer.auth, outer.cookie_id, outer.tokens = auth, "abc", {"right": "ann"}
    return TestClient(outer)


@pytest.mark.parametrize("name", COOKIES)
@pytest.mark.parametrize("auth", [None, {"ann": "secret"}], ids=["open", "locked"])
def test_who_is_let_in(auth, name):
    """Everybody where there is no login; else who has its token, by either of its names."""
    visitor = client(auth)
    visitor.cookies.update(COOKIES[name])
    answer = visitor.get("/lens/secret")
    inside = auth is None or name.startswith("of a login")
    assert (answer.status_code, answer.text) == ((200, "told") if inside else (401, "Log in first."))


def test_gradio_keeps_what_is_read():
    """The attributes of Gradio's application that the door relies on."""
    gradio = pytest.importorskip("gradio")
    from gradio.routes import App

    app = App.create_app(gradio.Blocks(), app_kwargs={"routes": []})
    assert {"auth", "cookie_id", "tokens"} <= set(vars(app))
