"""Running photos from the browser: uploads, comparisons, Cancel, and visits that stay apart."""

import re

import numpy as np
import pytest
from PIL import Image as PILImage

from tests.app.pages import (
    LAST,
    canvases,
    choose,
    k_of,
    open_page,
    press_run,
    session,
    settle,
    show_tab,
    status,
    upload,
)

pytestmark = pytest.mark.browser

ERROR = "#status [role=alert]"


@pytest.fixture
def opened(page, server):
    """The dashboard with its sample on screen."""
    return open_page(page, server)


def picture(path, height=48, width=67, **options):
    """A small grey photo as a file."""
    ramp = np.add.outer(np.arange(height) * 3, np.arange(width) * 2) % 256
    PILImage.fromarray(ramp.astype(np.uint8)).save(path, **options)
    return path


def titles(page):
    """Names of the runs on screen."""
    return session(page, "s.runs.map((r) => r.info.name)")


def test_a_photo_of_ones_own(opened, tmp_path):
    """A grey PNG is run, degraded as the form says, and is on screen with its size and scores."""
    upload(opened, picture(tmp_path / "hill.png"))
    press_run(opened)
    info = session(opened, "s.main.info")
    assert (info["size"], info["title"], info["clean"]) == ([48, 67], "hill", True)
    assert "67 × 48 px restored: InterIR " in status(opened)
    assert k_of(opened) == info["depth"] == LAST
    for name in ("Iterations", "Operators", "Convolutions"):
        show_tab(opened, name)
        assert all(canvas["inked"] and not canvas["hidden"] for canvas in canvases(opened))


def test_k_is_kept_over_runs_of_a_photo(opened, tmp_path):
    """Who looks at iteration 4 does so in the next run; another photo is first seen restored."""
    opened.evaluate("() => window.interirSession.go(4)")
    press_run(opened)
    assert k_of(opened) == 4
    upload(opened, picture(tmp_path / "hill.png"))
    press_run(opened)
    assert k_of(opened) == session(opened, "s.depth")


def test_a_file_that_is_no_photo(watched, server, tmp_path):
    """A sentence by the button; what was on screen stays, and Run can be pressed again."""
    page = open_page(watched.page, server)
    before = session(page, "s.main.info.id"), canvases(page)
    path = tmp_path / "words.png"
    path.write_text("These are words, not a photo.\n" * 20)
    upload(page, path)
    page.click("#run")
    page.wait_for_selector(ERROR)
    assert re.search(r"words\.png is not an image file that can be read\.$", status(page))
    page.wait_for_selector("#run:not([disabled])")
    assert (session(page, "s.main.info.id"), canvases(page)) == before


def test_no_photo_at_all(opened):
    """With the photo removed, Run says what to do."""
    opened.locator("#photo").get_by_role("button", name="Remove Image").click()
    opened.wait_for_selector("#photo img", state="detached")
    opened.click("#run")
    opened.wait_for_selector(ERROR)
    assert status(opened).startswith("Choose a photo first")
    opened.wait_for_selector("#run:not([disabled])")


def test_a_degraded_photo_has_no_truth(opened, tmp_path):
    """Sliders go, nothing is scored, and the error map says why it is not there."""
    upload(opened, picture(tmp_path / "rain.png"))
    opened.get_by_label("Degraded photo").check()
    opened.wait_for_selector("#haze", state="hidden")
    press_run(opened)
    assert session(opened, "s.main.info.psnr === undefined && !s.main.info.clean")
    assert "dB" not in opened.locator(".stepper .reading").inner_text()
    assert "No clean photo is known" in opened.locator(".iterations").inner_text()
    opened.keyboard.press("ArrowLeft")
    assert k_of(opened) == LAST - 1


@pytest.mark.parametrize("size", [(1, 1), (7, 63), (9, 40)], ids=str)
def test_tiny_photos(opened, tmp_path, size):
    """Photos too small for SSIM are shown all the same, on every page and at every k."""
    upload(opened, picture(tmp_path / "tiny.png", *size))
    press_run(opened)
    assert session(opened, "s.main.info.size") == list(size)
    for name in ("Iterations", "Operators", "Convolutions"):
        show_tab(opened, name)
        opened.keyboard.press("ArrowLeft")
    assert k_of(opened) == LAST - 3


def test_a_photo_without_degradation(opened, tmp_path):
    """At levels 0 the input is the clean photo: no gain in dB over an infinite score is claimed."""
    upload(opened, picture(tmp_path / "hill.png"))
    for name in ("haze", "rain", "noise"):
        field = opened.locator(f"#{name} input[type=number]")
        field.fill("0")
        field.press("Tab")
    press_run(opened)
    reading = opened.locator(".stepper .reading").inner_text()
    assert re.search(r"\d dB", reading)
    assert not re.search(r"\(\+", reading)


