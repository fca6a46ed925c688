r"""Claims that interventions test: what is lost where a module cannot do its job, or not on this input.

.. math::
    \text{loss} = \mathrm{PSNR}(\hat x) - \mathrm{PSNR}(\hat x \mid \mathrm{do}(\cdot))

A network was not trained for what is done to it, so a loss is an upper bound of what a part is
good for; that nothing is lost is the harder finding.
"""

from __future__ import annotations

from typing import ClassVar

from interir.bootstrap import Interval
from interir.scores import MEAN

from ..interventions import combination
from ..interventions.effects import Combination, Effect, compare, heat_map
from .case import Case, Look, Measurement
from .verdicts import Beside, Finding, ForeignError, Measured, averaged, opposite

ENOUGH = 0.1
"""dB of PSNR that count as a loss: under half of the smallest gain that the paper's Table 4 argues from."""


class Losses(Measurement):
    """What PSNR is lost under each intervention that a claim rests on, and under some beside them."""

    tested: ClassVar[dict[str, str]]
    """What each value is called, by the text of its intervention."""

    beside: ClassVar[dict[str, str]] = {}
    """The same of those that no verdict depends on."""

    notes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.found: list[Effect] = []
        made = {text: combination(text) for text in (*self.tested, *self.beside)}
        self.refusals = {text: self._refusal(row) for text, row in made.items()}
        self.rows = {text: row for text, row in made.items() if self.refusals[text] is None}

    def _refusal(self, row: Combination) -> str | None:
        return next(filter(None, (do.refusal(self.case.network) for do in row)), None)

    def look(self, look: Look) -> None:
        for text, row in self.rows.items():
            done = compare(
                self.case.network, look.image, row, plain=look.plain, clean=look.clean, donor=look.donor
            )
            assert done.plain_psnr is not None  # the clean photo is known
            assert done.psnr is not None
            self.found.append(Effect(text, look.photo, look.combination, done.plain_psnr, done.psnr, None))

    def finding(self) -> Finding:
        refused = next((self.refusals[text] for text in self.tested if self.refusals[text]), None)
        if refused:  # a claim of several parts cannot be judged by some of them
            raise ForeignError(f"{refused}.")
        losses = {
            cell.label: opposite(cell.change) for cell in heat_map(self.found) if cell.combination == MEAN
        }
        tests = [
            Measured(what, "dB", losses[text], ENOUGH, self.case.photos) for text, what in self.tested.items()
        ]
        others = [Beside(what, "dB", losses[text]) for text, what in self.beside.items() if text in losses]
        return Finding(tuple(tests), self.case.source, (*others, *self._described()), self.notes)

    def _described(self) -> list[Beside]:
        return []


class Modules(Losses):
    """Each module's own job taken away, at every stage."""

    tested: ClassVar[dict[str, str]] = {
        "remove=operator": "RESM: loss without the term of the operators",
        "freeze-operators": "DMUM: loss with A₁ and A₂ never renewed",
        "zero-multiplier": "MUM: loss with λ = 0",
    }
    beside: ClassVar[dict[str, str]] = {"remove=prior": "Loss without the learned prior, for comparison"}
    notes: ClassVar[tuple[str, ...]] = (
        "That a module is needed is necessary for its meaning, not sufficient: what it computes is tested"
        " by the cards on the residual and on the matrices.",
        "A network was not trained for what is done to it: where a set’s heat map hatches these rows, the"
        " features were odder than in ordinary runs, and part of the loss is breakage.",
    )


class Modulation(Losses):
    """The kernels' modulation taken from another photo, or made uniform."""

    tested: ClassVar[dict[str, str]] = {
        "foreign-masks": "Loss with the modulation of another photo under the same degradations",
        "uniform": "Loss with no modulation at all",
    }
    notes: ClassVar[tuple[str, ...]] = (
        "As the pooled masks lie in [0, 1], a factor of a 3 × 3 kernel stays between 0.40 and 2.28.",
    )

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.strengths: dict[str, list[float]] = {}

    def look(self, look: Look) -> None:
        super().look(look)
        factors = [record.modulation for step in look.trace for record in step.convolutions]
        if factors:
            relative = [each / each.mean(dim=(-2, -1), keepdim=True) - 1 for each in factors]
            beyond = [each.square().mean().sqrt().item() for each in relative]
            self.strengths.setdefault(look.photo, []).append(sum(beyond) / len(beyond))

    def _described(self) -> list[Beside]:
        strength: Interval = averaged(self.strengths)
        return [Beside("How far the factors are from uniform, root mean square", "", strength)]
