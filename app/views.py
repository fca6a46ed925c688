"""Rooms that the browser's scripts furnish: a component per page, and the stepper."""

from __future__ import annotations

from typing import Any

import gradio as gr

# The script may load before or after the component: a list that becomes a function bridges both.
_HAND_OVER = "(window.interirMounts ??= []).push({ element, props, watch, trigger });"


class View(gr.HTML):
    """A page drawn in the browser from the runs on screen."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(
            html_template=f'<div data-view="{name}"><p class="empty">Loading …</p></div>',
            js_on_load=_HAND_OVER,
            elem_id=f"view-{name}",
            apply_default_css=False,
            **kwargs,
        )

    def get_block_name(self) -> str:
        return "html"


class Stepper(View):
    """The one iteration index of all pages; its value is k, its ``runs`` are what is on screen.

    ``place`` says where to look at them, when a link or a manifest opened the page.
    """

    def __init__(self, **kwargs: Any) -> None:
        # Gradio also builds one to work out an update, and then hands in what is new.
        super().__init__("stepper", **{"value": 0, "runs": [], "place": None, **kwargs})
        # The event's name must stand in the script, or Gradio offers no listener for it.
        self.js_on_load = f'{_HAND_OVER} /* fires "change" */'


def show(runs: list[dict[str, Any]], place: dict[str, Any] | None = None) -> dict[str, Any]:
    """An update that puts runs on screen, and goes to a place in them."""
    return gr.update(runs=runs, place=place)
