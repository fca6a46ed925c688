"""Every kind of photo file becomes an RGB tensor in [0, 1], or a sentence that says why not."""

import io
import warnings

import numpy as np
import pytest
import torch
from PIL import Image as PILImage

from app import photos
from app.photos import PhotoError

RAMP = np.arange(24 * 31, dtype=np.uint16).reshape(24, 31)
GREY = (RAMP % 256).astype(np.uint8)
COLOUR = np.stack([GREY, GREY.T.reshape(24, 31), 255 - GREY], axis=-1)


def saved(image, path, *args, **options):
    """A Pillow image as a file."""
    image.save(path, *args, **options)
    return path


def pixels(photo):
    """The photo's bytes, (H, W, 3), after the checks that hold for every photo."""
    image = photo.image
    assert image.dtype == torch.float32
    assert image.ndim == 4
    assert image.shape[:2] == (1, 3)
    assert image.min() >= 0
    assert image.max() <= 1
    return (image[0].permute(1, 2, 0) * 255).round().numpy().astype(int)


def picture(mode):
    """A small picture of a mode, and the RGB bytes that people see in it (transparent: white)."""
    base = PILImage.fromarray(COLOUR)
    alpha = PILImage.fromarray((GREY > 127).astype(np.uint8) * 255)
    if mode in ("RGBA", "LA"):
        image = base.convert(mode[:-1])
        seen = np.where(np.asarray(alpha)[..., None] == 0, 255, np.asarray(image.convert("RGB")))
        image.putalpha(alpha)
        return image, seen
    image = base.quantize(16) if mode == "P" else base.convert(mode)
    return image, np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("mode", ["RGB", "L", "LA", "RGBA", "P", "1"])
def test_modes_of_png(tmp_path, mode):
    """What is seen in a picture is what is read, bit for bit; transparency lies over white."""
    image, seen = picture(mode)
    assert np.array_equal(pixels(photos.read(saved(image, tmp_path / "a.png"))), seen)


def test_palette_with_transparency(tmp_path):
    """A palette's transparent colour becomes white, the others stay."""
    image, seen = picture("P")
    index = np.asarray(image)
    hole = int(index[0, 0])
    found = pixels(photos.read(saved(image, tmp_path / "a.png", transparency=hole)))
    assert np.array_equal(found, np.where(index[..., None] == hole, 255, seen))
    assert (found[0, 0] == 255).all()


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits(tmp_path, suffix):
    """16 bits are scaled to 8, and grey stays grey."""
    values = RAMP * 88
    path = saved(PILImage.fromarray(values), tmp_path / f"a.{suffix}")
    expected = np.round(values / 65535 * 255)[..., None].repeat(3, axis=-1)
    assert np.array_equal(pixels(photos.read(path)), expected)


def test_dark_sixteen_bits_stay_dark(tmp_path):
    """A nearly black 16-bit photo is not taken for one of 8 bits."""
    path = saved(PILImage.fromarray((GREY // 2).astype(np.uint16)), tmp_path / "night.png")
    assert pixels(photos.read(path)).max() <= 1


@pytest.mark.parametrize("top", [1.0, 255.0, 65535.0])
def test_floats(tmp_path, top):
    """Floats in [0, 1], and in the ranges of 8 and 16 bits, give the same photo."""
    values = (GREY.astype(np.float32) / 255) * top
    found = pixels(photos.read(saved(PILImage.fromarray(values), tmp_path / "a.tif")))
    assert np.abs(found - GREY[..., None]).max() <= 1


def test_floats_that_are_no_numbers(tmp_path):
    """Scientific TIFFs mark missing places by NaN or infinity: still a photo, the rest untouched."""
    values = GREY.astype(np.float32) / 255
    values[0, :3] = np.nan, np.inf, -np.inf
    found = pixels(photos.read(saved(PILImage.fromarray(values), tmp_path / "a.tif")))
    assert np.array_equal(found[1:, :, 0], GREY[1:])


def test_cmyk_jpeg(tmp_path):
    """CMYK becomes RGB with the same colours, up to what JPEG loses."""
    flat = PILImage.new("CMYK", (24, 16), (0, 255, 255, 0))
    found = pixels(photos.read(saved(flat, tmp_path / "a.jpg", quality=100)))
    assert found.shape == (16, 24, 3)
    assert np.abs(found - [255, 0, 0]).max() <= 3


TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation(tmp_path, orientation):
    """However the camera was held, the photo comes upright (stored turned, it is turned back)."""
    upright = np.zeros((16, 24, 3), np.uint8)
    upright[:8, :8], upright[:8, 8:], upright[8:, :8] = [255, 0, 0], [0, 255, 0], [0, 0, 255]
    exif = PILImage.Exif()
    exif[0x0112] = orientation
    turned = PILImage.fromarray(np.ascontiguousarray(TURNS[orientation](upright)))
    path = saved(turned, tmp_path / "a.jpg", quality=100, subsampling=0, exif=exif)
    found = pixels(photos.read(path))
    assert found.shape == upright.shape
    assert np.abs(found - upright).max() <= 6


@pytest.mark.parametrize("size", [(1, 1), (7, 512), (512, 7), (512, 512)], ids=str)
def test_sizes_that_are_kept(tmp_path, size):
    """Up to 512 px on the longest side a photo keeps its size, and there is nothing to note."""
    photo = photos.read(saved(PILImage.new("RGB", size, "teal"), tmp_path / "a.png"))
    assert pixels(photo).shape == (size[1], size[0], 3)
    assert photo.note == ""


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4000, 3000), (512, 384)), ((7, 513), (7, 512)), ((513, 513), (512, 512)), ((2000, 1), (512, 1))],
    ids=str,
)
def test_large_photos_are_scaled_down(tmp_path, size, expected):
    """A larger one is scaled to 512 px, and the note says both sizes."""
    photo = photos.read(saved(PILImage.new("RGB", size, (10, 200, 90)), tmp_path / "a.png"))
    found = pixels(photo)
    assert found.shape == (*expected[::-1], 3)
    assert (found == [10, 200, 90]).all()
    for width, height in (size, expected):
        assert f"{width} × {height}" in photo.note


