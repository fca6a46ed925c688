"""Photos from people: every kind of file becomes an RGB tensor, or a sentence that says why not."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image as PILImage
from PIL import ImageOps, UnidentifiedImageError

from interir.data import to_bytes, to_unit
from interir.shapes import Image
from interir.weights import ASSETS

LONGEST = 512
"""Longest side of a traced photo, in pixels: a trace holds dozens of maps of the photo's size."""

LARGEST = 60_000_000
"""Most pixels a file may hold; more is a mistake, or a decompression bomb."""

PHOTOS = ASSETS / "photos"


class PhotoError(ValueError):
    """A file that is no photo we can read; its text is for people."""


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo ready to be traced, and what was done to it."""

    image: Image
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A photo that comes with the dashboard."""

    file: str
    title: str
    credit: str
    licence: str

    @property
    def path(self) -> Path:
        return PHOTOS / self.file


def examples() -> list[Example]:
    """The bundled photos, the default first."""
    entries = json.loads((PHOTOS / "photos.json").read_text())
    return [Example(**entry) for entry in entries]


def read(path: str | Path | None) -> Photo:
    """Read a photo file of any mode, upright, RGB, at most `LONGEST` px; raises `PhotoError`."""
    if path is None:
        raise PhotoError("Choose a photo first: upload, paste, or take one of the examples.")
    path = Path(path)
    PILImage.MAX_IMAGE_PIXELS = LARGEST
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PILImage.DecompressionBombWarning)
            with PILImage.open(path) as file:
                photo, remark = _upright(file)
                pixels = _to_rgb(photo)
    except (PILImage.DecompressionBombWarning, PILImage.DecompressionBombError) as error:
        raise PhotoError(
            f"{path.name} holds more than {LARGEST // 1_000_000} million pixels; send a smaller one."
        ) from error
    except UnidentifiedImageError as error:
        raise PhotoError(f"{path.name} is not an image file that can be read.") from error
    except Exception as error:  # decoders of damaged files raise whatever they stumble over
        raise PhotoError(f"{path.name} is damaged and cannot be read.") from error
    return _fit(pixels, path.stem, remark)


def _upright(file: PILImage.Image) -> tuple[PILImage.Image, str]:
    """The first frame, turned as the camera was held."""
    frames = getattr(file, "n_frames", 1)
    file.seek(0)
    photo = ImageOps.exif_transpose(file)
    return photo, f"First of {frames} frames." if frames > 1 else ""


def _to_rgb(photo: PILImage.Image) -> PILImage.Image:
    """RGB bytes of any mode; transparency over white, 16 bits and floats scaled to 8."""
    if photo.mode.startswith("I") or photo.mode == "F":
        values = np.nan_to_num(np.asarray(photo, dtype=np.float64), nan=0, posinf=0, neginf=0)
        grey = np.clip(values / _white(photo.mode, values.max(initial=0)), 0, 1) * 255
        return PILImage.fromarray(grey.round().astype(np.uint8)).convert("RGB")
    if photo.has_transparency_data:
        layered = photo.convert("RGBA")
        white = PILImage.new("RGBA", layered.size, "white")
        return PILImage.alpha_composite(white, layered).convert("RGB")
    return photo.convert("RGB")


def _white(mode: str, largest: float) -> int:
    """The value that means white: sixteen bits say so, wider formats only by what they hold."""
    if mode.startswith("I;16"):
        return 65535
    if mode == "F" and largest <= 1:
        return 1
    return 65535 if largest > 255 else 255


def _fit(photo: PILImage.Image, title: str, remark: str) -> Photo:
    """Scale down what is too large to trace, and say so."""
    width, height = photo.size
    if max(width, height) > LONGEST:
        photo.thumbnail((LONGEST, LONGEST), PILImage.Resampling.LANCZOS)
        remark += f" Scaled from {width} × {height} to {photo.width} × {photo.height} px for the trace."
    return Photo(_tensor(photo), title, remark.strip())


def _tensor(photo: PILImage.Image) -> Image:
    pixels = torch.from_numpy(np.array(photo)).permute(2, 0, 1)
    return to_unit(pixels).unsqueeze(0)


def to_pil(image: Image) -> PILImage.Image:
    """The first photo of a batch, rounded to bytes."""
    return PILImage.fromarray(to_bytes(image[0]).permute(1, 2, 0).cpu().numpy())
