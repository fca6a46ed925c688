"""The left column: what is restored, by what, and Run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from . import jobs, photos
from .jobs import Desk, Form

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
"""Listeners that are the page's own business and no endpoint."""


class PhotoInput(gr.Image):
    """A photo as the file it came in, so that every mode and depth reaches our own reader."""

    def preprocess(self, payload: Any) -> Any:
        return payload and payload.path

    def get_block_name(self) -> str:
        return "image"


@dataclass(frozen=True, slots=True)
class Controls:
    """The components of the form; `fields` are what a job reads, in the order of `jobs.Form`."""

    photo: gr.Image
    kind: gr.Radio
    haze: gr.Slider
    rain: gr.Slider
    noise: gr.Slider
    seed: gr.Number
    network: gr.Dropdown
    compare: gr.Dropdown
    run: gr.Button
    cancel: gr.Button
    status: gr.HTML

    @property
    def fields(self) -> list[gr.components.Component]:
        """The inputs of a job."""
        names = list(self.__slots__)
        return [getattr(self, name) for name in names[: names.index("run")]]


def form(desk: Desk, title: str, filled: Form) -> Controls:
    """Build the column, with these values in it."""
    gr.HTML(f"<h1>{title}</h1><p class='sub'>A restoration network, opened</p>")
    photo = photo_field(filled.photo)
    kind = gr.Radio([jobs.DEGRADE, jobs.REAL], value=filled.kind, show_label=False, elem_id="kind")
    with gr.Group(visible=filled.kind == jobs.DEGRADE) as levels:
        haze, rain, noise, seed = sliders(filled)
    kind.change(lambda kind: gr.update(visible=kind == jobs.DEGRADE), kind, levels, queue=False, **PRIVATE)
    network, compare = networks(desk, filled)
    run, cancel = buttons()
    status = gr.HTML(elem_id="status")
    return Controls(photo, kind, haze, rain, noise, seed, network, compare, run, cancel, status)


def photo_field(path: str | None) -> gr.Image:
    """Upload, paste, or an example."""
    bundled = photos.examples()
    photo = PhotoInput(
        path,
        label="Photo",
        format="png",
        type="filepath",
        sources=["upload", "clipboard"],
        buttons=["fullscreen"],
        height=190,
        elem_id="photo",
    )
    gr.Examples([[str(e.path)] for e in bundled], photo, label="Examples", elem_id="examples")
    return photo


def sliders(filled: Form) -> tuple[gr.Slider, gr.Slider, gr.Slider, gr.Number]:
    """Levels in the units of Table 6, and the seed of all that is random in them."""
    return (
        gr.Slider(0, 150, filled.haze, step=1, label="Haze (β × 100)", buttons=[], elem_id="haze"),
        gr.Slider(0, 300, filled.rain, step=1, label="Rain (density)", buttons=[], elem_id="rain"),
        gr.Slider(0, 50, filled.noise, step=1, label="Noise (σ × 255)", buttons=[], elem_id="noise"),
        gr.Number(filled.seed, label="Seed", precision=0, minimum=0, elem_id="seed"),
    )


def networks(desk: Desk, filled: Form) -> tuple[gr.Dropdown, gr.Dropdown]:
    """The network, what is known of its weights, and what to compare with."""
    names = desk.networks.names
    network = gr.Dropdown(names, value=filled.network, label="Network", elem_id="network")
    about = gr.HTML(jobs.about(desk.networks.get(filled.network)), elem_id="about")

    def describe(name: str) -> str:
        return jobs.about(desk.networks.get(name))

    network.change(describe, network, about, show_progress="hidden", **PRIVATE)
    choices = [jobs.NO_COMPARISON, *names]
    compare = gr.Dropdown(choices, value=filled.compare, label="Compare with", elem_id="compare")
    return network, compare


def buttons() -> tuple[gr.Button, gr.Button]:
    """Run and Cancel."""
    with gr.Row():
        run = gr.Button("Run", variant="primary", size="md", elem_id="run", min_width=120)
        cancel = gr.Button("Cancel", size="md", elem_id="cancel", min_width=80, interactive=False)
    return run, cancel
