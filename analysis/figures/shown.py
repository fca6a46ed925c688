r"""What one panel can show of a run: pictures, maps of the photo, features, operators and masks.

Everything is what the dashboard's pages draw, by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from interir.shapes import Image
from interir.tables import escape

from .. import views
from ..digest import Digest
from ..errors import AnalysisError
from ..interventions import combination
from ..interventions.effects import Outcome, compare
from ..ledger import ledger
from . import runs
from .errors import FigureError
from .inputs import Inputs, Subject
from .pictures import Crop
from .runs import Scene, decibels
from .translated import translated
from .words import minus


@dataclass(frozen=True)
class Look:
    """Where somebody looks: a network on a photo, at iteration ``k``, in a channel or module, under do()."""

    inputs: Inputs
    subject: Subject
    scene: Scene
    k: int
    channel: int
    module: str
    do: str

    @cached_property
    def digest(self) -> Digest:
        """Iteration k."""
        return self.inputs.followed(self.subject.model, self.scene.image)[1][self.k]

    @property
    def clean(self) -> Image:
        """The clean photo; raises `FigureError` where it is not known."""
        if self.scene.clean is None:
            raise FigureError("no clean photo is known: the photo was not degraded here")
        return self.scene.clean

    def measured(self, image: Image) -> str:
        """PSNR of a photo, where it can be known."""
        return decibels(runs.measured(image, self.scene.clean))

    def within(self, count: int) -> str:
        """The channel in words; raises `FigureError` where there are fewer."""
        if not 0 <= self.channel < count:
            raise FigureError(f"channel {self.channel} was asked for; there are 0 to {count - 1}")
        return f"channel {self.channel} of {count}"


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A photo as bytes ``(H, W, 3)``, or a map ``(h, w)``; and what is drawn over it or said below."""

    values: np.ndarray
    metric: str = ""
    detail: str = ""  # LaTeX: in which channel or module, or under which do()
    frame: Crop | None = None
    mask: np.ndarray | None = None
    covered: tuple[int, int] = (0, 0)  # height and width of the photo that the mask covers, in pixels


@dataclass(frozen=True, slots=True)
class View:
    """One thing to show: how it is found, and its words; ``labels`` of the colour bar, the shortest last."""

    find: Callable[[Look], Found]
    symbol: str
    title: str
    said: str
    labels: tuple[str, ...] = ()
    iterated: bool = True
    runs: bool = True


def _photo(image: Image, look: Look) -> Found:
    return Found(runs.pixels(image), look.measured(image))


def _map(values: Tensor, detail: str = "", metric: str = "") -> Found:
    return Found(values.float().cpu().numpy(), metric, detail)


def _change(look: Look) -> Found:
    _, digests = look.inputs.followed(look.subject.model, look.scene.image)
    return _map(views.change(look.scene.image, digests)[look.k])


def _tuned(look: Look) -> Image:
    return translated(look.inputs, look.subject, look.scene.image, look.k)


def _operator(look: Look, which: str) -> Found:
    _need_operators(look)
    detail = look.within(look.digest.state.x.shape[1])
    return _map(views.operator([look.digest], which, look.channel)[0], detail)


def _need_operators(look: Look) -> None:
    if not look.subject.model.has_operators:
        title = look.subject.model.title
        raise FigureError(f"this {title} has no operators: A1 and A2 stay at the identity")


