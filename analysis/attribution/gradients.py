r"""Credit by slopes: saliency, integrated gradients, and the Local Attribution Map.

.. math::
    \phi_i = \int_0^1 \frac{\partial f}{\partial \gamma(a)_i} \frac{\partial \gamma(a)_i}{\partial a}\, da
    \approx \sum_{s=1}^m \frac{\partial f}{\partial \gamma_i}\Big|_{\text{middle of } s}
            \big[\gamma(\tfrac sm) - \gamma(\tfrac{s-1}m)\big]_i

Along a straight way these are integrated gradients; along the blur, with `detail` for f, LAM (Gu &
Dong, CVPR 2021). Both are Captum's `IntegratedGradients`, taken one chord of the way at a time: a
map grows before one's eyes, and can be stopped. The authors of LAM take slopes at the end of a
chord; its middle, by Gauss-Legendre with one point, costs the same and errs by a square.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from captum.attr import IntegratedGradients, Saliency

from interir.shapes import Image

from .maps import Attribution
from .objectives import Function
from .paths import Path

STEPS = 50
"""Of a way, as in LAM's demo."""

TOLERANCE, MOST = 0.02, 200
"""The completeness gap under which `refined` stops, and the number of steps at which it does anyway."""


@torch.inference_mode(False)
@torch.enable_grad()
def saliency(objective: Function, image: Image) -> Attribution:
    """The slope of the objective at the photo itself (Simonyan et al., 2014), with its sign."""
    values = Saliency(objective).attribute(_own(image).requires_grad_(), abs=False)
    return Attribution("saliency", values.detach(), slope=True)


def along(objective: Function, path: Path, method: str) -> Iterator[Attribution]:
    """The credit for a way, after each of its chords; close the generator to stop it.

    Each takes one run with its gradient, and two more runs tell what the credit should sum to.
    """
    change = _change(objective, path)
    values = torch.zeros_like(path[0])
    for done, (start, end) in enumerate(pairwise(path), 1):
        values = values + _chord(objective, start, end)
        yield Attribution(method, values, change, done, len(path) - 1)


def refined(
    objective: Function,
    path: Callable[[int], Path],
    method: str,
    *,
    steps: int = STEPS,
    tolerance: float = TOLERANCE,
    most: int = MOST,
) -> Iterator[Attribution]:
    """`along` a way of ``steps`` steps, then of twice as many, until the gap is under ``tolerance``.

    Also ends where twice as many would be more than ``most``, or did not narrow the gap: what is
    left then is not for want of steps.
    """
    gap = math.inf
    while True:
        for found in along(objective, path(steps), method):
            yield found
        steps *= 2
        if found.gap < tolerance or steps > most or found.gap >= gap:
            return
        gap = found.gap


@torch.no_grad()
def _change(objective: Function, path: Path) -> float:
    start, end = objective(torch.cat((path[0], path[-1]))).tolist()
    return float(end - start)


@torch.inference_mode(False)
@torch.enable_grad()
def _chord(objective: Function, start: Image, end: Image) -> Image:
    values: Image = IntegratedGradients(objective).attribute(
        _own(end), baselines=_own(start), n_steps=1, method="gausslegendre"
    )
    return values.detach()


def _own(image: Image) -> Image:
    """A copy that may require gradients, wherever the photo comes from."""
    return image.detach().clone()
