"""Named endpoints for `gradio_client`: /restore, /trace, /degrade, /health."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.processing_utils import save_file_to_cache
from PIL import Image as PILImage

import interir
from interir import CheckpointError

from . import photos
from .jobs import REAL, Desk, Form, FormError, degraded
from .photos import PhotoError
from .runs import Run, finish


class ArraysFile(gr.File):
    """Arrays by name, sent as an .npz that Gradio's cache owns and clears."""

    def postprocess(self, value: dict[str, Any] | None) -> Any:
        if value is None:
            return None
        with tempfile.TemporaryDirectory(prefix="interir-") as folder:
            path = Path(folder) / "trace.npz"
            np.savez_compressed(path, **value)
            cached = save_file_to_cache(str(path), self.GRADIO_CACHE)
        self.temp_files.add(cached)
        return super().postprocess(cached)

    def get_block_name(self) -> str:
        return "file"


def endpoints(desk: Desk) -> None:
    """Add the endpoints; they have no place on the page."""
    with gr.Column(visible=False):
        image = gr.File(label="image", type="filepath")
        network = gr.Textbox(desk.networks.names[0], label="network")
        haze, rain, noise = (gr.Number(0, label=name) for name in ("haze", "rain", "noise"))
        seed = gr.Number(0, label="seed", precision=0)
        restored = gr.Image(label="restored", format="png", type="pil")
        arrays, report = ArraysFile(label="arrays"), gr.JSON(label="report")
        heavy = {"concurrency_id": "device", "concurrency_limit": 1}
        add = _adder()
        add(restore(desk), [image, network], restored, "restore", **heavy)
        add(trace(desk), [image, network], arrays, "trace", **heavy)
        add(degrade_photo, [image, haze, rain, noise, seed], restored, "degrade")
        add(health(desk), [], report, "health", queue=False)


def _adder() -> Callable[..., None]:
    def add(fn: Callable, inputs: list, outputs: Any, name: str, **kwargs: Any) -> None:
        gr.Button(name).click(fn, inputs, outputs, api_name=name, api_description=fn.__doc__, **kwargs)

    return add


def restore(desk: Desk) -> Callable[[str, str], PILImage.Image]:
    """The endpoint over a desk."""

    def restore(image: str, network: str) -> PILImage.Image:
        """Restore a degraded photo, scaled to at most 512 px first; returns a PNG."""
        return photos.to_pil(_run(desk, image, network).digests[-1].estimate)

    return restore


def trace(desk: Desk) -> Callable[[str, str], dict[str, Any]]:
    """The endpoint over a desk."""

    def trace(image: str, network: str) -> dict[str, Any]:
        """All iterations on a photo of at most 512 px as .npz: states, estimates, masks, modulations."""
        return arrays_of(_run(desk, image, network))

    return trace


def arrays_of(run: Run) -> dict[str, Any]:
    """A run as named arrays: states stacked over k = 0..N, convolutions as k{k}/{module}/{what}."""
    digests = run.digests
    found: dict[str, Any] = {
        name: np.concatenate([getattr(d.state, name).numpy() for d in digests])
        for name in ("x", "a1", "a2", "multiplier")
    }
    found["input"] = run.subject.image.numpy()
    found["estimates"] = np.concatenate([d.estimate.numpy() for d in digests])
    for digest in digests:
        for c in digest.convolutions:
            stem = f"k{digest.k:02d}/{c.name}"
            found[f"{stem}/mask"] = np.stack([c.mask(i) for i in range(len(c.bits))])
            found[f"{stem}/modulation"] = c.modulation
    for name in type(digests[0].norms).__slots__:
        found[f"norms/{name}"] = np.array([getattr(d.norms, name) for d in digests])
    return found


def degrade_photo(image: str, haze: float, rain: float, noise: float, seed: int) -> PILImage.Image:
    """Put haze [0, 150], rain [0, 300] and noise [0, 50] over a clean photo; a PNG of at most 512 px."""
    try:
        subject = degraded(photos.read(image), haze, rain, noise, int(seed))
    except (PhotoError, FormError) as error:
        raise gr.Error(str(error)) from error
    return photos.to_pil(subject.image)


def health(desk: Desk) -> Callable[[], dict[str, Any]]:
    """The endpoint over a desk."""

    def health() -> dict[str, Any]:
        """Version, device, networks, and how much is kept."""
        return {
            "version": interir.__version__,
            "device": desk.device,
            "networks": desk.networks.names,
            "runs": len(desk.store),
            "bytes": desk.store.nbytes,
        }

    return health


def _run(desk: Desk, image: str, network: str) -> Run:
    form = Form(image, REAL, 0, 0, 0, 0, network, "")
    try:
        return finish(desk.networks.get(network), desk.subject(form), desk.device)
    except (PhotoError, FormError, CheckpointError) as error:
        raise gr.Error(str(error)) from error
