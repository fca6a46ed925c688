"""Fixtures: one server, one browser, a page per test, and tiny runs that need neither."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

import interir
from app.runs import Loaded, Subject, finish
from tests.app.pages import Watched, open_page, reset
from tests.app.server import serving
from tests.helpers import photo, randomise

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 90_000
"""Milliseconds that a page may take on a busy machine."""

SIZE = {"width": 1440, "height": 900}

TINY = {
    "interir": ("interir-small", {"width": 8, "blocks": 2, "down": 4}),
    "deepsn": ("deepsn-small", {"depth": 3, "operators": True}),
    "deepsn-small": ("deepsn-small", {"depth": 3}),
}


def tiny_network(key, name=None):
    """A small network with random parameters, as the dashboard holds it."""
    kind, overrides = TINY[key]
    model = randomise(interir.create(kind, **overrides), seed=5).eval().requires_grad_(False)
    return Loaded(name or f"tiny-{key}", model, "0" * 12, {})


@pytest.fixture(scope="session")
def tiny_subject():
    """A degraded photo of 37 x 50 px whose clean one is known."""
    clean = photo(37, 50, dtype=torch.float32)
    noisy = (clean + 0.2 * (photo(37, 50, seed=8, dtype=torch.float32) - 0.5)).clamp(0, 1)
    return Subject(noisy, clean, "noise", "", {"haze": 0, "rain": 0, "noise": 20, "seed": 7})


@pytest.fixture(scope="session")
def tiny_networks():
    """The tiny networks by key."""
    return {key: tiny_network(key) for key in TINY}


@pytest.fixture(scope="session")
def tiny_runs(tiny_networks, tiny_subject):
    """A run of each tiny network on the same photo, by key; tests must leave them as they are."""
    return {key: finish(network, tiny_subject, "cpu") for key, network in tiny_networks.items()}


@pytest.fixture(params=TINY)
def tiny_run(request, tiny_runs):
    """A run of each tiny network in turn."""
    return tiny_runs[request.param]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The dashboard with the shipped weights, in a process of its own."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def tiny_server(tmp_path_factory):
    """The dashboard with tiny networks of one's own first: figures of them are drawn in no time."""
    from tests.app.studio import save_networks  # which needs this module

    folder = tmp_path_factory.mktemp("tiny")
    with serving(folder, "--weights", *map(str, save_networks(folder))) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; without one, tests skip, but not in continuous integration."""
    path = shutil.which("chromium") or "/usr/bin/chromium"
    if not (Path(path).exists() and find_spec("playwright")):
        absent = "Playwright and chromium are needed to drive the dashboard"
        pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def visits(browser):
    """Open new visits: each call gives a watched page in a context of its own."""
    opened = []

    def visit(**options):
        context = browser.new_context(**{"viewport": SIZE, **options})
        context.set_default_timeout(PATIENCE)
        opened.append(Watched(context.new_page()))
        return opened[-1]

    yield visit
    try:
        for watched in opened:
            watched.assert_quiet()
    finally:
        for watched in opened:
            watched.page.context.close()


@pytest.fixture
def watched(visits):
    """One visit, with what its browser complained about; teardown asserts that it did not."""
    return visits()


@pytest.fixture
def page(watched):
    """The page of one visit; complaints of its browser fail the test at teardown."""
    return watched.page


@pytest.fixture(scope="module")
def _shared(browser, server):
    """One visit for all tests of a file that only look at the sample."""
    context = browser.new_context(viewport=SIZE)
    context.set_default_timeout(PATIENCE)
    watched = Watched(context.new_page())
    open_page(watched.page, server)
    yield watched
    context.close()


@pytest.fixture
def shared(_shared):
    """The file's page, put back to how it was opened; complaints of its browser fail the test."""
    _shared.complaints.clear()
    reset(_shared.page)
    yield _shared.page
    _shared.assert_quiet()