def _overview(look: Look, which: str) -> Found:
    """All channels, one of them framed."""
    _need_operators(look)
    thumbnails = views.thumbnails([look.digest], which)[0]
    look.within(len(thumbnails))
    side, pitch = views.THUMBNAIL, views.THUMBNAIL + 1
    values = views.tiled(thumbnails).numpy()
    row, column = divmod(look.channel, values.shape[1] // pitch)
    frame = Crop(column * pitch, row * pitch, side, side)
    return Found(values, frame=frame, detail=f"the frame marks channel {look.channel}")


def _features(look: Look, find: Callable[[list[Digest], int], Tensor]) -> Found:
    detail = look.within(look.digest.state.x.shape[1])
    return _map(find([look.digest], look.channel)[0], detail)


def _observed(look: Look) -> Found:
    observation, _ = look.inputs.followed(look.subject.model, look.scene.image)
    detail = look.within(observation.features.shape[1])
    return _map(views.observed_features(observation, look.channel)[0], detail)


def _mask(look: Look) -> Found:
    found = {summary.name: summary for summary in look.digest.convolutions}
    if look.module not in found:
        names = ", ".join(found) or "none"
        raise FigureError(
            f"iteration {look.k} has no explainable convolution {look.module!r}; it has {names}"
        )
    summary, down = found[look.module], look.subject.model.down
    where = look.within(len(summary.occupancy))
    return Found(
        runs.pixels(look.scene.image),
        metric=f"on in {100 * summary.occupancy[look.channel]:.1f} %",
        detail=rf"\texttt{{{escape(look.module)}}}, {where}",
        mask=summary.mask(look.channel),
        covered=(summary.size[0] * down, summary.size[1] * down),
    )


@torch.inference_mode()
def _term(look: Look, term: str) -> Found:
    model = look.subject.model
    try:
        found = ledger(model, look.scene.image.to(next(model.parameters()).device))
    except ValueError as error:
        raise FigureError(str(error)) from error
    return _map(found.at(term, look.k).mean(dim=1)[0])


@torch.inference_mode()
def _done(look: Look) -> Outcome:
    """The photo under do(); raises `FigureError` for what is no intervention, or needs another photo."""
    model, clean = look.subject.model, look.scene.clean
    device = next(model.parameters()).device
    try:
        chosen = combination(look.do)
        if any(one.foreign for one in chosen):
            raise FigureError(f"{look.do} takes something from another photo: it is for sets of photos")
        clean = None if clean is None else clean.to(device)
        return compare(model, look.scene.image.to(device), chosen, clean=clean)
    except AnalysisError as error:
        raise FigureError(str(error)) from error


def _done_image(look: Look) -> Found:
    found = _done(look)
    return Found(runs.pixels(found.image), decibels(found.psnr), f"do({escape(look.do)})")


def _done_difference(look: Look) -> Found:
    found = _done(look)
    metric = "" if found.change is None else minus(f"{found.change:+.2f} dB")
    return _map(found.difference.mean(dim=1)[0], f"do({escape(look.do)})", metric)


INTENSITY = ("mean of R, G, B (white: 1)", "white: 1")
ENTRY, FEATURE = ("entry",), ("feature",)

VIEWS = {
    "input": View(lambda look: _photo(look.scene.image, look), "$y$", "input",
                  "the input $y$", iterated=False, runs=False),
    "clean": View(lambda look: Found(runs.pixels(look.clean)), "$x$", "clean",
                  "the photo before degradation, $x$", iterated=False, runs=False),
    "estimate": View(lambda look: _photo(look.digest.estimate, look), r"$\hat{x}_k$", "estimate",
                     r"the estimate $\hat{x}_k = \mathrm{decode}(x_k)$"),
    "tuned": View(lambda look: _photo(_tuned(look), look), r"$\hat{x}_k$", "tuned lens",
                  r"the estimate by the tuned lens, $\mathrm{decode}(x_k + B_k x_k + b_k)$"),
    "lens-gap": View(lambda look: _map((_tuned(look) - look.digest.estimate).mean(dim=1)[0]), r"$\Delta$",
                     "gap of the lenses", "the tuned lens less the raw one", INTENSITY),
    "change": View(_change, r"$\Delta\hat{x}_k$", "change",
                   r"the change $\hat{x}_k - \hat{x}_{k-1}$ (or $\hat{x}_0 - y$ at first)", INTENSITY),
    "error": View(lambda look: _map(views.error(look.clean, [look.digest])[0]), "$e_k$", "error",
                  r"the error $\hat{x}_k - x$", INTENSITY),
    "a1": View(partial(_operator, which="a1"), "$A_1$", "rows",
               "the operator $A_1$, which acts on rows", ENTRY),
    "a2": View(partial(_operator, which="a2"), "$A_2$", "columns",
               "the operator $A_2$, which acts on columns", ENTRY),
    "overview-a1": View(partial(_overview, which="a1"), "$A_1$", "all channels",
                        "thumbnails of $A_1$ in all channels, area-averaged", ENTRY),
    "overview-a2": View(partial(_overview, which="a2"), "$A_2$", "all channels",
                        "thumbnails of $A_2$ in all channels, area-averaged", ENTRY),
    "degraded": View(partial(_features, find=views.degraded_features), "$A_1 x_k A_2$", "degraded estimate",
                     "the estimate's features as the operators degrade them, $A_1 x_k A_2$", FEATURE),
    "x": View(partial(_features, find=lambda digests, c: views.state_features(digests, "x", c)),
              "$x_k$", "features", "the features $x_k$", FEATURE),
    "multiplier": View(
        partial(_features, find=lambda digests, c: views.state_features(digests, "multiplier", c)),
        r"$\lambda_k$", "multiplier", r"the Lagrange multiplier $\lambda_k$", FEATURE),
    "observed": View(_observed, "$y$", "observed features",
                     "the features of the input $y$", FEATURE, iterated=False),
    "mask": View(_mask, "$M$", "mask", r"places where $X$ exceeds its threshold, $M = \mathbb{1}[X > \tau]$"),
    "operator-term": View(partial(_term, term="operator"), "$A$", "operator term",
                          "what the operators added, as an exact share of the output", INTENSITY),
    "prior-term": View(partial(_term, term="prior"), "$P$", "prior term",
                       "what the prior added, as an exact share of the output", INTENSITY),
    "do-image": View(_done_image, r"$\hat{x}_N$", "under do(·)",
                     r"the output $\hat{x}_N$ under an intervention", iterated=False),
    "do-difference": View(_done_difference, r"$\Delta$", "under do(·)",
                          r"the output under an intervention less the output without", INTENSITY,
                          iterated=False),
}  # fmt: skip
"""By name, in the order of the dashboard's pages."""