def test_comparing_two_networks(opened, tmp_path):
    """Both are on screen under their names, on one colour scale, and step together."""
    upload(opened, picture(tmp_path / "hill.png"))
    choose(opened, "compare", "deepsn-small")
    press_run(opened)
    assert titles(opened) == ["interir-small", "deepsn-small"]
    text = opened.locator("#stage").inner_text()
    assert "InterIR" in text
    assert "DeepSN-Net" in text
    assert len(canvases(opened, ".iterations canvas")) == 8
    scales = opened.locator(".iterations .scale .high").all_inner_texts()
    changes = [text for text in scales if text]
    assert changes[0] == changes[2]
    opened.keyboard.press("Home")
    assert k_of(opened) == 0


def test_a_network_without_explainable_convolutions(opened, tmp_path):
    """DeepSN-Net has none, and no operators: the pages say so in words."""
    upload(opened, picture(tmp_path / "hill.png"))
    show_tab(opened, "Convolutions")
    choose(opened, "network", "deepsn-small")
    press_run(opened)
    assert "DeepSN-Net has no explainable convolutions" in opened.locator(".convolutions").inner_text()
    show_tab(opened, "Operators")
    assert "This network has no operators" in opened.locator(".operators").inner_text()
    blank = opened.locator(".operators .chart:visible").filter(has_not=opened.locator(".main-svg"))
    assert [text for text in blank.all_inner_texts() if "no operators" not in text] == []
    opened.keyboard.press("ArrowLeft")
    assert k_of(opened) == session(opened, "s.depth") - 1


def test_comparing_with_an_earlier_run(opened, tmp_path):
    """The list has the visit's runs; one of them is shown beside a new one, not run again."""
    upload(opened, picture(tmp_path / "hill.png"))
    press_run(opened)
    first = session(opened, "s.main.info.id")
    opened.click("#compare input")
    opened.get_by_role("option", name=re.compile("Earlier: InterIR.*hill")).click()
    press_run(opened)
    ids = session(opened, "s.runs.map((r) => r.info.id)")
    assert len(ids) == 2
    assert ids[1] == first


def test_examples_can_be_run(opened):
    """A click on an example makes it the photo."""
    opened.locator("#examples button.gallery-item").nth(2).click()
    opened.wait_for_selector('#photo img[src*="flower"]')
    press_run(opened)
    assert session(opened, "s.main.info.title") in ("flower", "Dahlia")


def test_cancel(opened):
    """Between two iterations a run can be stopped: the screen stays, and the next run works."""
    before = session(opened, "s.main.info.id")
    choose(opened, "compare", "deepsn-small")
    opened.click("#run")
    opened.wait_for_selector("#cancel:not([disabled])")
    assert opened.locator("#run").is_disabled()
    opened.click("#cancel")
    opened.wait_for_selector("#run:not([disabled])")
    opened.wait_for_selector("#cancel[disabled]")
    assert "Cancelled" in status(opened)
    assert session(opened, "s.main.info.id") == before
    choose(opened, "compare", "None")
    press_run(opened)


def test_stepping_while_a_run_comes_in(opened, tmp_path):
    """Keys pressed just as a new run replaces the masks on screen do no harm."""
    upload(opened, picture(tmp_path / "hill.png"))
    show_tab(opened, "Convolutions")
    opened.evaluate("""() => {
      const s = window.interirSession, step = () => s.go(s.k === 0 ? s.depth : s.k - 1);
      s.addEventListener('runs', () => [0, 0, 1, 5, 20, 60].forEach((ms) => setTimeout(step, ms)));
    }""")
    press_run(opened)
    settle(opened)
    assert all(canvas["inked"] for canvas in canvases(opened))


def test_visits_do_not_share_runs(visits, server, tmp_path):
    """Two visits make different runs, neither is offered the other's, and a closed one's are dropped."""
    pages = [open_page(visits().page, server) for _ in range(2)]
    path = picture(tmp_path / "hill.png")
    for page in pages:
        upload(page, path)
        press_run(page)
    ann, ben = (session(page, "s.main.info.id") for page in pages)
    assert ann != ben
    for page, own, other in ((pages[0], ann, ben), (pages[1], ben, ann)):
        page.click("#compare input")
        offered = [
            t for t in page.get_by_role("option").all_inner_texts() if t.startswith("✓") or "Earlier" in t
        ]
        earlier = [text for text in offered if "Earlier" in text]
        assert len(earlier) == 1
        assert f"#{own[:4]}" in earlier[0]
        assert f"#{other[:4]}" not in earlier[0]
        page.keyboard.press("Escape")
