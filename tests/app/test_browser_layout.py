"""What fits, what stays in sight, what reads, and what the keyboard and a screen reader reach."""

from pathlib import Path

import pytest
from PIL import Image as PILImage

from app.photos import PHOTOS
from tests.app.pages import LAST, choose, k_of, open_page, press_run, session, settle, show_tab, upload

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).parent / "scripts"
CONTRAST, HYPHENS = ((SCRIPTS / f"{name}.js").read_text() for name in ("contrast", "hyphens"))
MAIN = ("Iterations", "Operators", "Convolutions", "Embeddings")
READY = {
    "Embeddings": ".scores td",
    "Why": ".why .contents button",
    "Figures": ".figures .paper img",
}
"""What shows that a page is there, where `settle` does not."""

BOXES = """(selector) => [...document.querySelectorAll(selector)].filter((e) => e.offsetParent).map((e) => {
  const { top, bottom } = e.getBoundingClientRect();
  return [top, bottom];
})"""

CUT = """() => [...document.querySelectorAll('.panel .title, .panel .metric, .stepper .reading')]
  .filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth && getComputedStyle(e).display !== 'inline')
  .map((e) => e.textContent)"""

TOLD = {"button", "checkbox", "combobox", "link", "radio", "slider", "spinbutton", "tab", "textbox"}
"""Roles that a screen reader announces by name."""

FOCUS = """() => {
  const e = document.activeElement, { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(e);
  if (e === document.body) return null;
  const again = e.dataset.walked === 'yes';
  e.dataset.walked = 'yes';
  const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1 && !/, 0\\)$/.test(outlineColor);
  return { again, seen, what: e.outerHTML.slice(0, 120) };
}"""

DRAWN = """() => document.querySelector('.iterations .chart .plot > div').data
  .find((trace) => trace.name === 'input').x"""

HOVERED = """() => {
  const plot = document.querySelector('.readings .plot > div');
  const i = plot.data.findIndex((trace) => trace.hovertemplate && trace.y.some((v) => v < 0));
  if (i < 0) return false;
  window.Plotly.Fx.hover(plot, [{ curveNumber: i, pointNumber: plot.data[i].y.findIndex((v) => v < 0) }]);
  return /−0[.]\\d+/.test(plot.querySelector('.hoverlayer').textContent);
}"""

BEGIN = """() => {
  const first = Object.assign(document.createElement('a'), { href: '#' });
  document.body.prepend(first);
  first.focus();
  first.remove();
}"""


@pytest.fixture
def opened(shared):
    """The dashboard with its sample on screen, as it was opened."""
    return shared


@pytest.fixture
def portrait(tmp_path):
    """A bundled photo that stands upright."""
    path = tmp_path / "portrait.png"
    with PILImage.open(PHOTOS / "china.jpg") as photo:
        photo.rotate(90, expand=True).save(path)
    return path


def visit(page, name):
    """Go to any page; on a long one, to the end of it, so that every section fills."""
    if name in MAIN[:3]:
        return show_tab(page, name)
    page.get_by_role("tab", name=name).click()
    page.wait_for_selector(READY[name])
    for section in page.locator(".why section").all() if name == "Why" else []:
        section.scroll_into_view_if_needed()
        page.wait_for_function("(e) => e.classList.contains('filled')", arg=section.element_handle())
    return settle(page)


def test_an_upright_photo_keeps_both_rows_in_sight(page, server, portrait):
    """At 1440 x 900 the stepper and every picture of both rows are on screen, and no picture is cut."""
    open_page(page, server)
    upload(page, portrait)
    press_run(page)
    for name, count in (("Iterations", 4), ("Operators", 6)):
        show_tab(page, name)
        boxes = page.evaluate(BOXES, f".stepper, .{name.lower()} .panel")
        assert all(0 <= top < bottom <= 900 for top, bottom in boxes), name
        assert len(page.evaluate(BOXES, f".{name.lower()} .stage")) == count
    show_tab(page, "Iterations")
    stage = page.locator(".iterations .stage").first.bounding_box()
    for y, row in ((1, 0), (stage["height"] / 2, 256), (stage["height"] - 2, 509)):
        page.mouse.move(stage["x"] + stage["width"] / 2, stage["y"] + y)
        shown = page.locator(".iterations .probe").first.inner_text().split(",")[0]
        assert int(shown.removeprefix("row ")) == pytest.approx(row, abs=3)


def test_the_input_is_a_line_over_all_k(page, server):
    """Beside a deeper network the input's PSNR is drawn to its last k, and no title is cut."""
    open_page(page, server)
    choose(page, "network", "deepsn-small")
    page.wait_for_selector("[data-testid=dropdown-option]", state="detached")  # or both lists are open
    choose(page, "compare", "interir-small")
    press_run(page)
    assert session(page, "s.runs.map((run) => run.depth)")[0] < LAST
    assert page.evaluate(DRAWN) == list(range(LAST + 1))
    show_tab(page, "Operators")
    assert page.evaluate(CUT) == []
    assert page.locator(".operators h3").all_inner_texts() == ["DeepSN-Net", "InterIR"]


