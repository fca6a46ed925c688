"""Damaged files of every format: whatever a decoder trips over, people get a photo or a sentence."""

import io
import random
import warnings

import numpy as np
import pytest
from PIL import Image as PILImage

from app import photos
from app.photos import PhotoError

FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "PPM", "TGA", "ICO", "DDS")
ATTEMPTS = 200


def encoded(kind):
    """A small animation or photo in a format."""
    values = np.random.default_rng(4).integers(0, 255, (24, 31, 3), dtype=np.uint8)
    frames = [PILImage.fromarray(np.roll(values, i)) for i in range(3)]
    more = {"save_all": True, "append_images": frames[1:]} if kind == "GIF" else {}
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, **more)
    return buffer.getvalue()


def damaged(content, attempt):
    """The content cut off, or with some bytes changed near its start or anywhere."""
    dice, found = random.Random(attempt), bytearray(content)
    if attempt % 3 == 0:
        return bytes(found[: dice.randrange(len(found))])
    reach = len(found) if attempt % 3 == 1 else min(200, len(found))
    for _ in range(dice.choice([1, 2, 5, 20])):
        found[dice.randrange(reach)] = dice.randrange(256)
    return bytes(found)


def outcome(path):
    """None, or the name of the error that is not a sentence for people."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = photos.read(path).image
    except PhotoError:
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None if image.min() >= 0 and image.max() <= 1 else "values outside [0, 1]"


@pytest.mark.parametrize("kind", FORMATS)
def test_damage_never_raises_another_error(tmp_path, kind):
    """Cut off or changed anywhere, a file gives a photo or `PhotoError`, nothing else."""
    content, path = encoded(kind), tmp_path / f"a.{kind.lower()}"
    assert outcome(path.with_name("missing")) is None
    problems = set()
    for attempt in range(ATTEMPTS):
        path.write_bytes(damaged(content, attempt))
        problems.add(outcome(path))
    assert problems == {None}


def without_width(content):
    """A TIFF whose entry for the width is another's."""
    return content.replace(b"\x00\x01\x04\x00", b"\xe7\x03\x04\x00").replace(
        b"\x00\x01\x03\x00", b"\xe7\x03\x03\x00"
    )


def of_no_kind(content):
    """A DDS whose pixels are of no known kind."""
    return content[:80] + bytes(4) + content[84:]


TRAPS = {"TIFF": without_width, "DDS": of_no_kind}


@pytest.mark.parametrize("kind", TRAPS)
def test_traps_of_decoders(tmp_path, kind):
    """Decoders raise more than they document; that is a sentence too."""
    path = tmp_path / "a.png"
    path.write_bytes(TRAPS[kind](encoded(kind)))
    with pytest.raises(PhotoError, match=r"a\.png"):
        photos.read(path)
