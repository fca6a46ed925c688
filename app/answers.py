"""What an address answers with: pictures, arrays, JSON, and lines of JSON as work goes on."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
from starlette.responses import JSONResponse, Response, StreamingResponse
from torch import Tensor

from interir.shapes import Image
from interir.tables import finite

from . import photos

log = logging.getLogger(__name__)

FOREVER = {"Cache-Control": "private, max-age=86400, immutable"}

Line = dict[str, Any]
"""One line of a stream."""


def png(image: Image) -> Response:
    """A photo, lossless."""
    buffer = io.BytesIO()
    photos.to_pil(image).save(buffer, "PNG", compress_level=1)
    return Response(buffer.getvalue(), media_type="image/png", headers=FOREVER)


def npy(values: Any) -> Response:
    """An array as .npy."""
    return Response(written(values), media_type="application/octet-stream", headers=FOREVER)


def half(values: Tensor) -> Response:
    """Half precision: maps of a photo's size are read off to three digits at most."""
    return npy(values.half())


def written(values: Any) -> bytes:
    """The bytes of a .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, values.numpy() if isinstance(values, Tensor) else values)
    return buffer.getvalue()


def kept(value: Any) -> Response:
    """JSON that never changes."""
    return JSONResponse(value, headers=FOREVER)


def lines(values: Iterator[Line]) -> StreamingResponse:
    """Lines of JSON as they come; whoever stops listening stops the work."""
    return StreamingResponse(_text(values), media_type="application/x-ndjson")


def _text(values: Iterator[Line]) -> Iterator[str]:
    """One JSON value per line; what goes wrong on the way is a last line that says it."""
    try:
        for value in values:
            yield json.dumps(finite(value), allow_nan=False) + "\n"
    except (LookupError, ValueError) as error:
        yield json.dumps({"problem": str(error)}) + "\n"
    except Exception:
        log.exception("a stream broke off")
        yield json.dumps({"problem": "This could not be computed; the log says more."}) + "\n"
