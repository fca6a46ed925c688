"""Orders of figures as the browser posts them, and fixtures of where they are answered."""

import io
import zipfile

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import figure_routes
from app.figure_photos import Placing
from tests.app.studio import kept_degraded, make_desk, make_studio, save_networks

STRIP = {"photo": "@run", "ks": [0, 2]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder for weights."""
    return tmp_path_factory.mktemp("weights")


@pytest.fixture(scope="module")
def studio(folder):
    """A studio with two tiny networks of one's own."""
    return make_studio(make_desk(save_networks(folder)))


@pytest.fixture(scope="module")
def run(studio):
    """A run of a photo of one's own with a hard name."""
    return kept_degraded(studio.desk)


@pytest.fixture(scope="module")
def client(studio):
    """A client of the page's addresses."""
    return TestClient(Starlette(routes=[figure_routes.mount(studio)]), raise_server_exceptions=False)


def strip(run, **more):
    """An order of a strip of the run."""
    return {"run": run.id, "kind": "strip", "parameters": STRIP, "preset": "cvpr-column", **more}


def placed(studio, parameters, run):
    """Parameters as the studio fills them in."""
    return Placing(studio.run, studio.given, studio.desk.networks).placed(parameters, run.id)


def files_of(content):
    """What a ZIP holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
