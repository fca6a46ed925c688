"""Stepping through the iterations: keys, buttons, slider and number, without asking the server."""

import pytest

from tests.app.pages import LAST, canvases, hashes, k_of, session, show_tab

pytestmark = pytest.mark.browser

PANELS = ".iterations canvas"


@pytest.fixture
def opened(shared):
    """The dashboard with its sample on screen, as it was opened."""
    return shared


def test_opens_with_the_sample_restored(opened):
    """No blank page: the sample is there at its last k, with scores, four pictures and two charts."""
    assert session(opened, "[s.k, s.depth]") == [LAST, LAST]
    assert opened.title() == "InterIR: a restoration network, opened"
    reading = opened.locator(".stepper .reading").inner_text()
    assert "dB (+" in reading
    found = canvases(opened, PANELS)
    assert len(found) == 4
    assert all(canvas["inked"] > 1000 and not canvas["hidden"] for canvas in found)
    assert opened.locator(".iterations .main-svg").first.is_visible()


@pytest.mark.parametrize("field", ["body", ".stepper input[type=range]"])
def test_keys(opened, field):
    """Left and Right step by exactly one, Home and End go to the ends, and none beyond."""
    if field != "body":
        opened.focus(field)
    walk = [
        ("ArrowLeft", LAST - 1),
        ("ArrowLeft", LAST - 2),
        ("ArrowRight", LAST - 1),
        ("Home", 0),
        ("ArrowLeft", 0),
    ]
    for key, k in [*walk, ("ArrowRight", 1), ("End", LAST), ("ArrowRight", LAST)]:
        opened.keyboard.press(key)
        assert k_of(opened) == k
        assert opened.input_value(".stepper input[type=range]") == str(k)
        assert opened.input_value(".stepper input[type=number]") == str(k)


def test_every_step_changes_the_pictures(opened):
    """Estimate, change and error differ at every k; the degraded photo stays; a revisit is the same."""
    opened.keyboard.press("Home")
    seen = []
    for _ in range(10):
        seen.append(hashes(opened, PANELS))
        opened.keyboard.press("ArrowRight")
    by_panel = list(zip(*seen, strict=True))
    assert [len(set(panel)) for panel in by_panel] == [1, 10, 10, 10]
    opened.keyboard.press("Home")
    assert hashes(opened, PANELS) == seen[0]


def test_steps_do_not_ask_the_server_for_pictures(opened):
    """All frames are in the browser before they are needed: stepping fetches none."""
    fetched = []
    opened.on("request", lambda request: fetched.append(request.url))
    for key in ("Home", *["ArrowRight"] * LAST):
        opened.keyboard.press(key)
        hashes(opened, PANELS)
    assert [url for url in fetched if "/lens/" in url] == []


def test_space_plays_and_pauses(opened):
    """Space starts over from the end and runs on; Space again stops it."""
    opened.keyboard.press("Space")
    opened.wait_for_selector("[data-go=play][aria-label=Pause]")
    opened.wait_for_function("() => window.interirSession.k === 2")
    opened.keyboard.press("Space")
    opened.wait_for_selector("[data-go=play][aria-label=Play]")
    assert k_of(opened) < LAST


def test_play_ends_at_the_last_iteration(opened):
    """Played to the end, it stops by itself."""
    opened.evaluate("() => window.interirSession.go(window.interirSession.depth - 2)")
    opened.click("[data-go=play]")
    opened.wait_for_selector("[data-go=play][aria-label=Play]")
    opened.wait_for_function("() => window.interirSession.k === window.interirSession.depth")


def test_buttons(opened):
    """First, back, on, last."""
    for button, k in [("back", LAST - 1), ("first", 0), ("on", 1), ("last", LAST)]:
        opened.click(f"[data-go={button}]")
        assert k_of(opened) == k


@pytest.mark.parametrize(("typed", "k"), [("3", 3), ("99", LAST), ("-2", 0), ("2.6", 3), ("", LAST)])
def test_number(opened, typed, k):
    """A number goes there, one outside goes to the nearest end, none goes nowhere."""
    field = opened.locator(".stepper input[type=number]")
    field.fill(typed)
    field.press("Enter")
    assert k_of(opened) == k
    assert field.input_value() == str(k)


def test_typing_does_not_step(opened):
    """In a field, keys are the field's."""
    opened.locator("#seed input").focus()
    for key in ("ArrowLeft", "Home", "4", "2", "Space", "ArrowLeft"):
        opened.keyboard.press(key)
    assert k_of(opened) == LAST
    assert "42" in opened.input_value("#seed input")
    opened.locator("#haze input[type=range]").focus()
    opened.keyboard.press("ArrowRight")
    assert k_of(opened) == LAST
    assert opened.input_value("#haze input[type=range]") == "61"


def test_space_chooses_where_it_chooses(opened):
    """Who goes by keyboard chooses with Space, as everywhere on the web: it does not play then."""
    opened.locator("#kind input[type=radio]").nth(1).focus()
    opened.keyboard.press("Space")
    playing = opened.locator("[data-go=play]").get_attribute("aria-label") == "Pause"
    chosen = opened.locator("#kind input[type=radio]").nth(1).is_checked()
    opened.get_by_label("Clean photo").check()
    assert (chosen, playing) == (True, False)


def test_k_is_common_to_all_pages(opened):
    """What was stepped to on one page is what another shows, its reading too."""
    opened.keyboard.press("Home")
    start = opened.locator(".stepper .reading").inner_text()
    for name in ("Operators", "Convolutions", "Iterations"):
        show_tab(opened, name)
        before = hashes(opened)
        opened.keyboard.press("ArrowRight")
        opened.keyboard.press("ArrowRight")
        assert hashes(opened) != before
    assert k_of(opened) == 6
    assert opened.locator(".stepper .reading").inner_text() != start


def test_colour_scales(opened):
    """One scale per k paints maps anew, and leaves photos as they are."""
    opened.keyboard.press("Home")
    before = hashes(opened, PANELS)
    opened.select_option(".stepper .scale select", "k")
    after = hashes(opened, PANELS)
    assert [a == b for a, b in zip(after, before, strict=True)] == [True, True, False, False]


def test_a_chart_is_a_stepper_too(opened):
    """A click on a chart's point goes to its k."""
    points = opened.locator(".iterations .chart").first.locator(".scatterlayer .points path")
    box = points.nth(3).bounding_box()
    opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.wait_for_selector(".hoverlayer .hovertext, .hoverlayer .legend")
    opened.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    opened.wait_for_function("() => window.interirSession.k === 3")
