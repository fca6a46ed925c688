"""What happens when somebody presses Run: from the form's values to runs on screen."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator

from interir import CheckpointError, degrade, testsets

from . import photos, products
from .networks import Networks
from .photos import Photo, PhotoError
from .runs import Loaded, Run, Subject, finish, start
from .store import RunStore

DEGRADE, REAL = "Clean photo", "Degraded photo"
NO_COMPARISON = "None"
EARLIER = "Earlier: "

log = logging.getLogger(__name__)


class FormError(ValueError):
    """A form that asks for what cannot be; its text is for people."""


@dataclass(frozen=True, slots=True)
class Form:
    """The left column's values, in its order."""

    photo: str | None
    kind: str
    haze: float
    rain: float
    noise: float
    seed: float | None
    network: str
    compare: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Where jobs are done: the networks, the runs, the device."""

    networks: Networks
    store: RunStore
    device: str

    def subject(self, form: Form) -> Subject:
        """The photo of a form, degraded where it asks for it; raises `PhotoError` or `FormError`."""
        photo = photos.read(form.photo)
        if form.kind == REAL:
            return Subject(photo.image, None, photo.title, photo.note)
        return degraded(photo, form.haze, form.rain, form.noise, int(form.seed or 0))

    def run(
        self, form: Form, visit: str, at_hand: Sequence[Run] = ()
    ) -> Iterator[tuple[str, list[dict[str, Any]] | None]]:
        """Yield (status, runs or None) as work goes on; whatever goes wrong is a sentence.

        A run ``at_hand`` that is just what the form asks for is not made again.
        """
        try:
            yield from self._run(form, visit, at_hand)
        except (FormError, PhotoError, CheckpointError) as error:
            yield problem(str(error)), None
        except torch.OutOfMemoryError:
            yield problem("The device ran out of memory; try a smaller photo or network."), None
        except Exception:
            log.exception("a run failed")
            yield problem("Something went wrong; what was on screen is kept. The log says more."), None

    def _run(
        self, form: Form, visit: str, at_hand: Sequence[Run]
    ) -> Iterator[tuple[str, list[dict[str, Any]] | None]]:
        earlier = self.earlier(form.compare, visit)
        if earlier is None and form.compare.startswith(EARLIER):
            raise FormError("The earlier run is no longer kept; choose something else to compare with.")
        subject = self.subject(form)
        if earlier and not same(earlier.subject, subject):
            raise FormError(
                "That earlier run is of another photo or degradation; only the same can be compared."
            )
        second = [] if earlier or form.compare == NO_COMPARISON else [form.compare]
        runs: list[Run] = []
        for name in [form.network, *second]:
            network = self.networks.get(name)
            known = [run for run in at_hand if run.network is network and same(run.subject, subject)]
            runs += known[:1]
            for k, run in () if known else start(network, subject, self.device):
                yield working(network.title, k, network.model.depth), None
                if run is not None:
                    self.store.put(run, visit)
                    runs.append(run)
        shown = runs + ([earlier] if earlier else [])
        yield done(runs, subject), [products.manifest(run) for run in shown]

    def earlier(self, choice: str, visit: str) -> Run | None:
        """The visit's earlier run that was chosen to compare with, if one was and it is kept."""
        return next((run for run in self.store.owned_by(visit) if label(run) == choice), None)

    def comparisons(self, visit: str) -> list[str]:
        """All that a run can be compared with: nothing, a network, an earlier run of the visit."""
        return [NO_COMPARISON, *self.networks.names, *(label(r) for r in self.store.owned_by(visit))]

    def blank(self) -> Form:
        """The form as the dashboard opens: the first bundled photo under all three degradations."""
        haze, rain, noise, seed = SAMPLE
        first, network = str(photos.examples()[0].path), self.networks.names[0]
        return Form(first, DEGRADE, haze, rain, noise, seed, network, NO_COMPARISON)

    def sample(self) -> Run:
        """What that form asks for."""
        return self.finished(self.blank())[0]

    def finished(self, form: Form) -> list[Run]:
        """The runs of a form at once; raises what `subject` and `Networks.get` raise."""
        subject, names = self.subject(form), [form.network, form.compare]
        return [
            finish(self.networks.get(name), subject, self.device) for name in names if name != NO_COMPARISON
        ]


SAMPLE = (60.0, 120.0, 15.0, 7)
"""Haze, rain, noise and seed of the sample that is on screen when the page opens."""


def degraded(photo: Photo, haze: float, rain: float, noise: float, seed: int) -> Subject:
    """A clean photo under the given levels; raises `FormError` outside the ranges of Table 6."""
    if not 0 <= seed < 2**63:
        raise FormError(f"The seed is {seed}; it must be a whole number from 0 on.")
    try:
        levels = degrade.uniform_levels(photo.image, haze=haze, rain=rain, noise=noise)
    except ValueError as error:
        raise FormError(f"The {error}.") from error
    sample = degrade.degrade(photo.image, levels, generator=Generator().manual_seed(seed))
    settings = {"haze": haze, "rain": rain, "noise": noise, "seed": seed}
    image = testsets.eight_bits(sample.image)  # as in its file: figures start from the same
    return Subject(image, photo.image, photo.title, photo.note, settings)


def same(one: Subject, other: Subject) -> bool:
    """Whether two subjects are the same degraded photo, pixel by pixel, and the same clean one."""
    if (one.clean is None) != (other.clean is None):
        return False
    return torch.equal(one.image, other.image)


def label(run: Run) -> str:
    """What an earlier run is called in the list: its network, photo and levels."""
    levels = ", ".join(f"{name} {value:g}" for name, value in run.subject.levels.items())
    return (
        f"{EARLIER}{run.network.title}, {run.subject.title}{f' ({levels})' if levels else ''} #{run.id[:4]}"
    )


def working(title: str, k: int, depth: int) -> str:
    """A progress bar that says what it waits for."""
    return (
        f'<p class="status" role="status">{html.escape(title)}: iteration {k} of {depth}'
        f'<progress value="{k}" max="{depth}"></progress></p>'
    )


def done(runs: list[Run], subject: Subject) -> str:
    """What was done, and in what time."""
    height, width = subject.image.shape[-2:]
    times = ", ".join(f"{run.network.model.title} {run.seconds:.1f} s" for run in runs)
    note = f" {html.escape(subject.note)}" if subject.note else ""
    return f'<p class="status" role="status">{width} × {height} px restored: {times}.{note}</p>'


def pending() -> str:
    """What the status says once the form no longer describes what is on screen."""
    return '<p class="status" role="status">The form has changed: press Run.</p>'


def about(network: Loaded) -> str:
    """One line on a network and its weights, so that a figure can be traced to them."""
    model, facts = network.model, network.provenance
    size = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    trained = f"{facts['patches']:,} patches seen · " if "patches" in facts else ""
    line = f"{model.title}, {model.depth} iterations, {size:.2f} M parameters · {trained}{network.digest}"
    return f'<p class="about" title="the last item is the hash of the weights">{html.escape(line)}</p>'


def waiting() -> str:
    """What the status says until a job has begun."""
    return '<p class="status" role="status">Waiting for the device …</p>'


def problem(text: str) -> str:
    """A sentence that says what went wrong."""
    return f'<p class="status problem" role="alert">{html.escape(text)}</p>'
