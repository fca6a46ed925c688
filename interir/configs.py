"""Named configurations of both networks, and the way to build one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .unfolding import UnfoldedNetwork


@dataclass(frozen=True, slots=True)
class InterIRConfig:
    """Width and down-sampling of the features, number of IPBlocks, form of the convolution."""

    width: int = 192
    down: int = 8
    blocks: int = 16
    literal: bool = False


@dataclass(frozen=True, slots=True)
class DeepSNConfig:
    """The official configuration file's keys, and whether the network has operators A1 and A2.

    Features are 16 times the input's channels wide. The published *small* network has no
    operators (A1 = A2 = I) and updates only x and the multiplier.
    """

    in_channel: int = 3
    ratio_spatial: int = 2
    ratio_freq: int = 4
    depth: int = 15
    repeat: int = 1
    coefficient: int = 16
    operators: bool = True


@dataclass(frozen=True, slots=True)
class HybridConfig(DeepSNConfig):
    """A DeepSN-Net, and which of its parts are InterIR's (Table 4)."""

    resm: bool = False
    updates: bool = False  # DMUM and MUM
    explain: bool = False


Config = InterIRConfig | DeepSNConfig

NAMED: dict[str, Config] = {
    "interir-paper": InterIRConfig(),
    "interir-small": InterIRConfig(width=64, down=4, blocks=9),
    "deepsn-full": DeepSNConfig(),
    "deepsn-small": DeepSNConfig(ratio_spatial=1, ratio_freq=1, depth=6, coefficient=4, operators=False),
}


def _interir(config: InterIRConfig) -> UnfoldedNetwork:
    from .network import InterIR

    return InterIR(config)


def _deepsn(config: DeepSNConfig) -> UnfoldedNetwork:
    from .deepsn import DeepSNNet

    return DeepSNNet(config)


def _hybrid(config: HybridConfig) -> UnfoldedNetwork:
    from .hybrid import Hybrid

    return Hybrid(config).completed()


_FAMILIES: dict[str, tuple[type, Callable[[Any], UnfoldedNetwork]]] = {
    "interir": (InterIRConfig, _interir),
    "deepsn": (DeepSNConfig, _deepsn),
    "hybrid": (HybridConfig, _hybrid),
}


def register(family: str, config: type, build: Callable[[Any], UnfoldedNetwork]) -> None:
    """Make networks of another family known, so that their weights can be saved, loaded and opened.

    ``config`` is a dataclass of JSON-able fields, ``build`` makes a network of one; the
    network keeps it as ``network.config``.
    """
    _FAMILIES[family] = (config, build)


def build(config: Config) -> UnfoldedNetwork:
    """The network of a configuration, with random weights drawn from torch's global generator."""
    return _FAMILIES[_family(config)][1](config)


def _family(config: Config) -> str:
    return next(family for family, (kind, _) in _FAMILIES.items() if type(config) is kind)


def create(name: str, **overrides: Any) -> UnfoldedNetwork:
    """Build a named network, untrained; ``overrides`` replace fields of its configuration.

    Raises `KeyError` for an unknown name and `TypeError` for an unknown field.
    """
    if name not in NAMED:
        raise KeyError(f"no configuration is named {name!r}; there are {', '.join(NAMED)}")
    return build(replace(NAMED[name], **overrides))


def to_dict(config: Config) -> dict[str, Any]:
    """The configuration as JSON-able values, its family among them."""
    return {"family": _family(config), **asdict(config)}


def from_dict(values: dict[str, Any]) -> Config:
    """The inverse of `to_dict`; raises `ValueError` for an unknown family or field."""
    fields = dict(values)
    family = fields.pop("family", None)
    if family not in _FAMILIES:
        raise ValueError(f"family is {family!r}; it must be one of {', '.join(_FAMILIES)}")
    try:
        config: Config = _FAMILIES[family][0](**fields)
    except TypeError as error:
        raise ValueError(f"not a configuration of {family}: {error}") from error
    return config
