"""Type, colour and the script tag: one typeface, one accent, thin rules."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from .routes import PREFIX, STATIC

STYLES: list[Path] = sorted(STATIC.glob("*.css"))

HEAD = f'<script type="module" src="{PREFIX}/static/main.js"></script>'


def theme() -> gr.themes.Base:
    """A quiet theme from system fonts: nothing is fetched from outside."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.gray,
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_sm,
        text_size=gr.themes.sizes.text_sm,
        font=["system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    ).set(
        color_accent="*primary_600",  # white on it, and it on white, are over 4.5 to 1
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        body_text_color_subdued="*neutral_500",
        block_border_width="0px",
        block_shadow="none",
        block_label_border_width="0px",
    )