def test_animation_gives_its_first_frame(tmp_path):
    """An animated GIF gives its first frame, and the note says that there are more."""
    frames = [PILImage.new("RGB", (12, 9), colour) for colour in ("red", "lime", "blue")]
    path = saved(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    photo = photos.read(path)
    assert (pixels(photo) == [255, 0, 0]).all()
    assert "3 frames" in photo.note


@pytest.mark.parametrize("name", ["my holiday photo.png", "照片 一.png", "Übergröße%20#1.png", "a.b.c.png"])
def test_file_names(tmp_path, name):
    """Any file name will do; the photo is called by it."""
    path = saved(PILImage.new("RGB", (5, 4)), tmp_path / name)
    assert photos.read(path).title == name.removesuffix(".png")


def png(size):
    """A PNG of any size in few bytes."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        PILImage.new("1", size).save(buffer, "PNG")
    return buffer.getvalue()


def jpeg():
    """A JPEG's bytes."""
    buffer = io.BytesIO()
    PILImage.fromarray(COLOUR).save(buffer, "JPEG")
    return buffer.getvalue()


WRONG = {
    "text": lambda: b"This is not a photo.\n" * 9,
    "empty": lambda: b"",
    "truncated JPEG": lambda: jpeg()[:-200],
    "only a signature": lambda: b"\x89PNG\r\n\x1a\n",
    "bomb": lambda: png((12000, 12000)),
}


@pytest.mark.parametrize("kind", WRONG)
def test_files_that_are_no_photos(tmp_path, kind):
    """What cannot be read is refused with a sentence that names the file."""
    path = tmp_path / "holiday.png"
    path.write_bytes(WRONG[kind]())
    with pytest.raises(PhotoError, match=r"^holiday\.png .+\.$") as caught:
        photos.read(path)
    assert ("million pixels" in str(caught.value)) == (kind == "bomb")


def test_no_photo_and_no_file(tmp_path):
    """Nothing chosen, and a file that is gone, are sentences too."""
    with pytest.raises(PhotoError, match=r"^Choose a photo first.*\.$"):
        photos.read(None)
    with pytest.raises(PhotoError, match=r"gone\.png .*\.$"):
        photos.read(tmp_path / "gone.png")


def test_examples_are_there_and_free():
    """Every bundled photo can be read, and says whose it is and under which licence."""
    found = photos.examples()
    assert len(found) >= 3
    for example in found:
        assert pixels(photos.read(example.path)).size
        assert all((example.title, example.credit, example.licence))
    listed = {example.file for example in found}
    assert listed == {path.name for path in photos.PHOTOS.glob("*.[jp][pn]g")}


def test_bytes_survive_the_way_there_and_back(tmp_path):
    """`to_pil` undoes `read`: no byte changes."""
    image = photos.read(saved(PILImage.fromarray(COLOUR), tmp_path / "a.png")).image
    assert np.array_equal(np.asarray(photos.to_pil(image)), COLOUR)
