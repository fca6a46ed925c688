"""The contribution ledger as a figure: what every term of every iteration added, and took away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from matplotlib.axes import Axes

from ..ledger import START, layers, ledger
from . import runs
from .errors import FigureError
from .inputs import Inputs
from .sheet import Sheet, whole
from .spec import Drawing, OnPhoto
from .style import FAINT, INK, LINES, ORANGE, SKY

HATCHES = {START: ("0.6", ""), "operator": (SKY, ""), "prior": (ORANGE, "////")}
"""Fill and hatch of each term's bars."""


@dataclass(frozen=True)
class LedgerRecipe(OnPhoto):
    """The books of one run on a degraded photo."""

    kind: ClassVar[str] = "ledger"
    title: ClassVar[str] = "Contribution ledger"

    def gather(self, inputs: Inputs) -> Books:
        """Run the network and balance the books."""
        subject, seen = inputs.network(self.weights), runs.scene(inputs, self)
        device = next(subject.model.parameters()).device
        try:
            with torch.inference_mode():
                found = ledger(subject.model, seen.image.to(device))
        except ValueError as error:
            raise FigureError(str(error)) from error
        known = {} if seen.sample is None else layers(seen.sample)
        removal = found.removal({name: layer.to(device) for name, layer in known.items()})
        return Books(
            ks=np.array([entry.k for entry in found.contributions]),
            terms=tuple(entry.term for entry in found.contributions),
            shares=found.shares[:, 0].cpu().numpy(),
            removed={name: share[:, 0].cpu().numpy() for name, share in removal.shares.items()},
            sentence=f"{subject.sentence} on {seen.sentence}",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Books(Drawing):
    """Entry n is ``terms[n]`` of iteration ``ks[n]``; ``removed`` is by known layer."""

    ks: np.ndarray
    terms: tuple[str, ...]
    shares: np.ndarray
    removed: dict[str, np.ndarray]
    sentence: str

    def paint(self, sheet: Sheet) -> float:
        """Shares of the change as bars, and what is gone of each layer after k as curves."""
        axes, bottom = sheet.flow(2 if self.removed else 1, 0, 17 * sheet.em)
        self._shares(axes[0])
        if self.removed:
            self._layers(axes[1])
        for each in axes:
            each.set_xlabel("iteration $k$")
            whole(each)
        return bottom

    def _shares(self, axes: Axes) -> None:
        places = {START: 0.0, "operator": -0.2, "prior": 0.2}
        for term, (fill, hatch) in HATCHES.items():
            here = np.array([name == term for name in self.terms])
            axes.bar(
                self.ks[here] + places[term], self.shares[here], 0.38, color=fill, hatch=hatch,
                edgecolor=INK, linewidth=0.4, label=term,
            )  # fmt: skip
        axes.axhline(0, color=INK, linewidth=0.5)
        axes.set_ylabel("share of the change")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)

    def _layers(self, axes: Axes) -> None:
        ks = np.unique(self.ks)
        for line, (name, total) in zip(LINES, self.gone().items(), strict=False):
            axes.plot(ks, total, color=line.colour, linestyle=line.dash, marker=line.marker, label=name)
        axes.axhline(1, color=FAINT, linewidth=0.6, linestyle=":")
        axes.axhline(0, color=INK, linewidth=0.5)
        axes.set_ylabel("share of the layer removed")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3)

    def gone(self) -> dict[str, np.ndarray]:
        """What all terms up to each k together took away of each layer."""
        ks = np.unique(self.ks)
        return {
            name: np.array([share[self.ks <= k].sum() for k in ks]) for name, share in self.removed.items()
        }

    def caption(self) -> str:
        """What adds up to what."""
        right = (
            r" Right, what all terms up to $k$ took away of the known layers, by least squares on all layers"
            r" at once; 1 is all of it."
        )
        return (
            rf"The contribution ledger of {self.sentence}. Left, the share of each term in the change"
            r" $\hat{x} - y$, $\langle\cdot, \hat{x} - y\rangle / \|\hat{x} - y\|^2$: signed, and 1 in sum."
            f"{right if self.removed else ''}"
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """The entries, and their shares."""
        layered = {f"removed/{name}": share for name, share in self.removed.items()}
        return {"k": self.ks, "term": np.array(self.terms), "share": self.shares, **layered}
