"""From `python app/main.py` to a page that can be used."""

import time

from tests.app.pages import open_page
from tests.app.server import serving

LIMIT = 60
"""Seconds until the sample is on screen; about ten on two idle cores."""


def cold_start(folder, page):
    """Seconds until the server answers, and until the sample is on screen."""
    begun = time.perf_counter()
    with serving(folder) as server:
        answered = time.perf_counter() - begun
        open_page(page, server)
        return answered, time.perf_counter() - begun


def test_cold_start(benchmark, page, tmp_path):
    """Both times, from the start of the process."""
    answered, shown = benchmark.pedantic(cold_start, (tmp_path, page), rounds=1)
    benchmark.extra_info.update(answered=answered, shown=shown)
    print(f"\nthe page answers after {answered:.1f} s, the sample is shown after {shown:.1f} s")
    assert answered < shown < LIMIT
