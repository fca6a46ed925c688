"""Every page fills, answers to clicks, says what it cannot show, and fits its window."""

import io
import math
import re

import numpy as np
import pytest
from PIL import Image as PILImage

from tests.app.pages import LAST, canvases, hashes, k_of, open_page, session, show_tab

pytestmark = pytest.mark.browser

PAGES = ("Iterations", "Operators", "Convolutions")
CANVASES = {"Iterations": 4, "Operators": 6, "Convolutions": 1}
CHARTS = {"Iterations": 2, "Operators": 2, "Convolutions": 0}

MARKS = """() => [...document.querySelectorAll('.chart .plot')].filter((p) => p.offsetParent)
  .map((p) => p.querySelectorAll('.scatterlayer .js-line, .scatterlayer .points path').length)"""

OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  const beyond = [...document.querySelectorAll('#desk *')]
    .filter((e) => e.offsetParent && e.getBoundingClientRect().right > width + 1 && !e.closest('.track svg'));
  const names = beyond.map((e) => e.className || e.tagName);
  return { page: document.documentElement.scrollWidth - width, beyond: names };
}"""


@pytest.fixture
def opened(shared):
    """The dashboard with its sample on screen, as it was opened."""
    return shared


def test_every_page_fills(opened):
    """No 'Loading' is left, canvases are painted, charts have marks, notes say what is seen."""
    for name in PAGES:
        show_tab(opened, name)
        found = canvases(opened)
        assert len(found) == CANVASES[name]
        assert all(canvas["inked"] > 1000 and not canvas["hidden"] for canvas in found)
        marks = opened.evaluate(MARKS)
        assert len(marks) == CHARTS[name]
        assert all(count >= 2 for count in marks)
        notes = opened.locator(f".{name.lower()} .panel .note").all_inner_texts()
        assert all(len(note) > 10 for note in notes)
        assert "Loading" not in opened.locator("#stage").inner_text()


def test_operators_of_another_channel(opened):
    """Another channel has other operators and features; the overview stays but for its frame."""
    show_tab(opened, "Operators")
    before = hashes(opened)
    field = opened.locator(".operators .head input")
    field.fill("7")
    field.press("Enter")
    after = before
    for _ in range(100):  # each panel changes when its own numbers have come
        if all(a != b for a, b in zip(after, before, strict=True)):
            break
        opened.wait_for_timeout(100)
        after = hashes(opened)
    assert all(a != b for a, b in zip(after, before, strict=True))
    field.fill("4711")
    field.press("Enter")
    assert field.input_value() == str(session(opened, "s.main.info.channels") - 1)


def test_a_click_on_the_overview_chooses(opened):
    """The thumbnail under the pointer is the channel that is shown."""
    show_tab(opened, "Operators")
    overview = opened.locator(".operators .panel", has_text="all channels").locator("canvas")
    box, columns = overview.bounding_box(), math.ceil(math.sqrt(session(opened, "s.main.info.channels")))
    side = min(box["width"], box["height"]) / columns
    left, top = ((box[name] - columns * side) / 2 for name in ("width", "height"))
    overview.click(position={"x": left + 2.5 * side, "y": top + 1.5 * side})
    assert opened.input_value(".operators .head input") == str(columns + 2)


def click_mask(page, x, y):
    """Click the mask at a share of its size, and give the sum that the server answers."""
    canvas = page.locator(".convolutions .left canvas")
    box = canvas.bounding_box()
    with page.expect_response(lambda r: "/sum/" in r.url) as answer:
        canvas.click(position={"x": x * box["width"], "y": y * box["height"]})
    page.wait_for_selector(".sum .terms table")
    return answer.value.json()


def shown_sum(page):
    """The total as it is written, and what is written after 'network:'."""
    total = float(page.locator(".sum .terms u").inner_text().replace("−", "-"))
    network = page.locator(".sum .terms small").inner_text().split("network:")[1].split("·")[0]
    return total, float(network.replace("−", "-"))


def assert_right(page, found):
    """The sum is the network's output, in the server's numbers and as it is written."""
    assert found["total"] == pytest.approx(found["output"], abs=1e-4)
    total, network = shown_sum(page)
    assert total == pytest.approx(found["output"], abs=1e-4, rel=0.01)
    assert network == pytest.approx(found["output"], abs=1e-4, rel=0.01)
    assert page.locator(".sum .terms table td").count() == 18


@pytest.mark.parametrize("place", [(0.01, 0.01), (0.5, 0.5)], ids=["corner", "centre"])
def test_a_click_shows_a_sum_that_is_right(opened, place):
    """Patch, kernel and their sum: what is written is the network's output, also after a step."""
    show_tab(opened, "Convolutions")
    assert_right(opened, click_mask(opened, *place))
    before = opened.locator(".sum .terms").inner_text()
    with opened.expect_response(lambda r: f"/sum/{LAST - 1}/" in r.url) as answer:
        opened.keyboard.press("ArrowLeft")
    found = answer.value.json()
    opened.wait_for_function("(t) => document.querySelector('.sum .terms').innerText !== t", arg=before)
    assert f"stage {LAST - 1}" in opened.locator(".sum .metric").inner_text()
    assert_right(opened, found)


