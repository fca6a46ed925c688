"""The Embeddings page in a browser: both maps fill, follow k, answer to the pointer, and stay fluid."""

import base64
import csv
import io
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from PIL import Image as PILImage

from tests.app.pages import canvases, hashes, open_page, session, settle, show_tab

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).parent / "scripts"
HOVERED, FLUID = ((SCRIPTS / f"{name}.js").read_text() for name in ("hover", "fluid"))
COMPUTED = "() => document.querySelector('.embeddings .hint').textContent.startsWith('Maps of')"
FILES = "async () => (await (await fetch('/lens/atlas/about.json')).json()).files"
NAMED = "(title) => document.querySelector('.verdicts h3')?.textContent.includes(title)"
OPENED = """async (item) => {
  const { opened } = await import('/lens/static/atlas.js');
  const infos = await opened(item, ['interir-small']);
  window.interirSession.show(infos);
  return infos;
}"""

PLACED = "() => document.querySelector('.embeddings').dataset.placed === window.interirSession.main.info.id"
MAPS = ".scatter canvas"
PICTURES = "() => [...document.querySelectorAll('.scatter canvas')].map((canvas) => canvas.toDataURL())"
SHARPNESS = 2.0
"""Mean difference of grey levels up to which two pictures are of the same points: a canvas that is
read often changes its rasteriser, and with it the edges of every marker."""
LIMIT = 50
"""Milliseconds that panning, zooming and hovering may take with 2,000 points."""


@pytest.fixture
def opened(shared):
    """The Embeddings page with its first maps."""
    show_tab(shared, "Embeddings")
    shared.wait_for_selector(".verdict table")
    shared.wait_for_selector(".scores td")
    shared.wait_for_function("() => document.querySelectorAll('[data-do=cancel]:not([hidden])').length === 0")
    shared.wait_for_function(PLACED)
    settle(shared)
    still(shared)
    yield shared
    shared.select_option("[data-field=method]", "t-SNE")
    shared.select_option("[data-field=source]", "x")


def pictures(page):
    """Both maps as arrays of red, green, blue and cover."""
    found = [base64.b64decode(url.partition(",")[2]) for url in page.evaluate(PICTURES)]
    return [np.asarray(PILImage.open(io.BytesIO(each)).convert("RGBA"), dtype=float) for each in found]


def alike(before, after):
    """For each map, whether both pictures show the same points."""
    pairs = zip(before, after, strict=True)
    return [one.shape == other.shape and np.abs(one - other).mean() < SHARPNESS for one, other in pairs]


def still(page):
    """Wait until points that travel have arrived."""
    seen, now = None, hashes(page, MAPS)
    while now != seen:
        page.wait_for_timeout(700)
        seen, now = now, hashes(page, MAPS)


def test_both_maps_fill(opened):
    """Painted canvases of both networks, probabilities, scores, and a sentence on Figure 6."""
    assert all(canvas["inked"] > 1000 for canvas in canvases(opened, MAPS))
    assert len(canvases(opened, MAPS)) == 2
    assert opened.locator(".verdict .bars tr").count() == 16
    assert "Figure 6" in opened.locator(".claim").inner_text()
    assert opened.locator(".scores tr").count() > 6


def test_points_follow_k(opened):
    """Another k, other places; the same k again, the same picture."""
    last = session(opened, "s.depth")
    seen = {}
    for k in (last, 2, last):
        opened.evaluate("(k) => window.interirSession.go(k)", k)
        still(opened)
        seen.setdefault(k, []).append(pictures(opened))
    assert all(alike(*seen[last]))
    assert not any(alike(seen[last][0], seen[2][0]))


def test_classes_are_greyed_and_not_hidden(opened):
    """A press on the legend greys a class in both maps; every marker keeps its place."""
    before = canvases(opened, MAPS)
    button = opened.locator(".legend button").nth(1)
    button.click()
    after = canvases(opened, MAPS)
    opened.locator(".legend button").nth(1).click()
    assert [c["hash"] for c in after] != [c["hash"] for c in before]
    for one, other in zip(before, after, strict=True):
        assert abs(one["inked"] - other["inked"]) < 0.05 * one["inked"]


def test_hover_tells_and_links(opened):
    """An item under the pointer is named, with its levels, and ringed in the other map too."""
    before = hashes(opened, MAPS)
    assert opened.evaluate(HOVERED)
    card = opened.locator(".card").inner_text()
    assert all(word in card for word in ("degraded by", "Haze (β × 100)", "Rain", "Noise", "InterIR"))
    assert all(a != b for a, b in zip(before, hashes(opened, MAPS), strict=True))


def test_lasso_selects_and_saves(opened):
    """Shift and drag around everything: all items, as a CSV with a row per item and network."""
    box = opened.locator(MAPS).first.bounding_box()
    x, y, w, h = (box[name] for name in ("x", "y", "width", "height"))
    opened.keyboard.down("Shift")
    opened.mouse.move(x + 2, y + 2)
    opened.mouse.down()
    for corner in ((x + w - 2, y + 2), (x + w - 2, y + h - 2), (x + 2, y + h - 2)):
        opened.mouse.move(*corner)
    opened.mouse.up()
    opened.keyboard.up("Shift")
    count = int(opened.locator(".card p").inner_text().split()[0])
    with opened.expect_download() as download:
        opened.click("[data-do=csv]")
    with open(download.value.path(), newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * count > 1000
    opened.click("[data-do=clear]")


def test_source_that_one_network_lacks(opened):
    """The baseline has no modulations: its map says so, the other is drawn."""
    opened.select_option("[data-field=source]", "modulation")
    opened.select_option("[data-field=method]", "PCA")
    opened.wait_for_selector("[data-do=compute]:not([hidden])")
    still(opened)
    first, second = canvases(opened, MAPS)
    assert first["inked"] > 1000 > second["inked"]
    assert "has no such quantity" in opened.locator(".scatter .message").nth(1).inner_text()


def test_maps_are_computed_on_request(opened):
    """Another seed waits for Compute; then both maps are new."""
    before = pictures(opened)
    opened.fill(".settings input[name=seed]", "3")
    opened.check(".settings input[name=random]")
    assert "Press Compute" in opened.locator(".embeddings .hint").first.inner_text()
    assert all(alike(before, pictures(opened)))
    opened.click("[data-do=compute]")
    opened.wait_for_function(COMPUTED)
    still(opened)
    assert not any(alike(before, pictures(opened)))


def test_item_opens_in_the_stepper(page, server):
    """A click on an item whose photo is bundled restores it and shows it on every page."""
    open_page(page, server)
    show_tab(page, "Embeddings")
    page.wait_for_selector(".verdict table")
    bundled = page.evaluate(FILES).index(True)
    (info,) = page.evaluate(OPENED, 8 * bundled + 1)
    assert info["title"].endswith("H+R+N")
    page.wait_for_function(NAMED, arg=info["title"])


def test_two_thousand_points_stay_fluid(opened):
    """Median of hovering, zooming and panning, pixels read back; and twenty thousand still answer."""
    times = opened.evaluate(FLUID, 2000)
    print("\n2,000 points:", {name: f"{median(values):.1f} ms" for name, values in times.items()})
    assert all(median(values) < LIMIT for values in times.values())
    many = opened.evaluate(FLUID, 20_000)
    print("20,000 points:", {name: f"{median(values):.1f} ms" for name, values in many.items()})
    assert all(median(values) < 20 * LIMIT for values in many.values())
