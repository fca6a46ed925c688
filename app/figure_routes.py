"""Addresses of the Figures page: forms, previews, files and links.

What is made of a visitor's run is asked for by that run's unguessable id, and nothing is kept under
an address of its own: there is nothing to list or guess.
"""

from __future__ import annotations

import json
import logging
import mimetypes
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from analysis.errors import AnalysisError

from . import figure_forms, links
from .figures import Studio, Wanted
from .links import LinkError

MOST = 40_000_000
"""Bytes of an order: a full tray of 26 maps of 512 x 512 px, 4 bytes each, are 36 MB in base64."""

log = logging.getLogger(__name__)

mimetypes.add_type("application/x-tex", ".tex")
mimetypes.add_type("application/octet-stream", ".npz")


def mount(studio: Studio) -> Mount:
    """All routes of a studio."""
    routes = [
        Route("/kinds.json", lambda request: _told(_kinds, studio, request.query_params.get("run"))),
        Route("/link.json", lambda request: _told(_link, studio, request.query_params.getlist("run"))),
        Route("/preview", _posted(studio, _preview), methods=["POST"]),
        Route("/file", _posted(studio, _file), methods=["POST"]),
    ]
    return Mount("/figures", app=Starlette(routes=routes))


def _kinds(studio: Studio, run: str | None) -> Response:
    return JSONResponse(figure_forms.page(studio.shelf, studio.run(run)))


def _link(studio: Studio, ids: list[str]) -> Response:
    runs = [run for run in map(studio.run, ids) if run is not None]
    if not runs:
        raise LinkError("There is no run to link to; press Run.")
    return JSONResponse({"query": links.written(runs)})


def _preview(studio: Studio, asked: Any) -> Response:
    return JSONResponse(studio.preview(Wanted.parse(asked)))


def _file(studio: Studio, asked: Any) -> Response:
    form = asked.get("format") if isinstance(asked, dict) else None
    name, content = studio.file(Wanted.parse(asked), str(form))
    media = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(content, media_type=media, headers={"Content-Disposition": _disposition(name)})


def _disposition(name: str) -> str:
    """A download's name in any script (RFC 6266 and 5987), and one of ASCII for old browsers."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _posted(
    studio: Studio, answer: Callable[[Studio, Any], Response]
) -> Callable[[Request], Awaitable[Response]]:
    """Posted, as parameters are too long for an address."""

    async def endpoint(request: Request) -> Response:
        body = await _body(request)
        return await run_in_threadpool(lambda: _told(answer, studio, _parsed(body)))

    return endpoint


async def _body(request: Request) -> bytes:
    """What was posted; refused as soon as it is too much."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            size = f"{MOST // 1_000_000} MB"
            raise HTTPException(413, f"This is more than {size}; take large maps out of the tray.")
    return bytes(body)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise HTTPException(400, "This is not JSON.") from error


def _told(answer: Callable[[Studio, Any], Response], studio: Studio, asked: Any) -> Response:
    """An answer, or a sentence that says why there is none."""
    try:
        return answer(studio, asked)
    except (AnalysisError, LinkError) as error:
        text = str(error)
        raise HTTPException(404, f"{text[:1].upper()}{text[1:].rstrip('.')}.") from error
    except Exception as error:
        log.exception("a figure could not be made")
        raise HTTPException(500, "This could not be drawn; the log says more.") from error