def test_a_place_can_be_typed(opened):
    """The keyboard's way to the same sum: row and column in two fields, kept within the mask."""
    show_tab(opened, "Convolutions")
    opened.fill(".sum .row", "3")
    opened.press(".sum .row", "Tab")
    beyond = re.compile(r"/sum/.*/3/127\.json")  # not the one of the column that stood there before
    with opened.expect_response(beyond) as answer:
        opened.fill(".sum .column", "99999")
        opened.press(".sum .column", "Enter")
    row, column = (int(part) for part in answer.value.url.removesuffix(".json").split("/")[-2:])
    assert (row, column) == (3, opened.evaluate("() => Number(document.querySelector('.sum .column').value)"))
    opened.locator(".sum .metric", has_text=f"row 3, column {column},").wait_for()  # not the sum before
    opened.wait_for_selector(".sum .terms table")
    assert_right(opened, answer.value.json())


def test_masks_of_another_channel_and_module(opened):
    """Another channel, another module, the strongest channel: another mask and another kernel."""
    show_tab(opened, "Convolutions")
    seen = [hashes(opened)]
    for step in (
        lambda: (opened.fill(".convolutions .channel", "5"), opened.press(".convolutions .channel", "Enter")),
        lambda: opened.select_option(".convolutions .module", "2"),
        lambda: opened.click(".convolutions .strongest"),
    ):
        with opened.expect_response(lambda r: "/masks/" in r.url):
            step()
        opened.wait_for_function("() => !document.querySelector('.convolutions .message')?.textContent")
        for _ in range(100):  # what has come is yet to be painted
            if hashes(opened) not in seen:
                break
            opened.wait_for_timeout(100)
        seen.append(hashes(opened))
    assert len({tuple(s) for s in seen}) == 4


def test_the_heat_map_is_a_stepper(opened):
    """A cell chooses module and stage; where a module does not run there is nothing to see."""
    show_tab(opened, "Convolutions")
    opened.click('.glance [data-at="3,4"]')
    assert k_of(opened) == 5
    assert opened.input_value(".convolutions .module") == "3"
    opened.keyboard.press("End")
    assert f"does not run at k = {LAST}" in opened.locator(".glance .metric").inner_text()
    assert opened.locator(".kernels .grid").count() == 0


def test_pictures_can_be_saved(opened):
    """The menu saves the picture at its own size, bit for bit what the server has."""
    run = session(opened, "s.main.info.id")
    panel = opened.locator(".iterations .panel", has=opened.locator("canvas[aria-label=estimate]"))
    with opened.expect_download() as download:
        panel.locator(".save").click()
        panel.get_by_role("menuitem", name="PNG, its own pixels").click()
    assert download.value.suggested_filename == f"interir-small-estimate-k{LAST:02}.png"
    answer = opened.request.get(f"{opened.url.rstrip('/')}/lens/runs/{run}/estimate/{LAST}.png")
    with PILImage.open(download.value.path()) as mine, PILImage.open(io.BytesIO(answer.body())) as theirs:
        assert np.array_equal(np.asarray(mine.convert("RGB")), np.asarray(theirs))


def test_the_cursor_is_linked(opened):
    """Over one picture, all pictures of the page say their value at that place."""
    canvas = opened.locator(".iterations canvas").nth(1)
    canvas.hover()
    probes = opened.locator(".iterations .probe").all_inner_texts()
    assert len(probes) == 4
    assert len({probe.split("   ")[0] for probe in probes}) == 1
    assert probes[0].split("   ")[1].startswith("RGB ")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overflows(visits, server, theme):
    """At 1280 x 800 every page fits its width, in light and dark, and each theme is what it says."""
    page = open_page(visits(viewport={"width": 1280, "height": 800}).page, server, f"?__theme={theme}")
    for name in PAGES:
        show_tab(page, name)
        assert page.evaluate(OVERFLOW) == {"page": 0, "beyond": []}, name
    with PILImage.open(io.BytesIO(page.screenshot())) as screen:
        corner = screen.convert("L").getpixel((4, screen.height - 4))
    assert (corner < 80) == (theme == "dark")


def test_run_is_in_sight(opened):
    """The button is on screen without scrolling at 1440 x 900."""
    box = opened.locator("#run").bounding_box()
    assert box["y"] + box["height"] <= 900


@pytest.mark.parametrize("name", ["Operators", "Convolutions"])
def test_a_run_that_is_gone_is_said(watched, server, name):
    """When the server has dropped the run, a page says what to do, and does not go on loading."""
    watched.expect("404")
    page = open_page(watched.page, server)
    gone = {"status": 404, "body": "This run is no longer kept; press Run to make it again."}
    page.route("**/lens/runs/**", lambda route: route.fulfill(**gone))
    page.get_by_role("tab", name=name).click()
    page.wait_for_function(
        """(n) => {
          const text = document.querySelector(`.page.${n}`)?.innerText ?? '';
          return text.includes('press Run') && !/Loading|computing/.test(text);
        }""",
        arg=name.lower(),
        timeout=15_000,
    )
