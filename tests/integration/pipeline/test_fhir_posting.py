"""The same charge as a FHIR ChargeItem, against a server that knows conditional create."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from service.domain.answers import Patience
from service.domain.charge import PostingState
from service.fhir import ChargeItemClient
from service.pipeline import decide
from service.pipeline.decide import Reviewer
from service.pipeline.post import post
from service.posting.fhir_charge_item import FhirChargeItem
from tests.integration.pipeline.billing import approve_lines, states_of
from tests.integration.pipeline.conftest import a_line


class _Server(ThreadingHTTPServer):
    """Keeps ChargeItems by their identifier; may lose its answer."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.items = {}
        self.posts = 0
        self.hang_up_after_storing = False
        self.several = 0  # identifiers, of those to come, of which it holds several ChargeItems
        self.searches = 0


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.posts += 1
        item = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        condition = self.headers["If-None-Exist"]
        if self.server.several:
            self.server.several -= 1
            self._answer(412, {"resourceType": "OperationOutcome"})
            return
        known = self.server.items.get(condition)
        self.server.items.setdefault(condition, {**item, "id": "1"})
        if self.server.hang_up_after_storing:
            self.server.hang_up_after_storing = False
            self.connection.close()
            return
        self._answer(200 if known else 201, self.server.items[condition])

    def do_GET(self):
        self.server.searches += 1
        if self.server.searches == 1:  # the search right after the lost answer
            self._answer(503, {"resourceType": "OperationOutcome"})
            return
        entries = [{"resource": item} for item in self.server.items.values()]
        self._answer(200, {"resourceType": "Bundle", "type": "searchset", "entry": entries})

    def _answer(self, status, resource):
        body = json.dumps(resource).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    """A FHIR server of billing."""
    with _Server() as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture
def billing(server):
    """The way to it."""
    url = f"http://127.0.0.1:{server.server_port}"
    client = ChargeItemClient(url, token="secret", timeout=5, allowed_hosts=frozenset({"127.0.0.1"}))
    yield FhirChargeItem(client, patience=Patience(open_after=2))
    client.close()


@pytest.fixture
def charge(database, put, coder):
    """An approved charge."""
    (line,) = put(a_line(modifiers=("59",)))
    with database.transaction() as store:
        decide.approve(store, Reviewer(coder, line.id, 1), "billing")
        (charge,) = store.charges.of_candidate(line.id)
    return charge


def state_of(database, charge):
    with database.transaction() as store:
        (posting,) = store.postings.of_charge(charge.key)
    return posting.state


def test_a_charge_is_created_on_condition_that_it_is_not_there(database, charge, server, billing):
    assert post(database, {"billing": billing}, lease=60) == 1
    ((condition, item),) = server.items.items()
    assert condition == f"identifier=urn:charge-capture:charge|{charge.key}"
    assert (item["resourceType"], item["status"]) == ("ChargeItem", "billable")
    assert item["code"]["coding"][0]["code"] == "62327"
    assert state_of(database, charge) is PostingState.POSTED


def test_an_answer_that_is_lost_leads_to_one_charge(database, charge, server, billing, clock):
    server.hang_up_after_storing = True
    post(database, {"billing": billing}, lease=60)
    assert state_of(database, charge) is PostingState.PENDING
    clock.now += 600
    post(database, {"billing": billing}, lease=60)
    assert (server.posts, len(server.items)) == (1, 1), "it was looked for first, and found"
    assert state_of(database, charge) is PostingState.POSTED


def test_charges_that_are_there_several_times_hold_up_no_other(database, put, coder, server, billing):
    server.several = 2
    keys = approve_lines(database, put, coder, *({"account_number": f"A{n}"} for n in range(3)))
    while post(database, {"billing": billing}, lease=60):
        pass
    assert states_of(database, keys) == [PostingState.UNKNOWN, PostingState.UNKNOWN, PostingState.POSTED]
