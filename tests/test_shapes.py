"""The shapes in annotations hold: checked by beartype, under jaxtyping's import hook.

The hook must be there before interir is imported and disagrees with torch.compile, hence
the process of its own. It covers every module of interir.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = ("interir", "deepsn", "deepsn-small")
HOLDING = [
    *(f"{name}, {case}" for name in NETWORKS for case in ("one photo", "a batch", "odd size")),
    "convolution, {'padding': 1}",
    "convolution, {'stride': 2}",
    "convolution, {'groups': 2, 'padding': 1, 'padding_mode': 'reflect'}",
    "degrade, ''",
    "degrade, 'H+R+N'",
    "loss",
    "metrics",
    "patches",
    "explain",
    "weights",
]
BROKEN = [f"{name}, four colours" for name in NETWORKS]


@pytest.fixture(scope="module")
def outcomes():
    """What each call of shape_calls.py raised, if anything."""
    command = [sys.executable, "-m", "tests.shape_calls"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", HOLDING)
def test_annotations_hold(outcomes, name):
    """The call runs, so every tensor in it had the shape it is annotated with."""
    assert outcomes[name] == ""


@pytest.mark.parametrize("name", BROKEN)
def test_annotations_are_checked(outcomes, name):
    """A photo of four colours is refused, so the hook is at work."""
    assert outcomes[name].startswith("TypeCheckError")


def test_every_call_is_judged(outcomes):
    """No call is made in vain."""
    assert sorted(outcomes) == sorted([*HOLDING, *BROKEN])
