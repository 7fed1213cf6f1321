"""The API in this process, on real databases; messages are read when a test says so."""

import time
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from service.api import stream
from service.api.stream import Pace
from service.jobs import QUEUES
from service.pipeline.passwords import Passwords
from service.store import open_database
from service.wiring import opening
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service
from tests.identity_provider import CONFIGURATION, PlayedProvider, new_key
from tests.integration.pipeline.conftest import a_line
from tests.played_server import played
from tests.programs import REPOSITORY
from tests.shipped import shipped_mappings


class Api:
    """A client of the API, as users of different roles."""

    def __init__(self, service):
        self.service = service
        self.client = TestClient(service.application(), raise_server_exceptions=False)
        self._tokens = {}

    def token(self, role, facility="main"):
        if (role, facility) not in self._tokens:
            with self.service.database.transaction() as store:
                name = f"{role} of {facility}"
                self._tokens[role, facility] = store.users.add(name, frozenset({role}), facility, by="test")
        return self._tokens[role, facility]

    def ask(self, method, path, *, role="coder", facility="main", **more):
        headers = {"Authorization": f"Bearer {self.token(role, facility)}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def send_hl7(self, body, facility="main"):
        headers = {"Content-Type": "application/hl7-v2+er7"}
        return self.ask("POST", "/hl7/v2", role="feed", facility=facility, content=body, headers=headers)

    def drain(self):
        for queue in QUEUES:
            self.service.drain(queue)

    def decide(self, line, step, body=None, *, role="coder", facility="main"):
        headers = {"If-Match": f'"{line["version"]}"'}
        path = f"/v1/candidates/{line['id']}/{step}"
        return self.ask("POST", path, role=role, facility=facility, json=body, headers=headers)

    @contextmanager
    def later(self, seconds):
        """A transaction so many seconds from now."""
        database = self.service.database
        ahead = open_database(
            str(database.engine.url.render_as_string(False)), database.keyring, lambda: time.time() + seconds
        )
        with ahead.transaction() as store:
            yield store
        ahead.close()

    def lines(self, **more):
        return self.ask("GET", "/v1/candidates", **more).json()["items"]


@pytest.fixture(scope="session")
def mappings():
    """The shipped mappings."""
    return shipped_mappings()


@pytest.fixture(scope="session")
def document(tmp_path_factory, mappings):
    """The OpenAPI document: it takes a second to make, and is the same on each kind of database."""
    service = open_service(read_settings(data=tmp_path_factory.mktemp("described")), mappings)
    yield TestClient(service.application()).get("/openapi.json").json()
    service.close()


@pytest.fixture
def api(deployment, mappings, monkeypatch):
    """The API on each kind of database; all facilities share it."""
    monkeypatch.setattr(stream, "PACE", Pace(look=0.02, heartbeat=0.04, end=0.1))
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(opening, "Passwords", lambda: cheap)
    service = open_service(read_settings(**deployment), mappings)
    opened = Api(service)
    with (
        opened.client
    ):  # one event loop for all requests of a test: to start one costs more than most of them
        yield opened
    service.close()


@pytest.fixture
def line(api):
    """A proposed line."""
    with api.service.database.transaction() as store:
        ids, _ = store.procedures.lock([("main", "p1")])
        store.candidates.add("main", [(ids["main", "p1"], a_line())])
    (line,) = api.lines()
    return line


@pytest.fixture
def sample():
    """Read a shipped sample by the beginning of its name."""

    def read(name):
        samples = REPOSITORY / "docs" / "samples"
        (path,) = (*samples.glob(f"hl7v2/{name}*"), *samples.glob(f"fhir/{name}*"))
        return path.read_bytes()

    return read


@pytest.fixture(scope="module")
def provider_key():
    """What the provider signs with."""
    return new_key("k1")


@pytest.fixture
def provider(provider_key):
    """A played identity provider."""
    with played(PlayedProvider(key=provider_key)) as running:
        yield running


@pytest.fixture
def clinic(tmp_path, mappings, provider):
    """The API of a site with that provider; `configuration` describes it otherwise."""
    opened = []

    def start(configuration=CONFIGURATION):
        oidc = provider.configure(tmp_path, configuration)
        opened.append(open_service(read_settings(data=tmp_path / "data", oidc=oidc), mappings))
        return Api(opened[-1])

    yield start
    for service in opened:
        service.close()
