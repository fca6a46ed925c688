"""The Why page: sections that fill when they are seen, a region to ask about, work that can be cancelled."""

import re

import pytest

from tests.app.pages import canvases, open_page, session, settle, show_tab
from tests.app.why_page import SECTIONS, first, go, hold

pytestmark = pytest.mark.browser

ASKED = re.compile(r"/(lens\.json|set/|attribution|localisation|convergence)")
FIELDS = ("top", "left", "height", "width")


def region(page):
    """What the four fields say."""
    return [int(page.input_value(f".region [name={name}]")) for name in FIELDS]


@pytest.fixture
def why(shared):
    """The page of the sample."""
    show_tab(shared, "Why")
    return shared


@pytest.fixture
def attribution(why):
    """Its section on attribution, with both methods to choose from."""
    go(why, "attribution")
    why.wait_for_function("() => document.querySelectorAll('.credit .method option').length > 10")
    return why


def test_every_section_fills(why):
    """Each says how it is read and what its check is, and shows something, or a sentence."""
    assert why.locator(".why section").evaluate_all("all => all.map((e) => e.classList[0])") == list(SECTIONS)
    for name in SECTIONS:
        go(why, name)
        section = why.locator(f".why .{name}")
        assert len(section.locator(".lead").inner_text()) > 60
        assert section.locator(".check").inner_text().startswith("Check")
        shown = section.locator(".cells canvas, .cells .main-svg, .cells table, .cells .empty, .cells button")
        assert shown.count() > 0
        assert "Loading" not in section.inner_text()


def test_what_is_not_seen_is_not_computed(visits, server):
    """The page opens at its top; what lies below asks the server when somebody goes there."""
    page, asked = visits().page, []
    page.on("request", lambda request: asked.append(request.url) if ASKED.search(request.url) else None)
    open_page(page, server)
    show_tab(page, "Why")
    assert not [url for url in asked if "convergence" in url or "attribution" in url]
    go(page, "attribution")
    assert [url for url in asked if "attribution.json" in url]


def test_a_region_by_drag(attribution):
    """In the mode, a drag frames what it covers; afterwards drags move the picture again."""
    attribution.click(".region .draw")
    stage = attribution.locator(".attribution .panel .stage").first
    box, (height, width) = stage.bounding_box(), session(attribution, "s.main.info.size")
    for place, move in ((0.3, attribution.mouse.down), (0.6, attribution.mouse.up)):
        attribution.mouse.move(box["x"] + place * box["width"], box["y"] + place * box["height"])
        move()
    wanted = [0.3 * height, 0.3 * width, 0.3 * height, 0.3 * width]
    assert region(attribution) == pytest.approx(wanted, abs=0.02 * max(height, width))
    assert attribution.locator(".region .draw").get_attribute("aria-pressed") == "false"
    assert attribution.locator(".lasso").is_hidden()


def test_a_region_by_keyboard(attribution):
    """Four fields say the same; what leaves the photo is cut off."""
    width = session(attribution, "s.main.info.size[1]")
    for name, value in zip(FIELDS, (8, 16, 24, 9999), strict=True):
        attribution.fill(f".region [name={name}]", str(value))
        attribution.press(f".region [name={name}]", "Enter")
    assert region(attribution) == [8, 16, 24, width - 16]


def test_run(attribution):
    """A method answers with a map for every k, curves, and the numbers to judge it by."""
    column = attribution.locator(".credit").first
    column.locator(".method").select_option("moves")
    column.get_by_role("button", name="Explain").click()
    column.locator(".numbers td").first.wait_for()
    settle(attribution)
    assert "completeness gap" in column.locator(".numbers").inner_text()
    assert column.locator(".chart .main-svg").count() > 0
    painted = canvases(attribution, ".credit canvas")[0]
    assert painted["inked"] > 1000
    assert not painted["hidden"]


def test_cancel(attribution):
    """What takes long says so before, and can be stopped; the page is ready for the next."""
    column = attribution.locator(".credit").nth(1)
    column.locator(".method").select_option("occlusion")
    column.locator(".effort input").fill("8")
    assert re.search(r"about .* s \(\d+ runs", column.locator(".hint").inner_text())
    column.get_by_role("button", name="Explain").click()
    column.get_by_role("button", name="Cancel").click()
    column.get_by_text("Cancelled.").wait_for()
    assert column.get_by_role("button", name="Explain").is_visible()
    assert column.locator("progress").is_hidden()


