"""Photos degraded, and networks run on them, for figures: pixels and dB of every iteration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Generator

from interir import degrade, testsets
from interir.data import to_bytes
from interir.degrade import Degraded
from interir.shapes import Image

from ..interventions.effects import psnr
from . import words
from .errors import FigureError
from .inputs import Inputs, Subject
from .pictures import Pixels
from .spec import OnPhoto
from .words import photographed, typeset


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
        return Scene(name, clean, None, typeset(photographed(name, inputs.credit(recipe.photo), {})))
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
    sentence = photographed(name, inputs.credit(photo), parts, seed)
    return Scene(name, testsets.eight_bits(sample.image), sample, typeset(sentence))


def unfolding(inputs: Inputs, subject: Subject, seen: Scene) -> Unfolding:
    """Every estimate of a run by the final head, x̂_k = decode(x_k)."""
    _, digests = inputs.followed(subject.model, seen.image)
    decoded = [digest.estimate for digest in digests]
    return Unfolding(tuple(map(pixels, decoded)), tuple(measured(each, seen.clean) for each in decoded))


def measured(image: Image, clean: Image | None) -> float | None:
    """PSNR in dB of the 8-bit file; None where the clean photo is not known."""
    return None if clean is None else psnr(image, clean)


def pixels(image: Image) -> Pixels:
    """The first photo of a batch as bytes, ``(H, W, 3)``."""
    return to_bytes(image[0]).permute(1, 2, 0).contiguous().cpu().numpy()


def decibels(value: float | None) -> str:
    """A PSNR as figures print it."""
    return "" if value is None else words.minus(f"{value:.2f} dB")
