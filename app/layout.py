"""The dashboard as Gradio builds it: the form on the left, the stepper and the pages on the right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from . import jobs, photos
from .api import endpoints
from .jobs import Desk, Form
from .views import Stepper, View, show

PAGES = ("Iterations", "Operators", "Convolutions")
TITLE = "InterIR: a restoration network, opened"


class PhotoInput(gr.Image):
    """A photo as the file it came in, so that every mode and depth reaches our own reader."""

    def preprocess(self, payload: Any) -> Any:
        return payload and payload.path

    def get_block_name(self) -> str:
        return "image"


def build(desk: Desk, opening: Callable[[], list[dict[str, Any]]]) -> gr.Blocks:
    """The whole dashboard; ``opening`` gives the runs that are on screen when the page opens."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(600, 3600)) as demo:
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=0, min_width=300, elem_id="form"):
                fields, run, cancel, status = form(desk)
            with gr.Column(elem_id="stage"):
                stepper = Stepper()
                with gr.Tabs():
                    for name in PAGES:
                        with gr.Tab(name, id=name.lower()):
                            View(name.lower())
        wire(demo, desk, fields, run, cancel, status, stepper)
        endpoints(desk)
        demo.unload(leave(desk))
        demo.load(lambda: show(opening()), None, stepper, show_progress="hidden", api_visibility="private")
    return demo


def form(desk: Desk) -> tuple[list[gr.components.Component], gr.Button, gr.Button, gr.HTML]:
    """The left column: what is restored, by what, and Run."""
    gr.HTML(f"<h1>{TITLE.split(':')[0]}</h1><p class='sub'>A restoration network, opened</p>")
    bundled = photos.examples()
    photo = PhotoInput(
        str(bundled[0].path),
        label="Photo",
        format="png",
        type="filepath",
        sources=["upload", "clipboard"],
        buttons=["fullscreen"],
        height=190,
        elem_id="photo",
    )
    gr.Examples([[str(e.path)] for e in bundled], photo, label="Examples", elem_id="examples")
    kind = gr.Radio([jobs.DEGRADE, jobs.REAL], value=jobs.DEGRADE, show_label=False, elem_id="kind")
    with gr.Group() as levels:
        haze, rain, noise, seed = sliders()
    names = desk.networks.names
    network = gr.Dropdown(names, value=names[0], label="Network", elem_id="network")
    about = gr.HTML(jobs.about(desk.networks.get(names[0])), elem_id="about")
    network.change(
        lambda name: jobs.about(desk.networks.get(name)),
        network,
        about,
        show_progress="hidden",
        api_visibility="private",
    )
    compare = gr.Dropdown(
        [jobs.NO_COMPARISON, *names], value=jobs.NO_COMPARISON, label="Compare with", elem_id="compare"
    )
    with gr.Row():
        run = gr.Button("Run", variant="primary", size="md", elem_id="run", min_width=120)
        cancel = gr.Button("Cancel", size="md", elem_id="cancel", min_width=80, interactive=False)
    status = gr.HTML(elem_id="status")
    kind.change(
        lambda kind: gr.update(visible=kind == jobs.DEGRADE),
        kind,
        levels,
        queue=False,
        api_visibility="private",
    )
    return [photo, kind, haze, rain, noise, seed, network, compare], run, cancel, status


def sliders() -> tuple[gr.Slider, gr.Slider, gr.Slider, gr.Number]:
    """Levels in the units of Table 6, and the seed of all that is random in them."""
    haze, rain, noise, seed = jobs.SAMPLE
    return (
        gr.Slider(0, 150, haze, step=1, label="Haze (β × 100)", buttons=[], elem_id="haze"),
        gr.Slider(0, 300, rain, step=1, label="Rain (density)", buttons=[], elem_id="rain"),
        gr.Slider(0, 50, noise, step=1, label="Noise (σ × 255)", buttons=[], elem_id="noise"),
        gr.Number(seed, label="Seed", precision=0, minimum=0, elem_id="seed"),
    )


def wire(
    demo: gr.Blocks,
    desk: Desk,
    fields: list[gr.components.Component],
    run: gr.Button,
    cancel: gr.Button,
    status: gr.HTML,
    stepper: Stepper,
) -> None:
    """Run, Cancel, and the end of a visit."""

    def press(  # Gradio wants to see every input, and finds the request by its type
        photo: str | None,
        kind: str,
        haze: float,
        rain: float,
        noise: float,
        seed: float | None,
        network: str,
        compare: str,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        visit = str(request.session_hash)
        filled = Form(photo, kind, haze, rain, noise, seed, network, compare)
        yield gr.skip(), gr.skip(), gr.update(interactive=False), gr.update(interactive=True), gr.skip()
        for text, runs in desk.run(filled, visit):
            yield text, show(runs) if runs else gr.skip(), gr.skip(), gr.skip(), gr.skip()
        choices = gr.update(choices=desk.comparisons(visit))
        yield gr.skip(), gr.skip(), gr.update(interactive=True), gr.update(interactive=False), choices

    def stopped() -> tuple[str, Any, Any]:
        return jobs.problem("Cancelled."), gr.update(interactive=True), gr.update(interactive=False)

    compare = fields[-1]
    job = run.click(
        press,
        fields,
        [status, stepper, run, cancel, compare],
        show_progress="hidden",
        concurrency_id="device",
        concurrency_limit=1,
        api_visibility="private",
    )
    photo, *settings = fields
    gr.on(
        [photo.change, *(field.input for field in settings)],
        None,
        outputs=status,
        js=f"() => {json.dumps(jobs.pending())}",
        api_visibility="private",
    )
    cancel.click(stopped, None, [status, run, cancel], cancels=[job], queue=False, api_visibility="private")


def leave(desk: Desk) -> Callable[[gr.Request], None]:
    """What happens when a visitor closes the page: the visit's runs are dropped."""

    def release(request: gr.Request) -> None:
        desk.store.release(str(request.session_hash))

    return release
