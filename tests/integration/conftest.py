"""What all tests with real parts share."""

import pytest

from service.wiring import given_mappings
from tests.shipped import load_once


@pytest.fixture(scope="session", autouse=True)
def _mappings_are_loaded_once():
    """To load them takes longer than most of what is tested with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(given_mappings, "load", load_once)
        yield
