"""A file says on which weights it was made, and is refused for others."""

import json

import pytest
import torch

from analysis import bound


def test_tensors(tmp_path):
    """What was written comes back, with what it was made on; folders are made for it."""
    file, tensors = tmp_path / "new" / "t.safetensors", {"a": torch.eye(2), "b": torch.arange(3)}
    bound.save(tensors, file, {"weights": "abc", "photos": 2})
    found, about = bound.load(file, "abc", "thing", tensors)
    assert about == {"weights": "abc", "photos": 2}
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())


def load(path, digest, what):
    """One tensor of a file."""
    return bound.load(path, digest, what, ["a"])


@pytest.mark.parametrize("read", [load, bound.facts])
def test_what_is_refused(tmp_path, read):
    """Other weights, no such file, and a file of another kind: each with a sentence that says which."""
    file = tmp_path / "f.any"
    with pytest.raises(bound.BoundError, match=r"f\.any holds no thing"):
        read(file, "abc", "thing")
    file.write_text("[]garbage")
    with pytest.raises(bound.BoundError, match=r"f\.any holds no thing"):
        read(file, "abc", "thing")
    bound.save({"a": torch.eye(2)}, file, {"weights": "abc"})
    if read is bound.facts:
        file.write_text(json.dumps({"weights": "abc"}))
    with pytest.raises(bound.BoundError, match="made on weights abc, not on def"):
        read(file, "def", "thing")


def test_tensors_of_something_else(tmp_path):
    """The right weights, but another thing was measured of them."""
    bound.save({"b": torch.eye(2)}, tmp_path / "f.any", {"weights": "abc"})
    with pytest.raises(bound.BoundError, match=r"f\.any holds no thing"):
        load(tmp_path / "f.any", "abc", "thing")


def test_facts(tmp_path):
    """JSON with the digest at its top; a list says no weights, and is refused."""
    file = tmp_path / "f.json"
    file.write_text(json.dumps({"weights": "abc", "cells": [1]}))
    assert bound.facts(file, "abc", "cells")["cells"] == [1]
    file.write_text("[1]")
    with pytest.raises(bound.BoundError, match="made on weights None"):
        bound.facts(file, "abc", "cells")
