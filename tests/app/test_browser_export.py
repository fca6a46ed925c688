"""Every panel and chart leaves the page as a figure, as data, or to the tray; and is what is on screen."""

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image as PILImage
from pypdf import PdfReader

from analysis.figures.presets import PRESETS
from tests.app.pages import k_of, open_page, session, settle, show_tab

pytestmark = pytest.mark.browser

PAGE = "() => document.activeElement.closest('[role=menu]') !== null"


@pytest.fixture
def opened(watched, tiny_server):
    """The sample on screen, at k = 1."""
    page = open_page(watched.page, tiny_server)
    page.evaluate("() => window.interirSession.go(1)")
    settle(page)
    return page


def panel(page, title):
    """The visible panel of that title."""
    return page.locator(".panel:visible", has=page.locator(f"canvas[aria-label='{title}']"))


def chart(page, title):
    """The visible chart of that title."""
    return page.locator(".chart:visible", has=page.get_by_text(title, exact=True))


def chosen(place, name):
    """Open a menu and choose from it."""
    place.locator(".save").click()
    place.get_by_role("menuitem", name=name, exact=True).click()


def taken(page, place, name):
    """A file that a menu saves: its name and content."""
    with page.expect_download() as saved:
        chosen(place, name)
    with open(saved.value.path(), "rb") as file:
        return saved.value.suggested_filename, file.read()


def fetched(page, name):
    """A file of the run on screen."""
    run = session(page, "s.main.info.id")
    return page.request.get(f"{page.url.rstrip('/')}/lens/runs/{run}/{name}").body()


def test_the_menu_by_keyboard(opened):
    """Enter opens it on its first entry, arrows go round, Escape gives the focus back; k stays."""
    place = panel(opened, "estimate")
    place.locator(".save").focus()
    opened.keyboard.press("Enter")
    opened.wait_for_function(PAGE)
    words = place.get_by_role("menuitem").all_inner_texts()
    assert words == ["PDF", "SVG", "PNG", "Data (npz)", "PNG, its own pixels", "Pin to tray"]
    focused = "() => document.activeElement.textContent"
    for key, word in (
        ("ArrowDown", "SVG"),
        ("ArrowUp", "PDF"),
        ("ArrowUp", words[-1]),
        ("Home", "PDF"),
        ("End", words[-1]),
    ):
        opened.keyboard.press(key)
        assert opened.evaluate(focused) == word
    opened.keyboard.press("Escape")
    assert place.get_by_role("menuitem").first.is_hidden()
    assert opened.evaluate("() => document.activeElement.className") == "save"
    assert k_of(opened) == 1


def test_a_pdf_of_what_is_on_screen(opened):
    """Of the page last chosen for figures, with the pixels that the server has at this k."""
    place = panel(opened, "estimate")
    for preset in (None, "eccv"):
        if preset:
            opened.evaluate("(name) => sessionStorage.setItem('interir-preset', name)", preset)
        name, content = taken(opened, place, "PDF")
        page = PdfReader(io.BytesIO(content)).pages[0]
        width = PRESETS[preset or "cvpr-column"].width
        assert float(page.mediabox.width) == pytest.approx(72 * width, abs=0.01)
        assert name.startswith("panel-estimate-k01-")
        with PILImage.open(io.BytesIO(fetched(opened, "estimate/1.png"))) as shown:
            (drawn,) = (np.array(image.image.convert("RGB"))[::-1] for image in page.images)
            assert np.array_equal(drawn, np.asarray(shown.convert("RGB")))


def test_data_of_what_is_on_screen(opened):
    """The map's values and its colour range; the part that is in sight after zooming."""
    place = panel(opened, "change")
    place.locator("canvas").hover()
    opened.keyboard.down("Shift")
    opened.mouse.wheel(0, -400)
    opened.keyboard.up("Shift")
    _, content = taken(opened, place, "Data (npz)")
    with np.load(io.BytesIO(content)) as file:
        values, limits, window, k = (file[name] for name in ("values", "limits", "window", "k"))
    screen = np.load(io.BytesIO(fetched(opened, "change.npy")))[1].astype(np.float32)
    np.testing.assert_allclose(values, screen, rtol=1e-3, atol=1e-4)  # it travels in half precision
    shown = place.locator(".scale .high").inner_text().replace("−", "-")
    assert limits[1] == -limits[0] == pytest.approx(float(shown), rel=0.01)
    assert k == 1
    assert window[2] < values.shape[1] / 2


