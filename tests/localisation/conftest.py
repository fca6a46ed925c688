"""Fixtures that the tests of localisation share."""

import numpy as np
import pytest
from PIL import Image as PILImage

from analysis.localisation.truth import source


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Six grey photos, on which all that can be seen is the degradation."""
    folder = tmp_path_factory.mktemp("grey")
    for i in range(6):
        PILImage.fromarray(np.full((48, 56, 3), 70 + i, np.uint8)).save(folder / f"{i}.png")
    return folder


@pytest.fixture(scope="session")
def photos(folder):
    """The middle squares of all six."""
    return source(folder, None, 48)
