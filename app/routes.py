"""What the browser fetches beside Gradio's own: scripts, colour maps, and a run's arrays.

Arrays travel as .npy. A run is found by its unguessable id only, so these addresses are
capabilities: whoever was not given one cannot list or guess any.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from torch import Tensor

from interir.shapes import Image

from . import photos, products, why
from .colours import palettes
from .runs import Run
from .store import RunStore

log = logging.getLogger(__name__)

PREFIX = "lens"
STATIC = Path(__file__).parent / "static"
FOREVER = {"Cache-Control": "private, max-age=86400, immutable"}


def mount(store: RunStore, *others: Mount) -> Mount:
    """All routes under one prefix; ``others`` are those of pages that have more to ask than of a run."""
    shared = [
        Route("/palettes.json", lambda request: JSONResponse(palettes(), headers=FOREVER)),
        Route("/plotly.js", _plotly),
        Mount("/static", app=StaticFiles(directory=STATIC)),
    ]
    runs = [Route(f"/runs/{{id}}/{path}", _endpoint(store, make)) for path, make in _of_a_run().items()]
    return Mount(f"/{PREFIX}", app=Starlette(routes=[*runs, *shared, *others]))


def _of_a_run() -> dict[str, Callable[..., Response]]:
    """What can be asked of a run, by address."""
    return {
        "input.png": lambda run: _png(run.subject.image),
        "clean.png": _clean,
        "estimate/{k:int}.png": lambda run, k: _png(run.digests[k].estimate),
        "change.npy": lambda run: _half(products.change(run)),
        "error.npy": lambda run: _half(products.error(run)),
        "operator/{which}/{channel:int}.npy": _operator,
        "operator/{which}/overview.npy": _overview,
        "operator/{which}/spectra.json": _spectra,
        "features/{field}/{channel:int}.npy": _features,
        "convolutions.json": lambda run: JSONResponse(products.convolutions(run)),
        "masks/{module:int}/{channel:int}.npy": _masks,
        "sum/{k:int}/{module:int}/{channel:int}/{row:int}/{column:int}.json": _sum,
        "ledger.json": lambda run: JSONResponse(why.account(run), headers=FOREVER),
        "ledger/{term}.npy": _term,
        "interventions.json": lambda run: JSONResponse(why.catalogue(run), headers=FOREVER),
        "do/{text}/effect.json": lambda run, text: JSONResponse(why.effect(run, text), headers=FOREVER),
        "do/{text}/image.png": lambda run, text: _png(why.outcome(run, text).image.cpu()),
        "do/{text}/difference.npy": _difference,
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
    return _png(run.subject.clean)


def _operator(run: Run, which: str, channel: int) -> Response:
    return _npy(products.operator(run, _known(which), channel))


def _overview(run: Run, which: str) -> Response:
    return _npy(products.operator_overview(run, _known(which)))


def _spectra(run: Run, which: str) -> Response:
    found = run.once(f"spectra {_known(which)}", lambda: products.spectra(run, which))
    return JSONResponse(found, headers=FOREVER)


def _features(run: Run, field: str, channel: int) -> Response:
    if field == "observed":
        return _npy(products.observed_features(run, channel))
    if field == "degraded":
        return _npy(products.degraded_features(run, channel))
    if field in ("x", "multiplier"):
        return _npy(products.state_features(run, field, channel))
    raise LookupError(f"there are no features called {field!r}")


def _masks(run: Run, module: int, channel: int) -> Response:
    return _npy(products.masks(run, module, channel))


def _sum(run: Run, **place: Any) -> Response:
    return JSONResponse(products.arithmetic(run, **place), headers=FOREVER)


def _term(run: Run, term: str) -> Response:
    if term not in why.TERMS:
        raise LookupError(f"there is no term called {term!r}")
    return _half(why.books(run).maps[term])


def _difference(run: Run, text: str) -> Response:
    return _half(why.outcome(run, text).difference.mean(dim=1).cpu())


def _plotly(request: Request) -> Response:
    """Plotly's script as its Python package carries it, so that screen and export agree."""
    import plotly

    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return FileResponse(script, headers=FOREVER, media_type="text/javascript")


def _known(which: str) -> str:
    if which not in products.OPERATORS:
        raise LookupError(f"there is no operator called {which!r}")
    return which


def _png(image: Image) -> Response:
    buffer = io.BytesIO()
    photos.to_pil(image).save(buffer, "PNG", compress_level=1)
    return Response(buffer.getvalue(), media_type="image/png", headers=FOREVER)


def _half(values: Tensor) -> Response:
    """Half precision: maps of a photo's size are read off to three digits at most."""
    return _npy(values.half())


def _npy(values: Any) -> Response:
    buffer = io.BytesIO()
    np.save(buffer, values.numpy() if isinstance(values, Tensor) else values)
    return Response(buffer.getvalue(), media_type="application/octet-stream", headers=FOREVER)
