r"""How far a map can be trusted: two numbers to stand beside the completeness gap.

.. math::
    \text{infidelity} = \frac{E_I\big[(I^\top \phi - (f(y) - f(y - I)))^2\big]}
                             {\mathrm{Var}_I\,[f(y) - f(y - I)]}, \qquad
    \text{sensitivity} = \max_{|d|_\infty \le r} \frac{\|\phi(y + d) - \phi(y)\|}{\|\phi(y)\|}

(Yeh et al., NeurIPS 2019.) Here y - I takes random squares back to the baseline, half of them at a
time, so that the map is asked what it claims to know: what these squares are worth together. To
guess their mean worth every time has infidelity 1. Captum evaluates both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from captum.metrics import infidelity as captum_infidelity
from captum.metrics import sensitivity_max
from jaxtyping import Bool
from torch import Generator, Tensor

from interir.shapes import Image, Level

from .maps import Attribution
from .objectives import Function
from .occlusion import BLOCK

RADIUS = 0.02
"""Of the ball of photos around the photo, in units of light: five steps of 8 bits."""


@dataclass(frozen=True, slots=True)
class Quality:
    """A number over the perturbations so far; infidelity is NaN until there are two."""

    value: float
    done: int
    samples: int


def infidelity(
    objective: Function,
    image: Image,
    baseline: Image,
    found: Attribution,
    *,
    samples: int = 16,
    block: int = BLOCK,
    seed: int = 0,
) -> Iterator[Quality]:
    """Infidelity after each perturbation, one run each; close the generator to stop it."""
    credit = found.credit(image, baseline)
    generator = Generator().manual_seed(seed)
    with torch.no_grad():  # closed before the first yield
        plain = objective(image)
    errors, changes = torch.zeros(2, samples, dtype=torch.float64)
    for n in range(samples):
        errors[n], changes[n] = _asked(objective, image, baseline, credit, plain, generator, block)
        spread = changes[: n + 1].var(correction=0).item()
        error = errors[: n + 1].mean().item()
        yield Quality(error / spread if spread else math.nan, n + 1, samples)


@torch.no_grad()
def _asked(
    objective: Function,
    image: Image,
    baseline: Image,
    credit: Image,
    plain: Level,
    generator: Generator,
    block: int,
) -> tuple[float, float]:
    """The squared error of the map's answer to one perturbation, and the true one."""
    chosen = _squares(image, block, generator)
    perturbed = torch.where(chosen, baseline, image)
    value = objective(perturbed)
    # The credit is for the whole way to the baseline, of which a perturbation goes all or nothing.
    error = captum_infidelity(
        lambda inputs: plain if torch.equal(inputs, image) else value,
        lambda inputs: (chosen.to(inputs), perturbed),
        image,
        credit,
        n_perturb_samples=1,
    )
    return error.item(), (plain - value).item()


def _squares(image: Image, block: int, generator: Generator) -> Bool[Tensor, "1 3 H W"]:
    """Every square of the photo, with one chance in two."""
    height, width = image.shape[-2:]
    drawn = torch.rand(-(-height // block), -(-width // block), generator=generator) < 0.5
    grown = drawn.repeat_interleave(block, dim=0).repeat_interleave(block, dim=1)
    return grown[:height, :width].expand(image.shape).to(image.device)


def sensitivity(
    explain: Callable[[Image], Image],
    image: Image,
    values: Image,
    *,
    samples: int = 4,
    radius: float = RADIUS,
    seed: int = 0,
) -> Iterator[Quality]:
    """Sensitivity after each perturbation; ``values`` is what ``explain`` made of the photo itself.

    Each takes one whole explanation. Close the generator to stop it.
    """
    generator = Generator().manual_seed(seed)
    worst = 0.0
    for n in range(samples):
        way = radius * (2 * torch.rand(image.shape, generator=generator) - 1)
        worst = max(worst, _shaken(explain, image, values, image + way.to(image)))
        yield Quality(worst, n + 1, samples)


def _shaken(explain: Callable[[Image], Image], image: Image, values: Image, moved: Image) -> float:
    """By how much the explanation of a photo that moved differs."""

    def explained(inputs: Image | tuple[Image]) -> Image | tuple[Image]:
        return (values,) if isinstance(inputs, tuple) else explain(inputs)  # a tuple is the photo itself

    found: Tensor = sensitivity_max(explained, image, perturb_func=lambda inputs: moved, n_perturb_samples=1)
    return found.item()
