"""Driving the dashboard: open it, wait for a run, step, and read pixels."""

import re
from urllib.parse import urlsplit

import interir

LAST = interir.load("interir-small").depth
"""The last k of the sample that is on screen when the page opens."""

INSIDE = re.compile(r"^(data:|blob:|about:)")


class Watched:
    """A page that takes down console errors, page errors and requests to other machines.

    A test that provokes one says so: ``watched.expect(r"pattern")``.
    """

    def __init__(self, page):
        self.page, self.complaints, self._expected = page, [], []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("request", self._request)

    def expect(self, pattern):
        """Let complaints pass that the pattern is found in."""
        self._expected.append(re.compile(pattern))

    def assert_quiet(self):
        """Fail when there was a complaint that no test expected."""
        unexpected = [c for c in self.complaints if not any(e.search(c) for e in self._expected)]
        assert not unexpected, "\n".join(unexpected)

    def _console(self, message):
        if message.type == "error":
            self.complaints.append(f"console: {message.text} {message.location.get('url', '')}")

    def _request(self, request):
        if not INSIDE.match(request.url) and urlsplit(request.url).hostname != "127.0.0.1":
            self.complaints.append(f"outside request: {request.url}")


READY = "() => window.interirSession?.main && document.querySelectorAll('.iterations canvas').length >= 4"


def open_page(page, server, query=""):
    """Open the dashboard and wait until its sample is on screen."""
    page.goto(f"{server.url}/{query}")
    page.wait_for_function(READY)
    settle(page)
    return page


SETTLED = """() => {
  const seen = (e) => e.offsetParent !== null;
  const loading = [...document.querySelectorAll('.message, .empty, .metric')]
    .some((e) => seen(e) && /Loading|computing/.test(e.textContent));
  const charts = [...document.querySelectorAll('.chart .plot')].filter(seen);
  const drawable = window.interirSession.main?.info.operators;  // else there is no spectrum to draw
  return !loading && (!drawable || charts.every((e) => e.querySelector('.main-svg')));
}"""


def settle(page):
    """Wait until no visible panel is loading and every visible chart is there."""
    page.wait_for_function(SETTLED)


def show_tab(page, name):
    """Go to a page of the dashboard and wait until it is drawn."""
    page.get_by_role("tab", name=name).click()
    page.wait_for_function("(n) => document.querySelector(`.page.${n}`)?.offsetParent", arg=name.lower())
    settle(page)


def reset(page):
    """Back to the first page and the last k, nothing focused, as when the dashboard was opened."""
    show_tab(page, "Iterations")
    if page.locator("[data-go=play][aria-label=Pause]").count():
        page.click("[data-go=play]")
    page.select_option(".stepper .scale select", "")
    page.evaluate(
        "() => { document.activeElement?.blur(); window.interirSession.go(window.interirSession.depth); }"
    )
    page.mouse.move(0, 0)
    settle(page)


def session(page, expression):
    """Evaluate JavaScript about the session, ``s``."""
    return page.evaluate(f"() => {{ const s = window.interirSession; return {expression}; }}")


def k_of(page):
    """The iteration on screen."""
    return session(page, "s.k")


PIXELS = """(selector) => [...document.querySelectorAll(selector)].filter((c) => c.offsetParent).map((c) => {
  const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height);
  let hash = 0, inked = 0;
  for (let i = 0; i < data.length; i += 4) {
    hash = (Math.imul(hash, 31) + data[i] + 256 * data[i + 1] + 65536 * data[i + 2]) | 0;
    inked += data[i + 3] > 0;
  }
  return { hash, inked, hidden: getComputedStyle(c).visibility === 'hidden' };
})"""


def canvases(page, selector="canvas"):
    """A digest of the pixels of every visible canvas, and how many of them are painted."""
    return page.evaluate(PIXELS, selector)


def hashes(page, selector="canvas"):
    """The pixels' digests alone."""
    return [canvas["hash"] for canvas in canvases(page, selector)]


def status(page):
    """What the line under Run says."""
    return page.locator("#status").inner_text()


def press_run(page):
    """Press Run and wait until another run is on screen and Run can be pressed again."""
    before = session(page, "s.main.info.id")
    page.click("#run")
    page.wait_for_function("(id) => window.interirSession.main.info.id !== id", arg=before)
    page.wait_for_selector("#run:not([disabled])")
    settle(page)


def choose(page, field, option):
    """Choose an option of a drop-down of the form."""
    page.click(f"#{field} input")
    page.get_by_role("option", name=option, exact=True).click()


def upload(page, path):
    """Choose a photo of one's own, and wait until the page has it."""
    clear = page.locator("#photo").get_by_role("button", name="Remove Image")
    if clear.count():
        clear.click()
    page.set_input_files("#photo input[type=file]", str(path))
    page.wait_for_selector(f'#photo img[src*="{path.name}"]', state="attached")


STEP = """(count) => {
  const s = window.interirSession, times = [];
  const canvases = [...document.querySelectorAll('canvas')].filter((c) => c.offsetParent);
  const read = (c) => c.getContext('2d').getImageData(c.width >> 1, c.height >> 1, 1, 1);
  const drawn = () => canvases.forEach(read);
  for (let k = 0; k <= s.depth; k++) { s.go(k); drawn(); }
  for (let i = 0; i < count; i++) {
    const key = Math.floor(i / s.depth) % 2 ? 'ArrowRight' : 'ArrowLeft';
    const before = s.k, begun = performance.now();
    document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    drawn();
    times.push(performance.now() - begun);
    if (s.k === before) throw new Error(`${key} did not step from ${before}`);
  }
  return [times, canvases.length];
}"""


def step_times(page, count):
    """Milliseconds from a key to all visible panels redrawn, and how many these are.

    Reading a pixel back waits until the canvas is really painted. All k are visited once before.
    """
    page.evaluate("() => window.interirSession.go(window.interirSession.depth)")
    return page.evaluate(STEP, count)
