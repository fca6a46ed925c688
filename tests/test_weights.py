"""A checkpoint is read as data, is what was written, or is refused with a sentence."""

import json
import pickle

import pytest
import torch
from safetensors.torch import load_file, save_file

import interir
from interir import CheckpointError, weights
from tests.conftest import SMALL
from tests.helpers import photo, randomise, time_limit

PROVENANCE = {"data": "test", "seed": 3, "scores": {"H+R": [20.5, 0.8]}, "minutes": 1.5}


class Malicious:
    """Unpickling creates a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture
def saved(tmp_path):
    """A tiny network and the file it was saved in."""
    model = randomise(interir.create("interir-small", width=8, blocks=2)).eval()
    interir.save(model, tmp_path / "net.safetensors", PROVENANCE)
    return model, tmp_path / "net.safetensors"


@torch.no_grad()
@pytest.mark.parametrize("key", SMALL)
def test_round_trip(tmp_path, key):
    """save and load: the same configuration, provenance and output, bit for bit; no file is left over."""
    name, overrides = SMALL[key]
    model, path = randomise(interir.create(name, **overrides)).eval(), tmp_path / "net.safetensors"
    interir.save(model, path, PROVENANCE)
    loaded, image = interir.load(path), photo(9, 14, dtype=torch.float32)
    assert loaded.config == model.config
    assert weights.read(path).provenance == PROVENANCE
    assert torch.equal(loaded(image), model(image))
    assert not loaded.training
    assert not any(p.requires_grad for p in loaded.parameters())
    assert [p.name for p in tmp_path.iterdir()] == ["net.safetensors"]


def tampered(saved, change):
    """The file with its tensors changed in place."""
    model, path = saved
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path, metadata={"config": json.dumps(interir.configs.to_dict(model.config))})
    return path


def remove_two(tensors):
    del tensors["blocks.0.resm.size"], tensors["multiplier.weight"]


def reshape_two(tensors):
    for name in ("last.size", "multiplier.weight"):
        tensors[name] = torch.zeros(2, 2)


def add_one(tensors):
    tensors["surplus.weight"] = torch.zeros(1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (remove_two, r"^multiplier\.weight is missing; .* \(8, 8, 1, 1\)"),
        (reshape_two, r"^multiplier\.weight has shape \(2, 2\); .* \(8, 8, 1, 1\)"),
        (add_one, r"^surplus\.weight is not a weight"),
    ],
)
def test_first_key_that_does_not_fit_is_named(saved, change, message):
    """Missing, of another shape, or surplus: the error names the network's first such key."""
    with pytest.raises(CheckpointError, match=message):
        interir.load(tampered(saved, change))


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors", ".ckpt"])
@pytest.mark.parametrize("writer", ["torch", "pickle"])
def test_malicious_pickle_is_not_executed(tmp_path, suffix, writer):
    """A pickle that would run code is refused, and runs nothing."""
    path, trap = tmp_path / f"net{suffix}", tmp_path / "executed"
    if writer == "torch":
        torch.save({"params": Malicious(trap)}, path)
    else:
        path.write_bytes(pickle.dumps(Malicious(trap)))
    with pytest.raises(CheckpointError, match=r"net\."):
        interir.load(path)
    assert not trap.exists()
    assert pickle.loads(pickle.dumps(Malicious(trap))).close() is None  # the trap does work
    assert trap.exists()


@pytest.mark.parametrize("content", [b"", b"no weights, a letter\n" * 40], ids=["empty", "text"])
@pytest.mark.parametrize("suffix", [".safetensors", ".pth", ".pt", ""])
def test_file_that_holds_no_weights(tmp_path, suffix, content):
    """A text or an empty file is refused under any name."""
    path = tmp_path / f"letter{suffix}"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="letter"):
        interir.load(path)


def cyclic():
    content = {}
    content["params"] = content
    return content