@pytest.mark.parametrize("width", [1440, 1100])
def test_no_title_is_cut(visits, server, width):
    """Titles of panels and charts, and what stands beside them, are there in full on every page."""
    page = open_page(visits(viewport={"width": width, "height": 900}).page, server)
    for name in (*MAIN, "Why", "Figures"):
        visit(page, name)
        assert page.evaluate(CUT) == [], name


def test_the_stepper_stays_in_sight(opened):
    """At the end of a long page it is on screen and steps; a heading that a button leads to is below it."""
    visit(opened, "Why")
    buttons = opened.locator(".why .contents button")
    for index in (buttons.count() - 1, 3):
        buttons.nth(index).focus()
        opened.keyboard.press("Enter")
        opened.wait_for_function("() => scrollY > 900")
        ((top, bottom),) = opened.evaluate(BOXES, ".stepper")
        heading = opened.evaluate(BOXES, ".why > section > h3")[index]
        assert 0 <= top < bottom <= heading[0] < heading[1] <= 900
        k = k_of(opened)
        opened.keyboard.press("ArrowLeft")
        assert k_of(opened) == k - 1
    opened.evaluate("() => scrollTo(0, 0)")


@pytest.mark.parametrize(
    ("name", "focused"),
    [
        ("Iterations", "[role=tab][aria-selected=true]"),
        ("Iterations", ".panel .save"),
        ("Convolutions", '.glance [data-at="0,0"]'),
        ("Why", ".why .contents button"),
        ("Iterations", "#kind input[type=radio]"),
    ],
)
def test_keys_step_from_anywhere(opened, name, focused):
    """Left, Right, Home and End step from tabs, buttons, cells and choices, and move nothing else."""
    visit(opened, name)
    opened.locator(focused).first.focus()
    before = opened.locator("[role=tab][aria-selected=true]").inner_text()
    for key, k in (("Home", 0), ("ArrowRight", 1), ("ArrowLeft", 0), ("End", LAST), ("ArrowLeft", LAST - 1)):
        opened.keyboard.press(key)
        assert k_of(opened) == k
    assert opened.locator("[role=tab][aria-selected=true]").inner_text() == before
    assert opened.locator("#kind input[type=radio]").first.is_checked()


def test_space_plays_and_pauses(opened):
    """From where there is nothing to press, Space plays from the start, and pauses."""
    opened.keyboard.press("Space")
    opened.wait_for_selector("[data-go=play][aria-label=Pause]")
    opened.wait_for_function("() => window.interirSession.k > 0")
    opened.keyboard.press("Space")
    assert opened.locator("[data-go=play][aria-label=Play]").count() == 1
    assert 0 < k_of(opened) < LAST


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_focus_is_seen_and_texts_read(visits, server, theme):
    """Whatever Tab reaches has an outline, and every text 4.5 to 1 of contrast."""
    page = open_page(visits().page, server, f"?__theme={theme}")
    for name in MAIN:
        visit(page, name)
        assert page.evaluate(CONTRAST) == {}, name
        page.evaluate(BEGIN)
        walked = []
        while not walked or (walked[-1] and not walked[-1]["again"]):
            page.keyboard.press("Tab")
            walked.append(page.evaluate(FOCUS))
        stops = [stop for stop in walked if stop]
        assert [stop["what"] for stop in stops if not stop["seen"]] == [], name
        assert len(stops) > 30 if name == "Iterations" else stops


def test_everything_has_a_name(opened):
    """Each button, choice, field and canvas of every page has a name for who does not see it."""
    tree = opened.context.new_cdp_session(opened)
    for name in (*MAIN, "Why", "Figures"):
        visit(opened, name)
        nodes = [n for n in tree.send("Accessibility.getFullAXTree")["nodes"] if not n["ignored"]]
        told = [node for node in nodes if node["role"]["value"] in TOLD]
        assert len(told) > 30
        unnamed = [n["backendDOMNodeId"] for n in told if not n.get("name", {}).get("value", "").strip()]
        described = [
            tree.send("DOM.describeNode", {"backendNodeId": i})["node"]["attributes"] for i in unnamed
        ]
        assert described == [], name
        nameless = "canvas:not([aria-label]):not([aria-hidden=true])"
        assert opened.locator("#desk").locator(nameless).count() == 0, name


def test_minus_signs_are_true(opened):
    """No negative number is written with a hyphen: on tables, scales and ticks."""
    for name in MAIN:
        visit(opened, name)
        for k in (0, LAST):
            opened.evaluate("(k) => window.interirSession.go(k)", k)
            settle(opened)
            assert opened.evaluate(HYPHENS) == [], name
    opened.select_option(".readings select", "silhouette")
    opened.wait_for_function(HOVERED)
