"""Checkpoints: safetensors with their provenance in the header, and official ones by key names.

Nothing pickled is ever executed: ``.pth`` and ``.pt`` files are read with
``torch.load(weights_only=True)``, which rebuilds tensors and plain containers only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from .configs import Config, build, from_dict, to_dict
from .unfolding import UnfoldedNetwork

ASSETS = Path(__file__).resolve().parent.parent / "assets"
WEIGHTS = ASSETS / "weights"


class CheckpointError(ValueError):
    """A file that does not hold weights of a network of this package."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a file holds: tensors by name, the configuration, and where they come from."""

    config: Config
    tensors: dict[str, Tensor]
    provenance: dict[str, Any]


def save(
    network: UnfoldedNetwork,
    path: str | Path,
    provenance: Mapping[str, Any] | None = None,
    *,
    half: bool = False,
) -> None:
    """Write weights and their provenance (data, seed, budget, scores, code version), atomically.

    ``half`` stores float16, which loads back as float32. Raises `ValueError` for a weight
    that float16 cannot hold.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    if half:
        tensors = {name: _halved(name, tensor) for name, tensor in tensors.items()}
    _write(Path(path), Checkpoint(network.config, tensors, dict(provenance or {})))


def annotate(path: Path, **facts: Any) -> None:
    """Add facts (scores, say) to the provenance of weights that `save` wrote."""
    checkpoint = _read_safetensors(path)
    _write(path, replace(checkpoint, provenance={**checkpoint.provenance, **facts}))


def _halved(name: str, tensor: Tensor) -> Tensor:
    half = tensor.half() if tensor.is_floating_point() else tensor
    if not torch.isfinite(half).all():
        raise ValueError(f"{name} holds {tensor.abs().max().item():g}; float16 ends at 65504")
    return half


def _write(path: Path, checkpoint: Checkpoint) -> None:
    header = {
        "config": json.dumps(to_dict(checkpoint.config), sort_keys=True),
        "provenance": json.dumps(checkpoint.provenance, sort_keys=True),
    }
    partial = path.with_suffix(".partial")
    save_file(checkpoint.tensors, partial, metadata=header)
    partial.replace(path)


def shipped() -> list[str]:
    """Names of the weights that come with the package."""
    return sorted(path.stem for path in WEIGHTS.glob("*.safetensors"))


def find(name_or_file: str | Path) -> Path:
    """The file of shipped weights' name, or the file itself.

    Raises `CheckpointError` naming what there is when it is neither.
    """
    for path in (WEIGHTS / f"{name_or_file}.safetensors", Path(name_or_file)):
        if path.is_file():
            return path
    names = ", ".join(shipped()) or "none"
    raise CheckpointError(f"{name_or_file!s} is neither a file nor shipped weights (there are: {names})")


def read(path: Path) -> Checkpoint:
    """Read a checkpoint of either kind; raises `CheckpointError` with a sentence for people."""
    return _read_safetensors(path) if path.suffix == ".safetensors" else _read_official(path)


def load(name_or_file: str | Path) -> UnfoldedNetwork:
    """Build the network a checkpoint belongs to, with its weights, ready for inference.

    ``name_or_file`` is the name of shipped weights or a file: ``.safetensors`` written by
    `save`, or an official DeepSN-Net checkpoint. Raises `CheckpointError`.
    """
    checkpoint = read(find(name_or_file))
    try:
        with torch.device("meta"):  # a header may ask for more memory than there is
            fits(build(checkpoint.config), checkpoint.tensors)
        network = build(checkpoint.config)
    except CheckpointError:
        raise
    except Exception as error:
        raise CheckpointError(f"impossible configuration: {_first_line(error)}") from error
    load_into(network, checkpoint.tensors)
    return network.eval().requires_grad_(False)


def load_into(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Fill ``network``; raises `CheckpointError` naming the first key that does not fit."""
    fits(network, tensors)
    network.load_state_dict(dict(tensors))


def fits(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Raise `CheckpointError` naming the first key that does not fit."""
    expected = network.state_dict()
    for name, tensor in expected.items():
        if name not in tensors:
            raise CheckpointError(f"{name} is missing; the network expects shape {tuple(tensor.shape)}")
        if tensors[name].shape != tensor.shape:
            raise CheckpointError(
                f"{name} has shape {tuple(tensors[name].shape)}; the network expects {tuple(tensor.shape)}"
            )
    surplus = next((name for name in tensors if name not in expected), None)
    if surplus is not None:
        raise CheckpointError(f"{surplus} is not a weight of the network")


def digest(path: Path) -> str:
    """12 hexadecimal digits that stand for a checkpoint's content.

    They begin the SHA-256 of the tensors and the configuration, and of nothing else in the
    header: scores that are noted there later leave what was computed with the weights valid.
    """
    stat = path.stat()
    return _digest(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _digest(path: Path, modified: int, size: int) -> str:
    del modified, size  # only part of the key: a file rewritten in place is hashed again
    return hashlib.sha256(_content(path.read_bytes())).hexdigest()[:12]


def _content(raw: bytes) -> bytes:
    """A safetensors file without the notes in its header; any other file as it is."""
    end = 8 + int.from_bytes(raw[:8], "little")
    try:
        tensors = json.loads(raw[8:end])
        config = tensors.pop("__metadata__", {}).get("config")
        return json.dumps([tensors, config], sort_keys=True).encode() + raw[end:]
    except (ValueError, AttributeError):  # not JSON, or not a dictionary of dictionaries
        return raw


def _read_safetensors(path: Path) -> Checkpoint:
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path.name} is not a readable safetensors file: {error}") from error
    try:
        config = from_dict(json.loads(header["config"]))
        return Checkpoint(config, tensors, json.loads(header.get("provenance", "{}")))
    except (KeyError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path.name} does not say its configuration: {error}") from error


def _read_official(path: Path) -> Checkpoint:
    from .deepsn import official_config

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds; all mean the same to the reader
        raise CheckpointError(
            f"{path.name} is not a file of plain tensors; nothing in it was executed"
        ) from error
    tensors = _state_dict(content)
    try:
        return Checkpoint(official_config(tensors), tensors, {"source": path.name})
    except (ValueError, IndexError, ZeroDivisionError) as error:
        raise CheckpointError(f"{path.name}: {error}") from error


def _state_dict(content: Any) -> dict[str, Tensor]:
    """The tensors inside the wrappings people save them in."""
    for _ in range(4):
        if not isinstance(content, Mapping):
            break
        inner = next((content[key] for key in ("params", "state_dict", "model") if key in content), None)
        if inner is None:
            return {
                str(name).removeprefix("module."): value
                for name, value in content.items()
                if isinstance(value, Tensor)
            }
        content = inner
    raise CheckpointError(f"holds a {type(content).__name__}, not a dictionary of tensors")


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
