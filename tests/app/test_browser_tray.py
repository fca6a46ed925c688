"""The tray in a browser: it holds what is pinned, large maps too, and says what a reload drops."""

import pytest

from tests.app.pages import open_page, show_tab

pytestmark = pytest.mark.browser

SIDE, MAPS = 512, 6

PIN = """async ([from, count, side]) => {
  const { tray } = await import(new URL('tray.js', from).href);
  const { npyText } = await import(new URL('npy.js', from).href);
  for (let i = 0; i < count; i += 1) {
    const packed = npyText(Float32Array.from({ length: side * side }, (_, j) => Math.sin(i + j)), side, side);
    const name = `map ${i}`, parameters = { name, packed, low: -1, high: 1 };
    tray.add({ run: null, kind: 'matrix', parameters, title: name });
  }
  return tray.lost;
}"""

SMALL = """async (from) => {
  const { tray } = await import(new URL('tray.js', from).href);
  tray.add({ run: null, kind: 'matrix', parameters: { name: 'table', values: [[1, 2]] }, title: 'table' });
}"""

WORDS = """async (from) => {
  const { ofRuns } = await import(new URL('export.js', from).href);
  return ofRuns();
}"""

DRAWN = """() => document.querySelector('.figures .paper img')?.complete
  && !document.querySelector('.figures').hasAttribute('aria-busy')"""


@pytest.fixture
def opened(watched, tiny_server):
    """The sample on screen."""
    return open_page(watched.page, tiny_server)


def modules(page):
    """Where the page's modules are."""
    return page.eval_on_selector("script[src$='/static/main.js']", "e => e.src")


def test_six_large_maps_become_a_board(opened):
    """All stay in the tray and are drawn; what a reload drops is said, and then it is so."""
    where = modules(opened)
    opened.evaluate(SMALL, where)
    assert opened.evaluate(PIN, [where, MAPS, SIDE]) == MAPS
    show_tab(opened, "Figures")
    opened.select_option(".figures [name=kind]", "board")
    opened.wait_for_function(DRAWN)
    assert opened.locator(".tray-list li").count() == MAPS + 1
    note = opened.locator(".tray-list .note").inner_text()
    assert note == f"{MAPS} panels are too large to outlast this page: loading it again drops them."
    assert "map 5" in opened.locator(".figures .caption").inner_text()
    opened.reload()
    opened.wait_for_function("() => window.interirSession?.main")
    assert opened.locator(".tray-count").inner_text() == "1 in the tray"


def test_captions_name_levels_seed_and_credit(opened):
    """What charts are said to be of is what the run was made of."""
    words = opened.evaluate(WORDS, modules(opened))
    assert words.startswith("InterIR (ours, weights ")
    china = "“china” (photo: danielbuechele, Flickr, CC BY 2.0, changed)"
    assert words.endswith(f"on {china} under haze 60, rain 120, noise 15 (levels of Table\u00a06, seed 7)")