def test_lines_as_csv_and_pdf(opened):
    """The chart's own numbers, a column for each line."""
    place = chart(opened, "PSNR and SSIM")
    name, content = taken(opened, place, "Data (CSV)")
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert name == "psnr-and-ssim.csv"
    assert rows[0] == ["k", "PSNR", "SSIM", "input"]
    assert [float(row[1]) for row in rows[1:]] == session(opened, "s.main.info.psnr")
    assert [float(row[2]) for row in rows[1:]] == session(opened, "s.main.info.ssim")
    name, content = taken(opened, place, "PDF")
    assert (name, content[:4]) == ("chart-psnr-and-ssim.pdf", b"%PDF")


def test_pinning(opened):
    """Panels come to the tray in their order, are moved and taken out there, and survive a reload."""
    chosen(panel(opened, "estimate"), "Pin to tray")
    opened.wait_for_selector(".toast:has-text('Pinned: 1 in the tray')")
    chosen(chart(opened, "PSNR and SSIM"), "Pin to tray")
    opened.wait_for_selector(".toast:has-text('Pinned: 2 in the tray')")
    kept = json.loads(opened.evaluate("() => sessionStorage.getItem('interir-tray')"))
    assert [item["kind"] for item in kept] == ["panel", "chart"]
    assert kept[0]["parameters"]["k"] == 1
    assert kept[0]["run"] == session(opened, "s.main.info.id")
    opened.click(".tray-count")
    show_tab(opened, "Figures")
    names = ".tray-list .name"
    first, second = opened.locator(names).all_inner_texts()
    assert opened.locator(".tray-list b").all_inner_texts() == ["(a)", "(b)"]
    opened.get_by_role("button", name="Move down (a)").press("Enter")
    assert opened.locator(names).all_inner_texts() == [second, first]
    assert opened.evaluate("() => document.activeElement.className") == "up"
    opened.reload()
    show_tab(opened, "Figures")
    assert opened.locator(names).all_inner_texts() == [second, first]
    for _ in range(2):
        opened.get_by_role("button", name="Take out (a)").click()
    assert "Nothing is pinned" in opened.locator(".tray-list").inner_text()
    assert opened.locator(".tray-count").is_hidden()


def test_a_table_as_csv_and_pdf(opened):
    """Where to look: the numbers on screen by module and stage, and as a figure of its own."""
    show_tab(opened, "Convolutions")
    place = opened.locator(".glance")
    name, content = taken(opened, place, "Data (CSV)")
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert name == "strength-of-modulation.csv"
    cells = place.locator("td button")
    assert len(rows[1:]) * len(rows[0][1:]) == cells.count()
    said = cells.first.inner_text().replace("−", "-")
    assert float(rows[1][1]) == pytest.approx(float(said), abs=0.006)
    assert place.locator("tr:nth-child(2) th").inner_text() == rows[1][0]
    name, content = taken(opened, place, "PDF")
    assert (name, content[:4]) == ("matrix-strength-of-modulation.pdf", b"%PDF")


def test_a_map_of_credit_with_its_numbers(opened):
    """An attribution on screen at this k: what is saved sums to what the curve beside it says."""
    show_tab(opened, "Why")
    opened.locator("section.attribution").scroll_into_view_if_needed()
    column = opened.locator(".credit").first
    opened.wait_for_selector(".credit .method option", state="attached")
    column.locator(".method").select_option("moves")
    column.get_by_role("button", name="Explain").click()
    opened.wait_for_function("() => document.querySelector('.credit .numbers tr')")
    _, content = taken(opened, chart(opened, "credit by iteration").first, "Data (CSV)")
    added = {row["k"]: float(row["added"]) for row in csv.DictReader(io.StringIO(content.decode()))}
    name, content = taken(opened, column.locator(".panel").first, "Data (npz)")
    assert name == "matrix-what-each-iteration-adds-k-1.npz"
    with np.load(io.BytesIO(content)) as file:
        assert file["values"].dtype == np.float32
        assert file["values"].sum() == pytest.approx(added["1"], rel=1e-3)


def test_a_map_of_embeddings(opened):
    """The shipped bank's maps as a figure, and all points of one of them as a CSV at this k."""
    show_tab(opened, "Embeddings")
    opened.wait_for_function("() => document.querySelectorAll('[data-do=cancel]:not([hidden])').length === 0")
    place = opened.locator(".embeddings .panel").first
    bank = opened.evaluate("async () => (await fetch('/lens/atlas/about.json')).json()")
    name, content = taken(opened, place, "Points (CSV)")
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    assert name == "items_k1.csv"
    assert len(rows) == len(bank["photos"]) * len(bank["renditions"])
    name, content = taken(opened, place, "Data (npz)")
    assert name == "embeddings-val.npz"
    with np.load(io.BytesIO(content)) as file:
        points = file[f"map/{bank['networks'][0]['title']}"]
    shown = np.array([[float(row["x"]), float(row["y"])] for row in rows])
    np.testing.assert_allclose(shown, points, rtol=1e-3, atol=1e-3)
