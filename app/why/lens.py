"""The unfolding lens on a run: the photo that each iteration amounts to, raw and tuned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from interir import Observation
from interir.shapes import Image

from ..products import finite
from ..runs import Run
from .assets import tuned_lens
from .working import here


@dataclass(frozen=True, slots=True, eq=False)
class Tuned:
    """Estimates at k = 0..N through the tuned lens; the raw ones are the run's own."""

    estimates: tuple[Image, ...]
    about: dict[str, Any]  # the lens


def tuned(run: Run) -> Tuned:
    """Made once; raises `LookupError` where the weights have no lens."""
    found: Tuned = run.once("tuned lens", lambda: _tuned(run))
    return found


@torch.inference_mode()
def _tuned(run: Run) -> Tuned:
    lens, about = tuned_lens(run)
    seen = Observation(here(run, run.observation.image), here(run, run.observation.features))
    images = [
        lens.estimate(run.network.model, digest.k, here(run, digest.state.x), seen).cpu()
        for digest in run.digests
    ]
    return Tuned(tuple(images), about)


def gap(run: Run) -> Tensor:
    """Tuned less raw, mean of R, G and B, ``(K, H, W)``."""
    pairs = zip(tuned(run).estimates, run.digests, strict=True)
    return torch.cat([(image - digest.estimate).mean(dim=1) for image, digest in pairs])


def readings(run: Run) -> dict[str, Any]:
    """Distances from the final photo and PSNR through both lenses, by k; or why there are none."""
    try:
        found = tuned(run)
    except LookupError as error:
        return {"missing": error.args[0]}
    last = run.digests[-1].estimate
    raw = [digest.estimate for digest in run.digests]
    return {
        "distance": {"raw": _distances(raw, last), "tuned": _distances(found.estimates, last)},
        "heldOut": found.about.get("held_out"),
        "photos": found.about.get("photos"),
        "identity": bool(torch.equal(found.estimates[-1], last)),
        "psnr": _scores(run, found),
    }


def _distances(images: list[Image] | tuple[Image, ...], last: Image) -> list[float]:
    """Root mean squares, photo in [0, 1]."""
    return [(image - last).square().mean().sqrt().item() for image in images]


def _scores(run: Run, found: Tuned) -> dict[str, list[float | None]] | None:
    """PSNR in dB against the clean photo, where it is known."""
    from interir import metrics  # seconds to import: not before there is something to score

    clean = run.subject.clean
    if clean is None:
        return None
    mine = [metrics.psnr(image, clean).item() for image in found.estimates]
    return {"raw": [finite(v) for v in run.scores["psnr"]], "tuned": [finite(v) for v in mine]}