@pytest.mark.parametrize(
    ("name", "form", "button", "done"),
    [
        ("attribution", "attribution.json", "Explain", ".credit .numbers td"),
        ("bench", "interventions.json", "Do it", ".tried th[title=uniform]"),
    ],
)
def test_nothing_to_press_before_the_form_is_there(page, server, name, form, button, done):
    """What a section asks with is disabled until the server has said what can be asked."""
    open_page(page, server)
    held = hold(page, f"**/{form}")
    show_tab(page, "Why")
    page.locator(".why .contents button").nth(SECTIONS.index(name)).click()
    section = page.locator(f".why .{name}")
    pressed = section.get_by_role("button", name=button).first
    pressed.wait_for()
    fields = section.locator(".head").locator("button, input, select")
    assert fields.evaluate_all("all => all.every((e) => e.disabled || e.className === 'run')")
    first(page, held).continue_()
    if name == "attribution":
        section.locator(".credit .method").first.select_option("moves")
    pressed.click()
    section.locator(done).first.wait_for()
    assert fields.evaluate_all("all => all.every((e) => !e.disabled)")


def test_no_network_to_choose(why):
    """Of one network there is no choice."""
    assert why.locator(".why .contents select").count() == 0


def test_what_cannot_be_done_is_an_alert(watched, server):
    """It is said beside the field; the result before it stands back until there is a better one."""
    watched.expect("404")
    page = open_page(watched.page, server)
    show_tab(page, "Why")
    go(page, "bench")
    bench = page.locator(".why .bench")
    bench.locator(".kind").select_option("skip")
    do, alert, dimmed = bench.get_by_role("button", name="Do it"), bench.get_by_role("alert"), ".panel.stale"
    for stages, wrong in (("1", False), ("99", True), ("2", False)):
        bench.locator(".stages").fill(stages)
        do.click()
        if wrong:
            alert.wait_for()
            assert f"no stage {stages}" in alert.inner_text()
        else:
            bench.locator(".tried th", has_text=f"iteration {stages} skipped").wait_for()
            assert alert.count() == 0
        assert bench.locator(dimmed).count() == 2 * wrong
    assert bench.locator(".tried th[title='skip@2']").count() == 1
    assert bench.locator(".hint").inner_text() == ""


def test_names_in_words(why):
    """Rows of the set say what was done; the short text is a tooltip."""
    go(why, "sets")
    names = why.locator(".sets th[scope=row]")
    assert names.first.inner_text() == "modulation uniform"
    said = dict(names.evaluate_all("all => all.map((e) => [e.title, e.textContent])"))
    assert said["gain=W2:-1.0"] == "W2 = −1"
    assert said["skip@1"] == "iteration 1 skipped"


def counted(cleared):
    """What the sentence on cleared masks must say of a set, from its numbers."""
    inside = [e for e in cleared["effects"] if e["where"] == "inside" and e["k"]]
    costs = [str(e["k"]) for e in inside if e["beyond"]["high"] < 0]
    named = f" (k = {', '.join(costs)})" if costs else ""
    return f"At {len(costs)} of {len(inside)} iterations{named} clearing masks in the streaks costs more"


def test_masks_cleared_where_the_rain_is(why):
    """Over the set: curves, and a sentence that its numbers say; on this photo when asked, or not at all."""
    run = session(why, "s.main.info.id")
    go(why, "localisation")
    found = why.evaluate(f"async () => (await fetch('/lens/runs/{run}/set/localisation.json')).json()")
    mine, over = (why.locator(".clearing").nth(i) for i in (0, 1))
    assert over.locator(".said").inner_text().startswith(counted(found["cleared"]))
    assert over.locator(".main-svg .scatterlayer .lines").count() > 4
    assert f"{found['photos']} photos" in over.locator(".metric").first.inner_text()
    assert mine.locator(".chart").first.is_hidden()
    mine.get_by_role("button", name="Clear the masks").click()
    mine.locator(".said", has_text="equal random areas").wait_for()
    mine.get_by_role("button", name="Cancel").click()
    mine.get_by_text("Cancelled.").wait_for()
    settle(why)
    assert mine.locator(".main-svg .scatterlayer .lines").count() > 2


def test_what_goes_wrong_is_said(watched, server):
    """An answer that does not come, and one that breaks off, are sentences where they were asked."""
    watched.expect("404")
    page = open_page(watched.page, server)
    page.route("**/attribution/**", lambda route: route.fulfill(body='{"problem": "No such region."}\n'))
    page.route("**/set/**", lambda route: route.fulfill(status=404, body="This run is no longer kept."))
    show_tab(page, "Why")
    go(page, "sets")
    page.locator(".sets .empty", has_text="no longer kept").wait_for()
    go(page, "attribution")
    page.locator(".credit").first.get_by_role("button", name="Explain").click()
    page.locator(".credit .hint", has_text="No such region.").first.wait_for()
