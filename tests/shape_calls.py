"""Calls of interir under jaxtyping's import hook; run by test_shapes.py in a process of its own.

Prints one JSON object: for each call "" where the annotations held, else the first line
of what was raised.
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
from jaxtyping import install_import_hook

if __name__ == "__main__":  # only there: a hook set while pytest imports this would reach all tests
    install_import_hook("interir", "beartype.beartype")

import interir
from interir import data, degrade, losses, metrics


def networks():
    """A small one of each kind."""
    yield "interir", interir.create("interir-small", width=8, blocks=2).eval()
    yield "deepsn", interir.create("deepsn-small", depth=2, operators=True).eval()
    yield "deepsn-small", interir.create("deepsn-small", depth=2).eval()


def traced(model, *shape):
    """A call that traces, decodes and resumes."""

    def call():
        trace = model.trace(torch.rand(shape))
        model.decode(trace[1].state.x, trace.observation)
        list(model.unfold(trace.observation, trace[1].state, first=2))
        model(torch.rand(shape))

    return call


def convolution(**options):
    return lambda: interir.ExplainableConv2d(4, 6, 3, **options)(torch.rand(2, 4, 9, 7))


def saved():
    """A round trip through a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.safetensors"
        interir.save(interir.create("interir-small", width=8, blocks=1), path, {})
        interir.load(path)


def degraded(name):
    clean = torch.rand(2, 3, 9, 14)
    return lambda: degrade.combination(clean, name, generator=torch.Generator())


def calls():
    """All calls by name."""
    for name, model in networks():
        yield f"{name}, one photo", traced(model, 1, 3, 8, 12)
        yield f"{name}, a batch", traced(model, 2, 3, 8, 12)
        yield f"{name}, odd size", traced(model, 1, 3, 9, 14)
        yield f"{name}, four colours", traced(model, 1, 4, 8, 12)
    for options in ({"padding": 1}, {"stride": 2}, {"groups": 2, "padding": 1, "padding_mode": "reflect"}):
        yield f"convolution, {options}", convolution(**options)
    for name in ("", "H+R+N"):
        yield f"degrade, {name!r}", degraded(name)
    a, b = torch.rand(2, 2, 3, 13, 14).unbind()
    photos = [torch.zeros(3, 9, 9, dtype=torch.uint8)]
    yield "loss", lambda: losses.restoration_loss(a, b)
    yield "metrics", lambda: (metrics.psnr(a, b), metrics.ssim(a, b))
    yield "patches", lambda: data.random_patches(photos, 2, 5, torch.Generator())
    yield "explain", lambda: interir.explain(interir.create("deepsn-small", depth=2))(a)
    yield "weights", saved


def outcome(call):
    """The first line of what a call raises."""
    try:
        call()
    except Exception as error:
        lines = str(error).strip().split("\n")
        return f"{type(error).__name__}: {' '.join(lines[:4])}"
    return ""


if __name__ == "__main__":
    torch.set_num_threads(1)
    with torch.no_grad():
        json.dump({name: outcome(call) for name, call in calls()}, sys.stdout)
