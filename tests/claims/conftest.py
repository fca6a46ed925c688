"""Fixtures that the tests of claims share."""

from tests.localisation.conftest import folder as folder
