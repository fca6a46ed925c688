"""The unfolding as a film: one frame for each iteration, k and PSNR burnt in."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from matplotlib import get_data_path
from PIL import Image as PILImage
from PIL import ImageDraw, ImageFont

from . import runs
from .errors import FigureError
from .inputs import Inputs
from .presets import Preset
from .runs import decibels
from .spec import Composition, OnPhoto, setting
from .strip import Panel

LIMIT = 20_000_000
"""Most bytes of a film: what conferences and project pages take."""

EXACT = [
    *("-threads", "1", "-crf", "16", "-map_metadata", "-1"),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact"),
]
"""How ffmpeg encodes the same bytes every time: by one thread, and without dates."""

FACE = Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
HALVINGS = 5
MP4_RATE = 10
"""Frames per second of an MP4, in which a picture is repeated as long as it stands."""


@dataclass(frozen=True)
class FilmRecipe(OnPhoto):
    """The input, then every iteration; the last one stands longer."""

    kind: ClassVar[str] = "film"
    title: ClassVar[str] = "Animation of the unfolding"
    seconds: float = setting("seconds for each iteration", 0.4, low=0.1, high=5)

    def gather(self, inputs: Inputs) -> Film:
        """Run the network."""
        subject, seen = inputs.network(self.weights), runs.scene(inputs, self)
        run = runs.unfolding(inputs, subject, seen)
        first = Panel("input", runs.pixels(seen.image), runs.measured(seen.image, seen.clean))
        frames = [
            Panel(f"k = {k} / {run.depth}", estimate, psnr)
            for k, (estimate, psnr) in enumerate(zip(run.estimates, run.psnr, strict=True))
        ]
        return Film((first, *frames), self.seconds, f"{subject.sentence} on {seen.sentence}")


@dataclass(frozen=True, slots=True, eq=False)
class Film(Composition):
    """Frames, and how long each stands."""

    panels: tuple[Panel, ...]
    seconds: float
    subject: str

    formats = ("gif", "webp", "mp4")

    def files(self, preset: Preset, formats: tuple[str, ...]) -> dict[str, bytes]:
        """Raises `FigureError` for an MP4 where imageio-ffmpeg is not installed."""
        frames = self.frames()
        return {name: fitting(frames, self.times(), ENCODERS[name]) for name in formats}

    def glimpse(self, preset: Preset) -> tuple[str, bytes]:
        """The film as the encoder makes it soonest: the palettes of a GIF take longest."""
        return "webp", _pillow(self.frames(), self.times(), "WEBP", quality=80, method=0)

    def frames(self) -> list[PILImage.Image]:
        """All pictures in their bands."""
        return [framed(panel, i / (len(self.panels) - 1)) for i, panel in enumerate(self.panels)]

    def times(self) -> list[float]:
        """Seconds of every frame."""
        return [2 * self.seconds, *[self.seconds] * (len(self.panels) - 2), 4 * self.seconds]

    def caption(self) -> str:
        """What moves."""
        return rf"The unfolding of {self.subject}: $\hat{{x}}_k = \mathrm{{decode}}(x_k)$ from $k = 0$ on."

    def latex(self, stem: str, preset: Preset) -> str:
        """The caption alone: papers hold no films."""
        return self.caption() + "\n"

    def arrays(self) -> dict[str, np.ndarray]:
        """PSNR by frame."""
        values = [np.nan if panel.psnr is None else panel.psnr for panel in self.panels]
        return {"labels": np.array([panel.label for panel in self.panels]), "psnr": np.array(values)}


def framed(panel: Panel, progress: float) -> PILImage.Image:
    """A picture at its native pixels above a band that says k and PSNR and how far the run is."""
    height, width = panel.pixels.shape[:2]
    band = max(18, width // 16)
    frame = PILImage.new("RGB", (width + width % 2, height + band + (height + band) % 2), "black")
    frame.paste(PILImage.fromarray(panel.pixels), (0, 0))
    draw = ImageDraw.Draw(frame)
    draw.rectangle((0, height, round(progress * (width - 1)), height + max(2, band // 12)), fill="#f0e442")
    middle, margin = height + 0.55 * band, band // 3
    words = (panel.label, decibels(panel.psnr))
    room = (width - 3 * margin) / max(1, sum(map(len, words)))
    font = ImageFont.truetype(FACE, max(6, int(min(0.55 * band, room / 0.65))))
    draw.text((margin, middle), words[0], font=font, fill="white", anchor="lm")
    draw.text((width - margin, middle), words[1], font=font, fill="white", anchor="rm")
    return frame


Encoder = Callable[[Sequence[PILImage.Image], Sequence[float]], bytes]


def fitting(frames: Sequence[PILImage.Image], times: Sequence[float], encode: Encoder) -> bytes:
    """The film at native pixels or, above `LIMIT` bytes, at the first half of them that fits."""
    for halving in range(HALVINGS):
        made = encode([_reduced(frame, 2**halving) for frame in frames], times)
        if len(made) <= LIMIT:
            return made
    raise FigureError(
        f"the film stays above {LIMIT // 1_000_000} MB even at 1/{2 ** (HALVINGS - 1)} of its size"
    )


def _reduced(frame: PILImage.Image, factor: int) -> PILImage.Image:
    if factor == 1:
        return frame
    even = tuple(max(2, n // factor // 2 * 2) for n in frame.size)
    return frame.resize((even[0], even[1]), PILImage.Resampling.LANCZOS)


def _gif(frames: Sequence[PILImage.Image], times: Sequence[float]) -> bytes:
    return _pillow(frames, times, "GIF")


def _webp(frames: Sequence[PILImage.Image], times: Sequence[float]) -> bytes:
    return _pillow(frames, times, "WEBP", quality=90, method=4)


def _pillow(frames: Sequence[PILImage.Image], times: Sequence[float], form: str, **options: int) -> bytes:
    file = io.BytesIO()
    durations = [round(1000 * t) for t in times]
    frames[0].save(
        file, form, save_all=True, append_images=list(frames[1:]), duration=durations, loop=0, **options
    )
    return file.getvalue()


def _mp4(frames: Sequence[PILImage.Image], times: Sequence[float]) -> bytes:
    """H.264 that every player takes; equal frames give equal bytes."""
    try:
        from imageio_ffmpeg import write_frames
    except ImportError as error:
        raise FigureError("an MP4 needs the package imageio-ffmpeg: pip install imageio-ffmpeg") from error
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        writer = write_frames(
            str(path), frames[0].size, fps=MP4_RATE, quality=None, macro_block_size=2, output_params=EXACT
        )
        writer.send(None)
        for frame, seconds in zip(frames, times, strict=True):
            for _ in range(max(1, round(seconds * MP4_RATE))):
                writer.send(np.asarray(frame).tobytes())
        writer.close()
        return path.read_bytes()


ENCODERS: dict[str, Encoder] = {"gif": _gif, "webp": _webp, "mp4": _mp4}
