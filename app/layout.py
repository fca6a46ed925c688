"""The dashboard as Gradio builds it: the form on the left, the stepper and the pages on the right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from typing import Any

import gradio as gr

from . import jobs, links
from .api import endpoints
from .form import PRIVATE, Controls, form
from .jobs import Desk, Form
from .links import LinkError, Place
from .views import Stepper, View, show

PAGES = ("Iterations", "Operators", "Convolutions", "Embeddings", "Why", "Figures")
NAME = "InterIR"
TITLE = f"{NAME}: a restoration network, opened"

DEVICE: dict[str, Any] = {"concurrency_id": "device", "concurrency_limit": 1}
"""Listeners that run networks: one at a time."""

HIDDEN: dict[str, Any] = {"show_progress": "hidden"}
"""Listeners whose progress the page tells by itself."""

Update = tuple[Any, ...]
Opening = Callable[[], list[dict[str, Any]]]


def build(desk: Desk, opening: Opening, start: Place | None = None) -> gr.Blocks:
    """The whole dashboard; ``opening`` gives the runs that are on screen first, ``start`` their place."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as demo:
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=0, min_width=300, elem_id="form"):
                controls = form(desk, NAME, start.form if start else desk.blank())
            with gr.Column(elem_id="stage"):
                stepper = Stepper()
                with gr.Tabs(selected=start.page if start else None) as tabs:
                    for name in PAGES:
                        with gr.Tab(name, id=name.lower()):
                            View(name.lower())
        wire(desk, controls, stepper)
        endpoints(desk)
        demo.unload(leave(desk))
        seen = [controls.status, stepper]
        arrived = demo.load(
            arrive(desk, opening, start), None, [*seen, tabs, *controls.fields], **HIDDEN, **PRIVATE
        )
        arrived.then(follow(desk, opening), None, seen, **HIDDEN, **DEVICE, **PRIVATE)
    return demo


def asked(desk: Desk, request: gr.Request) -> Place | None:
    """The place that the page's address asks for; raises `LinkError`."""
    pages = tuple(name.lower() for name in PAGES)
    return links.parse(dict(request.query_params), desk.blank(), desk.networks.names, pages)


def arrive(desk: Desk, opening: Opening, start: Place | None) -> Callable[[gr.Request], Update]:
    """What a page shows first: what is at hand, and in its form what its address asks for."""

    def arrived(request: gr.Request) -> Update:
        view, status, tab = start.view if start else None, gr.skip(), gr.skip()
        values: list[Any] = [gr.skip()] * len(fields(Form))
        try:
            place = asked(desk, request)
        except LinkError as error:
            place, status = None, jobs.problem(str(error))
        if place is not None:
            pairs = zip(astuple(desk.blank()), astuple(place.form), strict=True)
            values = [gr.skip() if was == now and start is None else now for was, now in pairs]
            view, status, tab = None, jobs.waiting(), gr.update(selected=place.page or PAGES[0].lower())
        return status, show(opening(), view), tab, *values

    return arrived


def follow(desk: Desk, opening: Opening) -> Callable[[gr.Request], Iterator[Update]]:
    """Run what the page's address asks for, unless it is at hand, and go to its place."""

    def followed(request: gr.Request) -> Iterator[Update]:
        keep = gr.skip()
        yield keep, keep
        try:
            place = asked(desk, request)
        except LinkError:
            return  # it was said on arrival
        if place is None:
            return
        at_hand = [run for run in (desk.store.get(info["id"]) for info in opening()) if run is not None]
        for text, runs in desk.run(place.form, str(request.session_hash), at_hand):
            yield text, show(runs, place.view) if runs else keep

    return followed


def wire(desk: Desk, controls: Controls, stepper: Stepper) -> None:
    """Run, Cancel, and the note that the form has changed."""
    run, cancel, status = controls.run, controls.cancel, controls.status
    run.click(None, None, status, js=f"() => {json.dumps(jobs.waiting())}", **PRIVATE)
    job = run.click(
        press(desk),
        controls.fields,
        [status, stepper, run, cancel, controls.compare],
        **HIDDEN,
        **DEVICE,
        **PRIVATE,
    )
    # In two steps: what the job had still to say must not come after what is said here.
    stopped = cancel.click(None, cancels=[job], queue=False, **PRIVATE)
    stopped.then(cancelled, None, [status, run, cancel], queue=False, **HIDDEN, **PRIVATE)
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
