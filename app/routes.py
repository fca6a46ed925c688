"""What the browser fetches beside Gradio's own: scripts, colour maps, and a run's arrays.

Arrays travel as .npy. A run is found by its unguessable id only, so these addresses are
capabilities: whoever was not given one cannot list or guess any.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from . import claims, products
from .answers import FOREVER, half, kept, npy, png
from .colours import palettes
from .door import Door
from .runs import Run
from .store import RunStore
from .why import routes as why

log = logging.getLogger(__name__)

PREFIX = "lens"
STATIC = Path(__file__).parent / "static"


def mount(store: RunStore, *others: Mount) -> Mount:
    """All routes under one prefix; ``others`` are those of pages that have more to ask than of a run."""
    shared = [
        Route("/palettes.json", lambda request: JSONResponse(palettes(), headers=FOREVER)),
        Route("/plotly.js", _plotly),
        Mount("/static", app=StaticFiles(directory=STATIC)),
    ]
    asked = _of_a_run() | why.of_a_run()
    runs = [Route(f"/runs/{{id}}/{path}", _endpoint(store, make)) for path, make in asked.items()]
    return Mount(f"/{PREFIX}", app=Door(Starlette(routes=[*runs, *shared, *others])))


def _of_a_run() -> dict[str, Callable[..., Response]]:
    """What can be asked of a run, by address."""
    return {
        "input.png": lambda run: png(run.subject.image),
        "clean.png": _clean,
        "estimate/{k:int}.png": lambda run, k: png(run.digests[k].estimate),
        "change.npy": lambda run: half(products.change(run)),
        "error.npy": lambda run: half(products.error(run)),
        "operator/{which}/{channel:int}.npy": _operator,
        "operator/{which}/overview.npy": _overview,
        "operator/{which}/spectra.json": _spectra,
        "features/{field}/{channel:int}.npy": _features,
        "convolutions.json": lambda run: JSONResponse(products.convolutions(run)),
        "claims.json": lambda run: JSONResponse(claims.answer(run)),
        "masks/{module:int}/{channel:int}.npy": _masks,
        "sum/{k:int}/{module:int}/{channel:int}/{row:int}/{column:int}.json": _sum,
    }


def _endpoint(store: RunStore, produce: Callable[..., Response]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return _answer(store, request, produce)

    return endpoint


def _answer(store: RunStore, request: Request, produce: Callable[..., Response]) -> Response:
    """Produce what was asked of a run; what cannot be had is a sentence, not a trace."""
    parameters = dict(request.path_params)
    run = store.get(parameters.pop("id"))
    if run is None:
        raise HTTPException(404, "This run is no longer kept; press Run to make it again.")
    try:
        return produce(run, **parameters)
    except (LookupError, ValueError) as error:
        raise HTTPException(404, str(error)) from error
    except Exception as error:
        log.exception("%s could not be made", request.url.path)
        raise HTTPException(500, "This could not be computed; the log says more.") from error


def _clean(run: Run) -> Response:
    if run.subject.clean is None:
        raise LookupError("there is no clean photo")
    return png(run.subject.clean)


def _operator(run: Run, which: str, channel: int) -> Response:
    return npy(products.operator(run, _known(which), channel))


def _overview(run: Run, which: str) -> Response:
    return npy(products.operator_overview(run, _known(which)))


def _spectra(run: Run, which: str) -> Response:
    found = run.once(f"spectra {_known(which)}", lambda: products.spectra(run, which))
    return kept(found)


def _features(run: Run, field: str, channel: int) -> Response:
    if field == "observed":
        return npy(products.observed_features(run, channel))
    if field == "degraded":
        return npy(products.degraded_features(run, channel))
    if field in ("x", "multiplier"):
        return npy(products.state_features(run, field, channel))
    raise LookupError(f"there are no features called {field!r}")


def _masks(run: Run, module: int, channel: int) -> Response:
    return npy(products.masks(run, module, channel))


def _sum(run: Run, **place: Any) -> Response:
    return kept(products.arithmetic(run, **place))


def _plotly(request: Request) -> Response:
    """Plotly's script as its Python package carries it, so that screen and export agree."""
    import plotly

    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return FileResponse(script, headers=FOREVER, media_type="text/javascript")


def _known(which: str) -> str:
    if which not in products.OPERATORS:
        raise LookupError(f"there is no operator called {which!r}")
    return which
