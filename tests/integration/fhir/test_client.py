"""The ChargeItem client against a real HTTP server: each answer, and what is certain after it."""

import json
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.domain.errors import (
    PostingRefused,
    PostingRepeatable,
    PostingUnavailable,
    PostingUncertain,
    SetupError,
)
from service.fhir import ChargeItemClient
from tests.played_server import send_answer

IDENTIFIER = "urn:test|7K3M9QX2B4ZD"
ITEM = {
    "resourceType": "ChargeItem",
    "identifier": [{"system": "urn:test", "value": "7K3M9QX2B4ZD"}],
    "status": "billable",
    "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}]},
    "subject": {"reference": "Patient/testperson-1"},
    "quantity": {"value": 1},
}
OTHER_CODE = {**ITEM, "code": {"coding": [{"code": "62322"}]}}
OTHER_UNITS = {**ITEM, "quantity": {"value": 2}}
TAKEN_BACK = {**ITEM, "status": "entered-in-error"}
OTHER_KEY = {**ITEM, "identifier": [{"system": "urn:test", "value": "X"}]}


def searchset(*items):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": item} for item in items]}


@dataclass
class Billing:
    """A FHIR server that gives the answers it is told to, and remembers what it was asked."""

    create: object = None  # (status, JSON or None, headers); "silence", "hang up"
    search: object = (200, searchset(), {})
    replace: object = None
    asked: list = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def answer(self, handler, planned):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.asked.append((handler.command, handler.path, dict(handler.headers), body))
        if planned == "silence":
            self.over.wait(30)
            return
        if planned == "hang up":
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        send_answer(handler, *planned)


@contextmanager
def serving(billing, context=None):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            billing.answer(self, billing.create)

        def do_GET(self):
            billing.answer(self, billing.search)

        def do_PUT(self):
            billing.answer(self, billing.replace)

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False  # a request still in hand is waited for
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    billing.url = f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}/fhir"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield billing
    finally:
        billing.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def billing():
    with serving(Billing()) as running:
        yield running


@contextmanager
def client_of(billing, token="secret-token"):
    timeout = 1.0 if "silence" in (billing.create, billing.search, billing.replace) else 30.0
    client = ChargeItemClient(billing.url, token=token, timeout=timeout, allowed_hosts={"127.0.0.1"})
    try:
        yield client
    finally:
        client.close()


def post(billing, **options):
    with client_of(billing, **options) as client:
        return client.post(ITEM, identifier=IDENTIFIER)


def test_a_charge_item_is_created_on_condition_that_none_of_its_identifier_is_there(billing):
    billing.create = (201, ITEM, {})
    receipt = post(billing)
    assert (receipt.note, json.loads(receipt.answer)) == ("201 Created", ITEM)
    [(method, path, headers, body)] = billing.asked
    assert (method, path, json.loads(body)) == ("POST", "/fhir/ChargeItem", ITEM)
    assert headers["If-None-Exist"] == f"identifier={IDENTIFIER}"
    assert headers["Content-Type"] == headers["Accept"] == "application/fhir+json"
    assert headers["Authorization"] == "Bearer secret-token"


def test_without_a_token_no_credentials_are_sent_not_even_those_of_a_netrc(billing, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    billing.create = (201, ITEM, {})
    post(billing, token=None)
    post(billing)
    assert [headers.get("Authorization") for _, _, headers, _ in billing.asked] == [
        None,
        "Bearer secret-token",
    ]


def test_an_item_that_was_there_already_is_posted_when_it_is_the_same(billing):
    billing.create = (200, {**ITEM, "id": "77", "meta": {"versionId": "1"}}, {})
    assert post(billing).note == "200 OK: it was there already"


def test_an_answer_200_that_does_not_show_the_item_is_settled_by_a_search(billing):
    billing.create, billing.search = (200, None, {}), (200, searchset(ITEM), {})
    assert post(billing).note == "answered 200; a search found it there"
    method, path, headers, _ = billing.asked[1]
    assert (method, parse_qs(urlsplit(path).query)) == ("GET", {"identifier": [IDENTIFIER]})
    assert headers["Authorization"] == "Bearer secret-token"


@pytest.mark.parametrize(
    "item", [OTHER_CODE, OTHER_UNITS, TAKEN_BACK], ids=["another code", "other units", "taken back since"]
)
def test_an_item_of_our_identifier_that_is_not_our_charge_is_left_to_a_person(billing, item):
    billing.create, billing.search = (200, item, {}), (200, searchset(item), {})
    with pytest.raises(PostingUncertain):
        post(billing)


OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [
        {"severity": "error", "code": "business-rule", "diagnostics": "Testperson is not insured"},
        {"severity": "error", "code": "Testperson"},
    ],
}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, PostingUnavailable),
        (307, PostingUnavailable),
        (400, PostingRefused),
        (401, PostingUnavailable),
        (403, PostingUnavailable),
        (404, PostingRefused),
        (408, PostingUnavailable),
        (409, PostingRefused),
        (410, PostingRefused),
        (412, PostingUncertain),
        (422, PostingRefused),
        (429, PostingUnavailable),
        (503, PostingUnavailable),
    ],
)
def test_what_a_status_means_for_the_charge(billing, status, error):
    billing.create = (status, OUTCOME, {})
    with pytest.raises(error, match=str(status)) as raised:
        post(billing)
    assert [method for method, *_ in billing.asked] == ["POST"]  # no search: it is certain
    assert "Testperson" not in str(raised.value)


