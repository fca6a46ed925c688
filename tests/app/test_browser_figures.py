"""The Figures page in a browser: choose, look at true size, take along, and open what a link says."""

import io
import json
import re
import zipfile

import pytest

from analysis.figures.presets import PRESETS
from tests.app.pages import k_of, open_page, press_run, session, settle, show_tab, upload
from tests.app.server import serving
from tests.app.studio import save_networks
from tests.app.test_browser_runs import picture

pytestmark = pytest.mark.browser

IMAGE = ".figures .paper img"
INCH = 96
"""CSS pixels."""

DRAWN = """(was) => {
  const page = document.querySelector('.figures'), image = page?.querySelector('.paper img');
  return image?.complete && image.naturalWidth && image.src !== was && !page.hasAttribute('aria-busy');
}"""


@pytest.fixture
def opened(watched, tiny_server):
    """The Figures page with the sample's strip on it."""
    page = open_page(watched.page, tiny_server)
    show_tab(page, "Figures")
    drawn(page)
    return page


def drawn(page, was=""):
    """Wait until there is another picture than before; its source."""
    page.wait_for_function(DRAWN, arg=was)
    return page.locator(IMAGE).get_attribute("src")


def width(page):
    """Of the preview, in CSS inches."""
    return page.locator(IMAGE).bounding_box()["width"] / INCH


def taken(page, button):
    """A file that a button saves: its name and content."""
    with page.expect_download() as saved:
        page.locator(".figures .take").get_by_role("button", name=button, exact=True).click()
    return saved.value.suggested_filename, saved.value.path().read_bytes()


def test_preview_has_its_true_size(opened):
    """In inches of CSS, in every preset; the caption and the size in mm are beside it."""
    assert width(opened) == pytest.approx(PRESETS["cvpr-page"].width, abs=0.01)
    was = opened.locator(IMAGE).get_attribute("src")
    for preset in ("eccv", "slide"):
        opened.select_option(".figures [name=preset]", preset)
        was = drawn(opened, was)
        assert width(opened) == pytest.approx(PRESETS[preset].width, abs=0.01)
    assert re.search(r"13\.33 × 7\.50 in \(339 × 191 mm\)", opened.locator(".figures .size").inner_text())
    assert "The unfolding of InterIR" in opened.locator(".figures .caption").inner_text()


def test_settings_draw_again(opened, watched):
    """A change is drawn by itself; one that cannot be is a sentence, and what was drawn stays, paler."""
    watched.expect(r"status of 404.*figures/preview")
    was = opened.locator(IMAGE).get_attribute("src")
    row = opened.locator(".figures [data-setting=ks] input")
    row.fill("0, 1")
    was = drawn(opened, was)
    row.fill("0, x")
    opened.wait_for_function(
        "() => document.querySelector('.figures .status').textContent.includes('whole numbers')"
    )
    row.fill("99")
    opened.wait_for_function("() => document.querySelector('.figures .status').textContent.includes('99')")
    assert opened.locator(IMAGE).get_attribute("src") == was
    row.fill("")
    drawn(opened, was)


def test_every_kind_shows_its_form(opened):
    """Each kind that can be chosen has a row for every setting; tables are shown as LaTeX."""
    kinds = opened.eval_on_selector_all(
        ".figures [name=kind] option:not([disabled])", "e => e.map((o) => o.value)"
    )
    assert {"strip", "grid", "operators", "film"} <= set(kinds)
    for kind in kinds:
        opened.select_option(".figures [name=kind]", kind)
        assert opened.locator(".figures .rows [data-setting]").count() >= 1
    assert opened.locator(".figures [name=kind] option[value=board][disabled]").count() == 1


def test_the_zip_of_an_own_photo(visits, tiny_server, tmp_path):
    """It holds the figure, what is behind it and the photo, all by their names."""
    page = open_page(visits(accept_downloads=True).page, tiny_server)
    upload(page, picture(tmp_path / "hill.png"))
    press_run(page)
    show_tab(page, "Figures")
    drawn(page)
    page.locator(".figures .formats").get_by_label("SVG").check()
    name, content = taken(page, "Download ZIP")
    stem = name.removesuffix(".zip")
    assert stem.startswith("strip-hill")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        facts = json.loads(archive.read(f"{stem}.json"))
    assert {f"{stem}.{x}" for x in ("pdf", "svg", "tex", "npz", "json")} <= names
    assert facts["parameters"]["photo"] in names
    assert taken(page, "PDF")[1].startswith(b"%PDF")


def test_a_link_opens_the_state(visits, tiny_server):
    """Photo, levels, seed, network, k and page; an invalid one is a sentence beside the sample."""
    query = "?photo=cat.png&haze=20&rain=0&noise=5&seed=3&network=theirs&k=1&tab=figures&preset=eccv"
    page = visits().page
    page.goto(f"{tiny_server.url}/{query}")
    page.wait_for_function("() => window.interirSession?.main?.info.title === 'cat'")
    drawn(page)
    assert session(page, "s.main.info.name") == "theirs"
    assert k_of(page) == 1
    assert page.locator(".figures [name=preset]").input_value() == "eccv"
    assert page.locator("#haze input[type=number]").input_value() == "20"
    assert page.locator(".figures [data-setting=noise] input").input_value() == "5"
    wrong = open_page(visits().page, tiny_server, "?k=many")
    wrong.wait_for_selector("#status [role=alert]")
    assert "k = 'many'" in wrong.locator("#status").inner_text()


def test_a_copied_link_says_the_state(visits, tiny_server):
    """The stepper's button puts an address on the clipboard that says k and page."""
    page = open_page(visits(permissions=["clipboard-read", "clipboard-write"]).page, tiny_server)
    page.evaluate("() => window.interirSession.go(1)")
    show_tab(page, "Operators")
    page.click(".stepper .link")
    page.wait_for_selector(".stepper .link:has-text('✓')")
    text = page.evaluate("() => navigator.clipboard.readText()")
    assert {"photo=china.jpg", "seed=7", "network=ours", "k=1", "tab=operators"} <= set(
        re.split("[?&]", text)
    )


def test_a_manifest_opens_its_state(opened, visits, tmp_path):
    """`--open` brings back photo, network, page and figure."""
    was = opened.locator(IMAGE).get_attribute("src")
    opened.select_option(".figures [name=preset]", "neurips")
    drawn(opened, was)
    _, content = taken(opened, "Download ZIP")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    manifest = next(tmp_path.glob("*.json"))
    again = tmp_path / "again"
    again.mkdir()
    with serving(again, "--weights", *map(str, save_networks(tmp_path)), "--open", str(manifest)) as running:
        page = visits().page
        page.goto(running.url)
        drawn(page)
        settle(page)
        assert session(page, "s.main.info.title") == "china"
        assert page.locator(".figures [name=preset]").input_value() == "neurips"
        name, made = taken(page, "PDF")
    assert made == (tmp_path / name).read_bytes()
