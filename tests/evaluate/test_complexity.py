"""Parameters, operations, time and memory."""

import shutil

import pytest
import torch

from interir import (
    complexity,
    footprint,
)


def test_table_8_is_read():
    """Parameters and MACs of the two configurations that the paper prints."""
    assert complexity.TABLE_8 == {"interir-paper": (27e6, 22e9), "deepsn-full": (24e6, 86e9)}


def test_table_of_complexity():
    """Counted only: a row per configuration, and Table 8 marked."""
    lines = complexity.table(["deepsn-small", "interir-small"], repeat=0).splitlines()
    assert len(lines) == 2 + 2 + 5
    assert {line.count("|") for line in lines} == {7}
    assert lines[2].endswith(" | – | – |")
    assert all("published, on other data" in line for line in lines[-5:])


def test_footprint():
    """Positive time, and memory of the pass alone: what this process holds is not seen in its child."""
    held = torch.ones(2**26)  # 256 MiB: this process is now larger than the child will ever be
    found = footprint.measured("deepsn-small", repeat=1, side=32, threads=1)
    del held
    assert found.seconds > 0
    assert 4 * complexity.complexity("deepsn-small").parameters < found.bytes < 2**30


def test_a_footprint_that_fails_is_said(monkeypatch):
    """In a sentence with the configuration and the device."""
    monkeypatch.setattr(footprint.sys, "executable", shutil.which("false"))
    with pytest.raises(RuntimeError, match="interir-small could not be measured on cuda"):
        footprint.measured("interir-small", "cuda")
