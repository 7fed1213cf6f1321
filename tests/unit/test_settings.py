"""Settings: what is wrong is said in one sentence, before anything starts."""

import pytest

from service.domain.errors import SetupError
from service.settings import host_and_port
from service.wiring.given_settings import read_settings


@pytest.mark.parametrize(
    ("text", "parts"), [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:2575", ("::1", 2575)), ("h:0", ("h", 0))]
)
def test_host_and_port(text, parts):
    assert host_and_port(text) == parts


@pytest.mark.parametrize("text", ["", "host", "host:", ":80", "host:x", "host:65536"])
def test_what_is_no_host_and_port(text):
    with pytest.raises(ValueError, match="is not HOST:PORT"):
        host_and_port(text)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"billing": "h:1", "billing_fhir": "http://h"}, "posted twice"),
        ({"lease": "soon"}, "lease"),
        ({"oidc": "oidc.yaml", "http": "0.0.0.0:8080"}, "oidc needs public_url"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_settings_that_are_refused(given, word):
    with pytest.raises(SetupError, match=word):
        read_settings(**given)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LEASE", "-1", "CHARGE_CAPTURE_LEASE: .*greater than 0"),
        ("LEASE", "nan", "CHARGE_CAPTURE_LEASE: .*finite"),
        ("SWEEP_SECONDS", "0", "CHARGE_CAPTURE_SWEEP_SECONDS: .*greater than 0"),
        ("FRAME_LIMIT", "-5", "CHARGE_CAPTURE_FRAME_LIMIT: .*1024"),
        ("TIMEZONE", "Mars/Olympus", "CHARGE_CAPTURE_TIMEZONE: .*no IANA time zone"),
        ("FACILITY", "*", "CHARGE_CAPTURE_FACILITY"),
        ("SITE", "lumbar", "CHARGE_CAPTURE_SITE: .*JSON"),
        ("HTTP", "127.0.0.1:99999", "CHARGE_CAPTURE_HTTP: .*HOST:PORT"),
        ("BILLING", "nonsense", "CHARGE_CAPTURE_BILLING: .*HOST:PORT"),
        ("BILLING_FHIR", "ftp://billing", "CHARGE_CAPTURE_BILLING_FHIR: .*URL"),
        ("BROKER_URL", "nonsense://x", "CHARGE_CAPTURE_BROKER_URL"),
        ("MLLP_SENDERS", "LAB|NORTH", "CHARGE_CAPTURE_MLLP_SENDERS: .*JSON"),
        ("MLLP_SENDERS", '{"LAB": []}', "CHARGE_CAPTURE_MLLP_SENDERS: .*MSH-3"),
        ("MLLP_SENDERS", '{"LAB|NORTH": ["lab.example"]}', "without mllp_client_ca nobody shows one"),
        ("MLLP_KEY", "server.key", "without mllp_certificate"),
        ("MLLP_CLIENT_CA", "ca.pem", "without mllp_certificate"),
        ("BILLING_CA", "ca.pem", "without billing_tls"),
        ("BILLING_SERVER_NAME", "billing.example", "without billing_tls"),
        ("PUBLIC_URL", "https://charges.example/path", "a host, and a port"),
        ("PUBLIC_URL", "http://charges.example", "public_url must be https://"),
        ("BILING", "h:1", "CHARGE_CAPTURE_BILING; nearest: CHARGE_CAPTURE_BILLING"),
    ],
)
def test_an_environment_that_is_refused(monkeypatch, name, value, said):
    monkeypatch.setenv(f"CHARGE_CAPTURE_{name}", value)
    with pytest.raises(SetupError, match=said):
        read_settings()
