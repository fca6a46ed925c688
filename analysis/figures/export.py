"""Carry out an order: the figure in all its formats, its caption, its numbers and its manifest."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np

from .errors import FigureError
from .inputs import Inputs
from .manifest import Order, localised, written
from .spec import Composition


def export(order: Order, inputs: Inputs | None = None) -> dict[str, bytes]:
    """All files of a figure by name: ``STEM.pdf`` and so on, ``.tex``, ``.npz`` and ``.json``.

    The photos of one's own that it was made from are among them. Raises `FigureError`.
    """
    inputs = inputs or Inputs()
    recipe, folders = localised(order.recipe)
    order, inputs = replace(order, recipe=recipe), Inputs((*folders, *inputs.folders), inputs.device)
    return carried_out(order, recipe.gather(inputs), inputs)


def carried_out(order: Order, composition: Composition, inputs: Inputs) -> dict[str, bytes]:
    """The files of what an order's recipe gathered from ``inputs``; raises `FigureError`."""
    strange = [name for name in order.formats if name not in composition.formats]
    if strange:
        there = ", ".join(composition.formats) or "none: it is LaTeX"
        raise FigureError(f"{order.recipe.kind} cannot be {', '.join(strange)}; its formats are {there}")
    formats = order.formats or composition.formats[:1]
    stem = order.recipe.stem
    made = {f"{stem}.{name}": content for name, content in composition.files(order.preset, formats).items()}
    made[f"{stem}.tex"] = composition.latex(stem, order.preset).encode()
    made[f"{stem}.npz"] = packed(composition.arrays())
    manifest = written(replace(order, formats=formats), inputs, made)
    return {**made, f"{stem}.json": manifest.encode(), **inputs.own()}


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """Arrays as one npz file; equal arrays give equal bytes."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
