"""The dashboard as Gradio builds it: the form on the left, the stepper and the pages on the right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from . import jobs
from .api import endpoints
from .form import PRIVATE, Controls, form
from .jobs import Desk, Form
from .views import Stepper, View, show

PAGES = ("Iterations", "Operators", "Convolutions", "Embeddings", "Why")
NAME = "InterIR"
TITLE = f"{NAME}: a restoration network, opened"

Update = tuple[Any, ...]


def build(desk: Desk, opening: Callable[[], list[dict[str, Any]]]) -> gr.Blocks:
    """The whole dashboard; ``opening`` gives the runs that are on screen when the page opens."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as demo:
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=0, min_width=300, elem_id="form"):
                controls = form(desk, NAME)
            with gr.Column(elem_id="stage"):
                stepper = Stepper()
                with gr.Tabs():
                    for name in PAGES:
                        with gr.Tab(name, id=name.lower()):
                            View(name.lower())
        wire(desk, controls, stepper)
        endpoints(desk)
        demo.unload(leave(desk))
        demo.load(lambda: show(opening()), None, stepper, show_progress="hidden", **PRIVATE)
    return demo


def wire(desk: Desk, controls: Controls, stepper: Stepper) -> None:
    """Run, Cancel, and the note that the form has changed."""
    run, cancel, status = controls.run, controls.cancel, controls.status
    run.click(None, None, status, js=f"() => {json.dumps(jobs.waiting())}", **PRIVATE)
    job = run.click(
        press(desk),
        controls.fields,
        [status, stepper, run, cancel, controls.compare],
        show_progress="hidden",
        concurrency_id="device",
        concurrency_limit=1,
        **PRIVATE,
    )
    # In two steps: what the job had still to say must not come after what is said here.
    stopped = cancel.click(None, cancels=[job], queue=False, **PRIVATE)
    stopped.then(cancelled, None, [status, run, cancel], queue=False, show_progress="hidden", **PRIVATE)
    photo, *settings = controls.fields
    changes = [photo.change, *(field.input for field in settings)]
    gr.on(changes, None, outputs=status, js=f"() => {json.dumps(jobs.pending())}", **PRIVATE)


def press(desk: Desk) -> Callable[..., Iterator[Update]]:
    """What Run does: updates of the status, the stepper, both buttons and the list to compare with."""

    def pressed(  # Gradio wants to see every input, and finds the request by its type
        photo: str | None,
        kind: str,
        haze: float,
        rain: float,
        noise: float,
        seed: float | None,
        network: str,
        compare: str,
        request: gr.Request,
    ) -> Iterator[Update]:
        visit, keep = str(request.session_hash), gr.skip()
        filled = Form(photo, kind, haze, rain, noise, seed, network, compare)
        yield keep, keep, gr.update(interactive=False), gr.update(interactive=True), keep
        for text, runs in desk.run(filled, visit):
            yield text, show(runs) if runs else keep, keep, keep, keep
        choices = gr.update(choices=desk.comparisons(visit))
        yield keep, keep, gr.update(interactive=True), gr.update(interactive=False), choices

    return pressed


def cancelled() -> Update:
    """The status and both buttons after Cancel."""
    return jobs.problem("Cancelled."), gr.update(interactive=True), gr.update(interactive=False)


def leave(desk: Desk) -> Callable[[gr.Request], None]:
    """What happens when a visitor closes the page: the visit's runs are dropped."""

    def release(request: gr.Request) -> None:
        desk.store.release(str(request.session_hash))

    return release
