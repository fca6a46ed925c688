"""Photos degraded, and networks run on them, for figures: pixels and dB of every iteration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Generator

from interir import Observation, UnfoldedNetwork, degrade, testsets
from interir.data import to_bytes
from interir.degrade import Degraded
from interir.shapes import Image
from interir.tables import escape

from ..digest import Digest, follow
from ..interventions.effects import psnr
from .errors import FigureError
from .inputs import Inputs
from .pictures import Pixels
from .spec import OnPhoto


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A photo to restore, of 8 bits as a file is; the clean one is None where it is not known."""

    name: str
    image: Image
    sample: Degraded | None
    sentence: str

    @property
    def clean(self) -> Image | None:
        """The photo before it was degraded."""
        return None if self.sample is None else self.sample.clean


@dataclass(frozen=True, slots=True, eq=False)
class Unfolding:
    """The estimates of a run, decoded, for k = 0..N; PSNR in dB where the clean photo is known."""

    estimates: tuple[Pixels, ...]
    psnr: tuple[float | None, ...]

    @property
    def depth(self) -> int:
        """N."""
        return len(self.estimates) - 1


def scene(inputs: Inputs, recipe: OnPhoto) -> Scene:
    """The photo of a recipe, degraded; raises `FigureError` for levels outside Table 6."""
    clean, name = inputs.photo(recipe.photo), Path(recipe.photo).stem
    if not (recipe.haze or recipe.rain or recipe.noise):
        return Scene(name, clean, None, f"the photo ``{escape(name)}''{inputs.credit(recipe.photo)}")
    return degraded(inputs, recipe.photo, (recipe.haze, recipe.rain, recipe.noise), recipe.seed)


def degraded(inputs: Inputs, photo: str, strengths: tuple[float, float, float], seed: int) -> Scene:
    """A photo at levels of haze, rain and noise; raises `FigureError` for levels outside Table 6."""
    clean, name = inputs.photo(photo), Path(photo).stem
    haze, rain, noise = strengths
    try:
        levels = degrade.uniform_levels(clean, haze=haze, rain=rain, noise=noise)
    except ValueError as error:
        raise FigureError(str(error)) from error
    sample = degrade.degrade(clean, levels, generator=Generator().manual_seed(seed))
    parts = {"haze": haze, "rain": rain, "noise": noise}
    said = ", ".join(f"{kind} {level:g}" for kind, level in parts.items() if level)
    sentence = f"``{escape(name)}''{inputs.credit(photo)} under {said} (levels of Table~6, seed {seed})"
    return Scene(name, testsets.eight_bits(sample.image), sample, sentence)


def unfolding(network: UnfoldedNetwork, seen: Scene) -> Unfolding:
    """Every estimate of a run by the final head, x̂_k = decode(x_k)."""
    _, digests = followed(network, seen.image)
    decoded = [digest.estimate for digest in digests]
    return Unfolding(tuple(map(pixels, decoded)), tuple(measured(each, seen.clean) for each in decoded))


def followed(network: UnfoldedNetwork, image: Image) -> tuple[Observation, tuple[Digest, ...]]:
    """What the dashboard keeps of a run, k = 0..N; two runs are remembered for their next figures."""
    return _followed(network, image.numpy().tobytes(), image.shape)


@lru_cache(maxsize=2)
@torch.inference_mode()
def _followed(
    network: UnfoldedNetwork, content: bytes, shape: torch.Size
) -> tuple[Observation, tuple[Digest, ...]]:
    image = torch.frombuffer(bytearray(content), dtype=torch.float32).reshape(shape)
    observations, digests = zip(*follow(network, image.to(next(network.parameters()).device)), strict=True)
    return observations[0], digests


def measured(image: Image, clean: Image | None) -> float | None:
    """PSNR in dB of the 8-bit file; None where the clean photo is not known."""
    return None if clean is None else psnr(image, clean)


def pixels(image: Image) -> Pixels:
    """The first photo of a batch as bytes, ``(H, W, 3)``."""
    return to_bytes(image[0]).permute(1, 2, 0).contiguous().cpu().numpy()


def decibels(value: float | None) -> str:
    """A PSNR as figures print it."""
    return "" if value is None else f"{value:.2f} dB"