def test_a_refusal_names_the_issues_and_quotes_nothing_else(billing):
    billing.create = (422, OUTCOME, {})
    with pytest.raises(PostingRefused, match=r"answered 422: business-rule$"):
        post(billing)


UNCLEAR = [
    pytest.param((500, OUTCOME, {}), id="500"),
    pytest.param((502, None, {}), id="502"),
    pytest.param((504, None, {}), id="504"),
    pytest.param((202, None, {}), id="202"),
    pytest.param("hang up", id="the connection breaks"),
    pytest.param("silence", id="no answer in time"),
]


@pytest.mark.parametrize("answer", UNCLEAR)
def test_after_an_unclear_answer_a_search_that_finds_the_item_settles_that_it_is_posted(billing, answer):
    billing.create, billing.search = answer, (200, searchset({**ITEM, "id": "77"}), {})
    assert post(billing).note.endswith("a search found it there")


@pytest.mark.parametrize("answer", UNCLEAR)
def test_after_an_unclear_answer_a_search_that_finds_nothing_lets_it_be_tried_again(billing, answer):
    billing.create = answer
    with pytest.raises(PostingRepeatable, match="a search found nothing"):
        post(billing)


@pytest.mark.parametrize(
    "search",
    [
        pytest.param("hang up", id="broken"),
        pytest.param("silence", id="unanswered"),
        pytest.param((401, None, {}), id="not allowed"),
        pytest.param((500, OUTCOME, {}), id="failing"),
        pytest.param((200, None, {}), id="empty"),
        pytest.param((200, OUTCOME, {}), id="answered by no Bundle"),
        pytest.param((200, searchset(OTHER_KEY), {}), id="one that does not heed its parameter"),
        pytest.param((200, searchset(ITEM, ITEM), {}), id="one that finds two"),
    ],
)
def test_after_an_unclear_answer_a_search_that_settles_nothing_leaves_it_uncertain(billing, search):
    billing.create, billing.search = (500, None, {}), search
    with pytest.raises(PostingUncertain):
        post(billing)


def test_a_server_that_is_not_there_has_nothing():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, not listening: refuses
        billing = Billing(url=f"http://127.0.0.1:{closed.getsockname()[1]}/fhir")
        with pytest.raises(PostingUnavailable, match="could not be reached"):
            post(billing)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_gets_neither_the_charge_nor_the_token(billing, status):
    with serving(Billing(create=(201, ITEM, {}))) as elsewhere:
        host = elsewhere.url.replace("127.0.0.1", "localhost")
        billing.create = (status, None, {"Location": f"{host}/ChargeItem"})
        with pytest.raises(PostingUnavailable, match=str(status)):
            post(billing)
        billing.create, billing.search = (500, None, {}), (status, None, {"Location": f"{host}/ChargeItem"})
        with pytest.raises(PostingUncertain):
            post(billing)
        assert elsewhere.asked == []


def test_the_next_page_of_a_search_is_not_followed_to_another_host(billing):
    with serving(Billing()) as elsewhere:
        page = {**searchset(), "link": [{"relation": "next", "url": f"{elsewhere.url}/ChargeItem?page=2"}]}
        billing.create, billing.search = (500, None, {}), (200, page, {})
        with pytest.raises(PostingRepeatable):
            post(billing)
        assert elsewhere.asked == []


def self_signed(folder):
    """A TLS context whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(tmp_path):
    with serving(Billing(create=(201, ITEM, {})), self_signed(tmp_path)) as billing:
        with pytest.raises(PostingUnavailable, match="could not be reached"):
            post(billing)
        assert billing.asked == []


@pytest.mark.parametrize(
    ("url", "token"),
    [
        pytest.param("https://elsewhere.example/fhir", None, id="a host that is not allowed"),
        pytest.param("ftp://billing.example/fhir", None, id="another scheme"),
        pytest.param("billing.example/fhir", None, id="no scheme"),
        pytest.param("https://user:password@billing.example/fhir", None, id="credentials in it"),
        pytest.param("https://billing.example/fhir?x=1", None, id="a query"),
        pytest.param("http://billing.example/fhir", "t", id="a token in clear"),
    ],
)
def test_an_address_that_is_not_safe_is_refused_when_the_client_is_made(url, token):
    with pytest.raises(SetupError):
        ChargeItemClient(url, token=token, allowed_hosts={"billing.example"})
