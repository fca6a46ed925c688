"""Addresses of the Embeddings page; what takes long is streamed as lines of JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from analysis.embedding import maps
from analysis.embedding.bank import BankError

from . import products, readings
from .answers import FOREVER, lines
from .atlas import COMMAND, Atlas
from .runs import Run
from .wanted import Wanted

NO_BANK = f"There is no bank of embeddings here. Build one: {COMMAND}"
VISITOR = "atlas"
"""The owner of runs opened from a map: they go when memory is short or an hour has passed."""


def mount(atlas: Atlas | None) -> Mount:
    """All routes of a bank; without one each answers with what to do."""
    handlers: dict[str, Callable[[Atlas, Request], Response]] = {
        "/about.json": _about,
        "/picture/{photo:int}.webp": _picture,
        "/journey.ndjson": _journey,
        "/star.ndjson": _star,
        "/verdict.json": _verdict,
        "/scores.json": _scores,
        "/open.json": _open,
    }
    routes = [Route(path, _endpoint(atlas, handler)) for path, handler in handlers.items()]
    routes.append(Route("/items.csv", _csv(atlas), methods=["POST"]))
    return Mount("/atlas", app=Starlette(routes=routes))


def _endpoint(
    atlas: Atlas | None, handler: Callable[[Atlas, Request], Response]
) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        if atlas is None:
            raise HTTPException(404, NO_BANK)
        try:
            return handler(atlas, request)
        except (BankError, LookupError, ValueError) as error:
            raise HTTPException(404, str(error)) from error

    return endpoint


def _about(atlas: Atlas, request: Request) -> Response:
    maps.warm_up()  # somebody looks at the page; at the server's start it would delay everybody's first run
    return JSONResponse(atlas.about())


def _picture(atlas: Atlas, request: Request) -> Response:
    return Response(atlas.picture(request.path_params["photo"]), media_type="image/webp", headers=FOREVER)


def _journey(atlas: Atlas, request: Request) -> Response:
    wanted = Wanted.parse(request.query_params)
    return lines(_announced(wanted, atlas.stream(wanted)))


def _announced(wanted: Wanted, steps: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Say so first where the wait is for a compiler."""
    if isinstance(wanted.settings, maps.UMAP) and maps.warm_up().is_alive():
        yield {"note": "UMAP is being compiled, once after each start"}
    yield from steps


def _star(atlas: Atlas, request: Request) -> Response:
    wanted, run = Wanted.parse(request.query_params), _run(atlas, request)
    return lines(atlas.star(wanted, run))


def _verdict(atlas: Atlas, request: Request) -> Response:
    query = request.query_params
    return JSONResponse(
        atlas.verdict(query["network"], query["source"], int(query["k"]), _run(atlas, request))
    )


def _scores(atlas: Atlas, request: Request) -> Response:
    return JSONResponse(readings.readings(atlas, request.query_params["source"]))


def _open(atlas: Atlas, request: Request) -> Response:
    query = request.query_params
    runs = [atlas.open(int(query["item"]), name) for name in query.getlist("network")]
    for run in runs:
        atlas.desk.store.put(run, VISITOR)
    return JSONResponse([products.manifest(run) for run in runs])


def _csv(atlas: Atlas | None) -> Callable[[Request], Awaitable[Response]]:
    """Posted, as thousands of items are too long for an address."""

    async def endpoint(request: Request) -> Response:
        asked = await request.json()
        return await run_in_threadpool(_endpoint(atlas, lambda atlas, _: _table(atlas, asked)), request)

    return endpoint


def _table(atlas: Atlas, asked: dict[str, Any]) -> Response:
    text = atlas.csv([Wanted.parse(each) for each in asked["maps"]], asked["k"], asked["items"])
    return Response(text, media_type="text/csv")


def _run(atlas: Atlas, request: Request) -> Run:
    run = atlas.desk.store.get(request.query_params["run"])
    if run is None:
        raise LookupError("This run is no longer kept; press Run to make it again.")
    return run
