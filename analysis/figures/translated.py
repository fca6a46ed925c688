"""The photo that an iteration amounts to through the tuned lens that comes with the weights."""

from __future__ import annotations

import torch

from interir import Observation
from interir.shapes import Image

from .. import bound, lens
from ..bound import BoundError
from .errors import FigureError
from .inputs import Inputs, Subject


@torch.inference_mode()
def translated(inputs: Inputs, subject: Subject, image: Image, k: int) -> Image:
    """decode(x_k + B_k x_k + b_k) of a run; raises `FigureError` where its weights have no lens.

    The lens becomes one of the figure's inputs.
    """
    path = bound.SHIPPED / f"lens-{subject.name}.safetensors"
    if not path.is_file():
        raise FigureError(f"no tuned lens comes with {subject.name}")
    try:
        tuned, _ = lens.load(path, subject.digest)
    except BoundError as error:
        raise FigureError(str(error)) from error
    inputs.files[path.name] = path
    observation, digests = inputs.followed(subject.model, image)
    device = next(subject.model.parameters()).device
    seen = Observation(observation.image.to(device), observation.features.to(device))
    return tuned.estimate(subject.model, k, digests[k].state.x.to(device), seen).cpu()
