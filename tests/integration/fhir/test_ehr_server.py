"""Asking an EHR's FHIR server over real HTTP: tokens, pages, refusals, and what is never followed."""

import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from joserfc.jwk import ECKey, RSAKey

from service.domain.ehr import Ehr, SmartClient
from service.domain.errors import FetchRefused, FetchUnavailable, SetupError
from service.fhir import EhrServer, public_key
from tests.ehr_server import PlayedEhr
from tests.played_server import played

PROCEDURE = {"resourceType": "Procedure", "id": "1", "meta": {"lastUpdated": "2026-03-02T10:00:00Z"}}


@pytest.fixture
def ehr():
    with played(PlayedEhr([PROCEDURE])) as running:
        yield running


@pytest.fixture
def server(ehr):
    opened = EhrServer(described(ehr), timeout=5, most_bytes=100_000)
    yield opened
    opened.close()


def described(ehr, **more):
    return Ehr("north", f"{ehr.url}/r4/", "main", hosts=frozenset({"127.0.0.1"}), page_size=2, **more)


def smart(tmp_path, algorithm="ES384"):
    key = ECKey.generate_key("P-384") if algorithm == "ES384" else RSAKey.generate_key(2048)
    file = tmp_path / "key.pem"
    file.write_bytes(key.as_pem(private=True))
    return SmartClient("client-1", file, "kid-1", algorithm, "system/Procedure.rs", ""), key


def search(server):
    return [
        entry["resource"]["id"]
        for page in server.search("Procedure", [("_lastUpdated", "ge2026")])
        for entry in page["entry"]
    ]


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_token_is_asked_for_with_a_signed_statement_and_kept(ehr, tmp_path, algorithm):
    client, ehr.signed_with = smart(tmp_path, algorithm)
    server = EhrServer(described(ehr, smart=client), timeout=5, most_bytes=100_000)
    assert server.read("Procedure/1")["id"] == "1"
    assert server.read("Procedure/1")["id"] == "1"
    (said,) = ehr.statements
    assert (said["iss"], said["sub"], said["scope"]) == ("client-1", "client-1", "system/Procedure.rs")
    assert said["exp"] - said["iat"] <= 300
    assert said["header"] == {"alg": algorithm, "kid": "kid-1", "typ": "JWT"}
    ehr.tokens.append("another")  # the server no longer takes the one that it gave
    assert server.read("Procedure/1")["id"] == "1"
    assert len(ehr.statements) == 2
    assert len({said["jti"] for said in ehr.statements}) == 2
    server.close()


def test_a_token_that_has_ended_is_not_used(ehr, tmp_path):
    client, ehr.signed_with = smart(tmp_path)
    ehr.token_seconds = 20  # less than the margin
    server = EhrServer(described(ehr, smart=client), timeout=5, most_bytes=100_000)
    server.read("Procedure/1")
    server.read("Procedure/1")
    assert len(ehr.tokens) == 2
    server.close()


def test_what_the_administrator_is_given_is_the_public_half(tmp_path):
    client, _key = smart(tmp_path)
    shown = public_key(client)
    assert (shown["kid"], shown["alg"], shown["use"], shown["kty"]) == ("kid-1", "ES384", "sig", "EC")
    assert "d" not in shown


def test_a_key_of_another_kind_or_no_key_is_a_fault_of_the_set_up(ehr, tmp_path):
    client, _key = smart(tmp_path)
    for wrong in (replace(client, algorithm="RS384"), replace(client, key_file=tmp_path / "none")):
        with pytest.raises(SetupError):
            EhrServer(described(ehr, smart=wrong), timeout=5, most_bytes=100_000)


def test_pages_are_followed_until_there_are_no_more(ehr, server):
    ehr.resources = [{**PROCEDURE, "id": str(n)} for n in range(5)]
    assert search(server) == ["0", "1", "2", "3", "4"]
    assert len(ehr.asked) == 3


def test_no_page_of_another_host_is_fetched_and_no_redirect_followed(ehr, server):
    seen = []

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers.get("Authorization"))
            self.send_error(500)

        def log_message(self, *_args):
            pass

    stranger = HTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=stranger.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    elsewhere = f"http://127.0.0.1:{stranger.server_port}/r4/Procedure"
    ehr.resources = [{**PROCEDURE, "id": str(n)} for n in range(5)]
    for link in (elsewhere, f"{ehr.url}/other/Procedure", "https://example.org/r4/Procedure"):
        ehr.next_link = link
        with pytest.raises(FetchRefused, match="outside itself"):
            search(server)
    ehr.instead = [(302, {}, {"Location": elsewhere})]
    with pytest.raises(FetchRefused, match="302"):
        server.read("Procedure/1")
    stranger.shutdown()
    stranger.server_close()
    thread.join()
    assert seen == []


def test_a_token_is_not_asked_for_at_a_host_that_is_not_on_the_list(ehr, tmp_path):
    client, ehr.signed_with = smart(tmp_path)
    wrong = replace(client, token_url="https://example.org/token")
    server = EhrServer(described(ehr, smart=wrong), timeout=5, most_bytes=100_000)
    with pytest.raises(FetchRefused, match="not on the list"):
        server.read("Procedure/1")
    server.close()


@pytest.mark.parametrize(
    ("status", "headers", "delay"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (503, {}, 0.0),
        (500, {"Retry-After": "nonsense"}, 0.0),
        (401, {}, 0.0),
    ],
)
def test_not_now_is_tried_again_when_the_server_says(ehr, server, status, headers, delay):
    ehr.instead = [(status, {}, headers)]
    with pytest.raises(FetchUnavailable) as caught:
        server.read("Procedure/1")
    assert caught.value.delay == delay


def test_a_date_to_wait_for_is_understood(ehr, server):
    ehr.instead = [(503, {}, {"Retry-After": "Wed, 25 Nov 2099 10:00:00 GMT"})]
    with pytest.raises(FetchUnavailable) as caught:
        server.read("Procedure/1")
    assert caught.value.delay == 3600.0


@pytest.mark.parametrize(
    "answer", [(403, {}, {}), (200, None, {}), (200, ["no resource"], {}), (200, {"a": 1}, {})]
)
def test_a_refusal_and_an_answer_that_is_not_fhir_are_for_an_operator(ehr, server, answer):
    ehr.instead = [answer]
    with pytest.raises(FetchRefused):
        server.read("Procedure/1")


def test_what_is_not_there_is_none(server):
    assert server.read("Procedure/unknown") is None


def test_an_answer_larger_than_allowed_is_not_read_to_its_end(ehr, server):
    ehr.instead = [(200, {**PROCEDURE, "note": "x" * 200_000}, {})]
    with pytest.raises(FetchRefused, match="larger"):
        server.read("Procedure/1")


def test_a_server_that_is_away_is_tried_again(ehr):
    away = EhrServer(replace(described(ehr), base_url="http://127.0.0.1:1/r4/"), timeout=5, most_bytes=1000)
    with pytest.raises(FetchUnavailable):
        away.read("Procedure/1")
