"""The same login for our own addresses as for Gradio's, which checks it route by route."""

from __future__ import annotations

from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Door:
    """Lets in whom Gradio has let in, where it was given names and passwords; else everybody."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 401."""
        answer = self.inner if admitted(scope) else PlainTextResponse("Log in first.", 401)
        await answer(scope, receive, send)


def admitted(scope: Scope) -> bool:
    """Whether the request carries the token of a login, or none is asked for."""
    outer: Any = scope.get("app")  # Gradio's, as nothing of ours stands before this
    if getattr(outer, "auth", None) is None:
        return True
    cookies = HTTPConnection(scope).cookies
    names = (f"access-token-{outer.cookie_id}", f"access-token-unsecure-{outer.cookie_id}")
    return any(cookies.get(name) in outer.tokens for name in names)
