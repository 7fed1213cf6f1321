"""Settings: what is wrong is said in one sentence, before anything starts."""

import pytest

from service.domain.errors import SetupError
from service.settings import host_and_port
from service.wiring import read_settings


@pytest.mark.parametrize(
    ("text", "parts"), [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:2575", ("::1", 2575)), ("h:0", ("h", 0))]
)
def test_host_and_port(text, parts):
    assert host_and_port(text) == parts


@pytest.mark.parametrize("text", ["", "host", "host:", ":80", "host:x"])
def test_what_is_no_host_and_port(text):
    with pytest.raises(ValueError, match="is not HOST:PORT"):
        host_and_port(text)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"billing": "h:1", "billing_fhir": "http://h"}, "posted twice"),
        ({"lease": "soon"}, "lease"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_settings_that_are_refused(given, word):
    with pytest.raises(SetupError, match=word):
        read_settings(**given)
