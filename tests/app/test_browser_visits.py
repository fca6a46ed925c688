"""What becomes of a visit's runs when it ends."""

import time

import pytest

from tests.app.pages import open_page, press_run, session, upload
from tests.app.test_browser_runs import picture

pytestmark = pytest.mark.browser

PATIENCE = 60
"""Seconds in which the server must have noticed that a page was closed."""


def kept(page, server, run):
    """Whether the server still has a run."""
    return page.request.get(f"{server.url}/lens/runs/{run}/input.png").status == 200


def test_a_closed_page_takes_its_runs_along(visits, server, tmp_path):
    """They are dropped soon after; another visit's runs, and the sample, stay."""
    leaving, staying = (open_page(visits().page, server) for _ in range(2))
    sample = session(staying, "s.main.info.id")
    path = picture(tmp_path / "hill.png")
    for page in (leaving, staying):
        upload(page, path)
        press_run(page)
    gone, other = (session(page, "s.main.info.id") for page in (leaving, staying))
    assert kept(staying, server, gone)
    leaving.close()
    end = time.monotonic() + PATIENCE
    while kept(staying, server, gone) and time.monotonic() < end:
        staying.wait_for_timeout(500)
    assert not kept(staying, server, gone)
    assert kept(staying, server, other)
    assert kept(staying, server, sample)