HOSTILE = {
    "list": [torch.zeros(2)],
    "number": 3,
    "tensor": torch.zeros(3),
    "empty": {},
    "list in params": {"params": [1, 2]},
    "other network": {"conv.weight": torch.zeros(3)},
    "numbers by name": dict.fromkeys(["conv_init.weight"], 3),
    "scalars by name": {
        "conv_init.weight": torch.tensor(48.0),
        "image_update_list.0.basic_block1.conv1.weight": torch.tensor(1.0),
    },
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_plain_file_of_something_else(tmp_path, content):
    """Whatever plain content a .pth has that is no checkpoint, the error is a `CheckpointError`."""
    torch.save(content, tmp_path / "net.pth")
    with pytest.raises(CheckpointError):
        interir.load(tmp_path / "net.pth")


def test_file_of_one_iteration(tmp_path):
    """An official checkpoint of an impossible depth is a `CheckpointError` too."""
    model = interir.create("deepsn-small", depth=2)
    tensors = {k: v for k, v in model.state_dict().items() if "_list.1." not in k}
    torch.save(tensors, tmp_path / "net.pth")
    with pytest.raises(CheckpointError):
        interir.load(tmp_path / "net.pth")


def test_file_that_contains_itself(tmp_path):
    """A dictionary wrapped in itself ends in an error, not in an endless search."""
    torch.save(cyclic(), tmp_path / "net.pth")
    with time_limit(1), pytest.raises(CheckpointError):
        interir.load(tmp_path / "net.pth")


HEADERS = {
    "none": None,
    "no config": {"provenance": "{}"},
    "no json": {"config": "interir"},
    "a list": {"config": "[1, 2]"},
    "a number": {"config": "7"},
    "no family": {"config": '{"width": 8}'},
    "unknown family": {"config": '{"family": "resnet"}'},
    "unknown field": {"config": '{"family": "interir", "colour": 8}'},
    "width is text": {"config": '{"family": "interir", "width": "8"}'},
    "width is negative": {"config": '{"family": "interir", "width": -8}'},
    "width is huge": {"config": '{"family": "interir", "width": 1000000000}'},
    "depth is 1": {"config": '{"family": "deepsn", "depth": 1}'},
    "bad provenance": {"config": '{"family": "interir", "width": 8, "blocks": 1}', "provenance": "{"},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_safetensors_without_a_usable_header(tmp_path, header):
    """Without a configuration in the header that can be built, the file is refused."""
    path = tmp_path / "net.safetensors"
    save_file({"multiplier.weight": torch.zeros(8, 8, 1, 1)}, path, metadata=header)
    with pytest.raises(CheckpointError):
        interir.load(path)


def test_unknown_name_lists_what_there_is(saved, monkeypatch):
    """Shipped weights are found by name; any other name is answered with theirs."""
    _, path = saved
    monkeypatch.setattr(weights, "WEIGHTS", path.parent)
    assert weights.shipped() == ["net"]
    assert weights.find("net") == path
    assert weights.find(str(path)) == path
    with pytest.raises(CheckpointError, match=r"nothing is neither .*there are: net\)"):
        interir.load("nothing")


def test_shipped_weights_load():
    """Whatever ships with the package loads, and says where it comes from."""
    for name in weights.shipped():
        assert interir.load(name).depth >= 2
        assert weights.read(weights.find(name)).provenance


def test_digest_is_of_tensors_and_configuration(saved, tmp_path):
    """Notes in the header change nothing; a weight or a field of the configuration does."""
    model, path = saved
    before = weights.digest(path)
    weights.annotate(path, scores={"photos": 3}, note="another length of header")
    assert weights.digest(path) == before
    literal = interir.create("interir-small", width=8, blocks=2, literal=True)
    literal.load_state_dict(model.state_dict())
    interir.save(literal, tmp_path / "literal.safetensors", PROVENANCE)
    assert weights.digest(tmp_path / "literal.safetensors") != before
    with torch.no_grad():
        model.last.size += 1e-6
    interir.save(model, path, PROVENANCE)
    assert weights.digest(path) != before


def test_digest_of_any_other_file(tmp_path):
    """The first 12 digits of the SHA-256, also after the file was written anew."""
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert weights.digest(path) == "ba7816bf8f01"
    path.write_bytes(b"")
    assert weights.digest(path) == "e3b0c44298fc"
