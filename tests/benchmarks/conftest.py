"""The server, the browser and the pages of the dashboard's tests; and all cores, as by default."""

import os

import pytest
import torch

from tests.app import conftest as app

server, browser, visits, watched, page = app.server, app.browser, app.visits, app.watched, app.page


@pytest.fixture
def all_cores():
    """As many threads as torch takes by itself; the other tests are content with two."""
    before = torch.get_num_threads()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    yield
    torch.set_num_threads(before)
