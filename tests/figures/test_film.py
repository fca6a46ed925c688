"""The film holds every iteration, as long as it should, in as few bytes as it must."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from analysis.figures import film
from analysis.figures.errors import FigureError
from analysis.figures.film import ENCODERS, Film, FilmRecipe, fitting, framed
from analysis.figures.inputs import Inputs
from analysis.figures.presets import PRESETS
from analysis.figures.strip import Panel
from tests.figures.support import HEIGHT, WIDTH, pixels

SLIDE = PRESETS["slide"]


@pytest.fixture
def shot():
    labels = ["input", *(f"k = {k} / 3" for k in range(4))]
    panels = tuple(Panel(label, pixels() // (i + 1), 20.0 + i) for i, label in enumerate(labels))
    return Film(panels, 0.4, "a network")


def light(picture):
    """Means over 8 x 8 pixels of all colours: what lossy colours keep."""
    rows, columns = HEIGHT // 8, WIDTH // 8
    return picture[:HEIGHT, :WIDTH].mean(axis=2).reshape(rows, 8, columns, 8).mean(axis=(1, 3))


@pytest.mark.parametrize("form", ["gif", "webp"])
def test_frames_and_their_times(shot, form):
    """One frame for each picture, 0.4 s each, the first twice and the last four times as long."""
    content = shot.files(SLIDE, (form,))[form]
    assert content == shot.files(SLIDE, (form,))[form]
    with Image.open(io.BytesIO(content)) as made:
        frames, times = [], []
        for frame in ImageSequence.Iterator(made):
            frames.append(np.asarray(frame.convert("RGB")))
            times.append(frame.info["duration"])
    assert times == [800, 400, 400, 400, 1600]
    for frame, panel in zip(frames, shot.panels, strict=True):
        assert frame.shape[1] == WIDTH
        assert np.abs(light(frame) - light(panel.pixels)).max() < 8
        assert frame.shape[0] > HEIGHT


def test_the_preview_is_the_film(shot):
    """All frames at their own size, whatever the format of the file will be."""
    form, content = shot.glimpse(SLIDE)
    with Image.open(io.BytesIO(content)) as made:
        assert made.format.lower() == form
        assert made.n_frames == len(shot.panels)
        assert made.size == shot.frames()[0].size
        for frame, panel in zip(ImageSequence.Iterator(made), shot.panels, strict=True):
            assert np.abs(light(np.asarray(frame.convert("RGB"))) - light(panel.pixels)).max() < 12


def test_k_and_psnr_are_burnt_in():
    """The photo keeps its pixels; the band below changes with k, with PSNR and with progress."""
    photo = pixels()
    frame = np.asarray(framed(Panel("k = 1", photo, 20.0), 0.5))
    assert np.array_equal(frame[:HEIGHT, :WIDTH], photo)
    others = [
        (Panel("k = 2", photo, 20.0), 0.5),
        (Panel("k = 1", photo, 21.0), 0.5),
        (Panel("k = 1", photo, 20.0), 0.9),
    ]
    for panel, progress in others:
        other = np.asarray(framed(panel, progress))
        assert (other[HEIGHT:] != frame[HEIGHT:]).any()
        assert np.array_equal(other[:HEIGHT], frame[:HEIGHT])
    assert frame[HEIGHT:].max() == 255


def test_odd_photos_make_even_films():
    """Video codecs take even sides only."""
    frame = framed(Panel("k = 1", pixels()[:-1, :-1], None), 0)
    assert all(n % 2 == 0 for n in frame.size)


def test_mp4(shot):
    """Every frame as long as it stands, decoded again; the same bytes twice."""
    reader = pytest.importorskip("imageio_ffmpeg")
    content = shot.files(SLIDE, ("mp4",))["mp4"]
    assert content == shot.files(SLIDE, ("mp4",))["mp4"]
    assert content[4:8] == b"ftyp"
    with film.tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(content)
        file.flush()
        frames, _ = reader.count_frames_and_secs(file.name)
    assert frames == sum(round(seconds * film.MP4_RATE) for seconds in shot.times())


def test_films_stay_under_the_limit(shot, monkeypatch):
    """What is too large is halved until it fits, and refused where nothing helps."""
    frames = [framed(panel, 0) for panel in shot.panels]
    whole = ENCODERS["gif"](frames, shot.times())
    monkeypatch.setattr(film, "LIMIT", len(whole) // 2)
    made = fitting(frames, shot.times(), ENCODERS["gif"])
    assert len(made) <= film.LIMIT
    with Image.open(io.BytesIO(made)) as image:
        assert image.width == WIDTH // 2
    monkeypatch.setattr(film, "LIMIT", 10)
    with pytest.raises(FigureError, match="stays above"):
        fitting(frames, shot.times(), ENCODERS["gif"])


def test_gathering(folder):
    """The input, then k = 0..N."""
    made = FilmRecipe(photo="photo0.png", weights="ours.safetensors").gather(Inputs([folder]))
    assert [panel.label for panel in made.panels] == [
        "input",
        "k = 0 / 3",
        "k = 1 / 3",
        "k = 2 / 3",
        "k = 3 / 3",
    ]
    assert all(panel.psnr for panel in made.panels)
