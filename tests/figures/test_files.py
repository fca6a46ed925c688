"""What is in the files: fonts, pages, pixels, and the same bytes again."""

import io
import threading
import time

import matplotlib
import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image
from pypdf import PdfReader

from analysis.figures.export import packed
from analysis.figures.presets import PRESETS
from analysis.figures.rendering import rendered
from analysis.figures.strip import Panel, Strip
from analysis.figures.style import LINES, MARKS, SEQUENTIAL, legible
from tests.figures.support import CROP, DRAWINGS, HEIGHT, WIDTH, strip

PAGE = PRESETS["cvpr-page"]


def pdf(drawing, preset=PAGE):
    return PdfReader(io.BytesIO(drawing.files(preset, ("pdf",))["pdf"])).pages[0]


@pytest.mark.parametrize("kind", DRAWINGS)
def test_fonts_are_embedded_as_type_42(kind):
    """As pdffonts would list them: TrueType outlines in CID fonts, none of Type 3."""
    fonts = [font.get_object() for font in pdf(DRAWINGS[kind]())["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert font["/Subtype"] in ("/Type0", "/TrueType")
        inner = font["/DescendantFonts"][0].get_object() if font["/Subtype"] == "/Type0" else font
        assert "/FontFile2" in inner["/FontDescriptor"]


@pytest.mark.parametrize("name", PRESETS)
def test_page_has_the_width_of_the_preset(name):
    """In PDF points of 1/72 inch."""
    box, preset = pdf(strip(3), PRESETS[name]).mediabox, PRESETS[name]
    assert float(box.width) == pytest.approx(72 * preset.width, abs=0.01)
    if preset.slide:
        assert float(box.height) == pytest.approx(72 * preset.tallest, abs=0.01)


def test_photos_keep_their_pixels():
    """Every pixel of every photo and crop is in the PDF, unscaled and unchanged."""
    drawing = strip(2)
    # matplotlib stores rows from the bottom up, and turns them in the matrix that places the picture
    found = [np.array(image.image.convert("RGB"))[::-1] for image in pdf(drawing).images]
    wanted = [shown for panel in drawing.panels for shown in (panel.pixels, CROP.of(panel.pixels))]
    assert [image.shape for image in found] == [image.shape for image in wanted]
    assert all(np.array_equal(a, b) for a, b in zip(found, wanted, strict=True))
    assert found[0].shape == (HEIGHT, WIDTH, 3)


def test_matrices_are_not_interpolated():
    """A matrix of n x n entries is an image of n x n pixels."""
    sizes = {image.image.size for image in pdf(DRAWINGS["operators"]()).images}
    assert {(12, 12), (18, 18)} <= sizes


@pytest.mark.parametrize("form", ["pdf", "svg", "png"])
def test_two_runs_give_the_same_bytes(form):
    """Also where a user's settings changed meanwhile."""
    first = DRAWINGS["operators"]
    drawing = first()
    one = drawing.files(PAGE, (form,))[form]
    with matplotlib.rc_context({"font.size": 20, "pdf.fonttype": 3, "text.color": "red"}):
        assert drawing.files(PAGE, (form,))[form] == one
        assert matplotlib.rcParams["font.size"] == 20


def test_formats_do_not_disturb_each_other():
    """A figure that was saved as PNG, where photos are smoothed, is the same PDF after."""
    drawing = strip(1)
    figure = drawing.figure(PAGE)
    before = rendered(figure, PAGE, "pdf")
    assert rendered(figure, PAGE, "png").startswith(b"\x89PNG")
    assert rendered(figure, PAGE, "pdf") == before


def test_threads_draw_apart():
    """Several threads, several presets: each figure is as if it were alone."""
    drawing, names = strip(1), ["cvpr-column", "slide", "neurips", "cvpr-page"]
    alone = {name: drawing.files(PRESETS[name], ("svg",))["svg"] for name in names}
    together = {}

    def draw(name):
        together[name] = drawing.files(PRESETS[name], ("svg",))["svg"]

    threads = [threading.Thread(target=draw, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_a_strip_of_sixteen_stages_takes_three_seconds():
    """At full width, of photos of 640 x 427 px with all their noise; in time of the processor."""
    rng = np.random.default_rng(1)
    panels = [Panel(f"$k = {k}$", rng.integers(0, 256, (427, 640, 3), np.uint8), 20.0) for k in range(18)]
    drawing = Strip(tuple(panels), (CROP,), 4.0, 16, "")
    drawing.figure(PAGE)  # faces are found and read once
    start = time.process_time()
    drawing.files(PAGE, ("pdf",))
    assert time.process_time() - start < 3


def test_numbers_come_along_the_same_to_the_byte():
    """Arrays of every kind, without pickles."""
    for make in DRAWINGS.values():
        arrays = make().arrays()
        assert packed(arrays) == packed(arrays)
        with np.load(io.BytesIO(packed(arrays)), allow_pickle=False) as file:
            assert set(file) == set(arrays)


def test_colours_survive_grey():
    """The order of a scale is that of its lightness; named things differ in more than colour."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(colormaps[SEQUENTIAL](np.linspace(0, 1, 256))[:, :3] @ weights) > 0).all()
    assert len({line.marker for line in LINES}) == len({str(line.dash) for line in LINES}) == len(LINES)
    assert len({mark.marker for mark in MARKS}) == len(MARKS)
    greys = sorted(float(np.array(line.colour) @ weights) for line in LINES[:3])
    assert min(np.diff(greys)) > 0.15


def test_what_a_face_lacks_is_said_otherwise():
    """No empty boxes for Chinese, and no warning; Greek is there."""
    assert legible("λ, Å", PAGE, "photo 1") == "λ, Å"
    assert legible("雨天", PAGE, "photo 1") == "photo 1"


def test_png_shows_the_photo():
    """The canvas is not blank, and as wide as the preset at 300 dpi."""
    with Image.open(io.BytesIO(strip(1).files(PAGE, ("png",))["png"])) as image:
        assert abs(image.width - 300 * PAGE.width) <= 1
        assert np.asarray(image.convert("L")).std() > 30
