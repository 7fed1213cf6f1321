"""Signing in at the page: sessions, passwords, and what another site in the same browser cannot do."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.integration.api.test_metrics import metrics

HERE = "http://127.0.0.1:8080"
SELF = {"Sec-Fetch-Site": "same-origin"}
pytestmark = pytest.mark.usefixtures("carla")
PASSWORD = "correct horse battery"
NOW = time.time()
WAY = "charge-capture-8080"


@pytest.fixture
def browser(api):
    """Open the page in a new browser, at an address."""
    app = api.client.app

    def opened(address="10.1.2.3", url=HERE):
        return TestClient(app, base_url=url, client=(address, 1), headers=SELF, raise_server_exceptions=False)

    return opened


@pytest.fixture
def carla(api):
    """Somebody with a password."""
    with api.service.database.transaction() as store:
        store.users.add("carla", frozenset({"coder"}), "main", by="test")
        hashed = api.service.desk.passwords.hashed("carla", PASSWORD)
        store.users.set_password("carla", hashed, by="test")


def sign_in(client, name="carla", password=PASSWORD):
    return client.post("/v1/session", json={"name": name, "password": password})


def hold(client, session):
    """Put a session into a browser."""
    client.cookies.set(WAY, session, domain="127.0.0.1", path="/")


def status(client):
    return client.get("/v1/me").status_code


def audited(api, action):
    rows = api.ask("GET", "/v1/audit?limit=200", role="auditor", facility="*").json()
    return [row for row in rows if row["action"] == action]


def ahead(api, monkeypatch, seconds):
    """The clock stands, so many seconds from the start of the test on."""
    monkeypatch.setattr(api.service.database, "_clock", lambda: NOW + seconds)


def test_a_password_opens_a_session_and_signing_out_ends_it_on_the_server(api, browser):
    client = browser()
    answer = sign_in(client)
    assert (answer.status_code, answer.json()["roles"], answer.json()["way"]) == (200, ["coder"], "password")
    for cookie in answer.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
    held = client.cookies[WAY]
    assert client.get("/v1/candidates").status_code == 200
    assert client.get("/v1/sign-in").json() == {"passwords": True, "provider": None, "signed_in": True}
    assert client.delete("/v1/session").json() == {"continue_at": None}
    assert WAY not in client.cookies
    hold(client, held)
    assert status(client) == 401
    assert client.get("/v1/sign-in").json()["signed_in"] is False
    (began,), (ended,) = audited(api, "sign-in"), audited(api, "sign-out")
    assert (began["actor"], began["detail"]) == ("carla", "password, 10.1.2.3")
    assert began["object_id"] == ended["object_id"]


def test_the_database_holds_neither_the_session_nor_the_password(api, browser):
    client = browser()
    sign_in(client)
    with api.service.database.connection() as connection:
        rows = [
            *connection.execute(text("SELECT * FROM user_session")),
            *connection.execute(text("SELECT * FROM user_account")),
        ]
    held = repr(rows)
    assert client.cookies[WAY] not in held
    assert PASSWORD not in held
    assert "argon2" not in held, "the hash is sealed"


def test_over_tls_a_cookie_is_bound_to_its_host_and_without_it_nobody_signs_in_from_afar(browser):
    answer = sign_in(browser(url="https://charges.example"))
    (session,) = [
        each for each in answer.headers.get_list("set-cookie") if each.startswith("__Host-charge-capture=")
    ]
    assert "Secure" in session
    assert "Path=/" in session
    assert "Domain" not in session
    refused = sign_in(browser(url="http://charges.example"))
    assert refused.status_code == 403
    assert "without TLS" in refused.json()["detail"]


def test_a_token_is_exchanged_for_a_session(api, browser):
    token, client = api.token("coder"), browser()
    answer = client.post("/v1/session", json={"token": token})
    assert answer.json()["way"] == "token"
    assert token not in repr(list(client.cookies.jar))
    assert client.get("/v1/me").json()["name"] == "coder of main"
    assert client.post("/v1/session", json={"token": "cc_wrong"}).status_code == 401


def test_a_session_that_was_slipped_into_the_browser_is_worth_nothing(api, browser):
    attacker, victim = browser(), browser()
    attacker.post("/v1/session", json={"token": api.token("auditor")})
    hold(victim, attacker.cookies[WAY])
    sign_in(victim)
    assert victim.cookies[WAY] != attacker.cookies[WAY]
    assert status(attacker) == 401, "what the browser held before is over"
    assert victim.get("/v1/me").json()["name"] == "carla"
    hold(victim, "chosen by somebody else")
    assert status(victim) == 401


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": HERE},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "", "Origin": "http://evil.example"},
    {"Origin": "http://evil.example"},
    {"Origin": "http://127.0.0.1:9090"},
    {"Origin": "null"},
]


def test_no_other_site_changes_anything_with_the_cookie(browser):
    client = browser()
    sign_in(client)
    for name in SELF:
        del client.headers[name]
    for said in FOREIGN:
        form = {"Content-Type": "text/plain", **said}
        for method, path in (
            ("PUT", "/v1/me/settings"),
            ("DELETE", "/v1/session"),
            ("POST", "/v1/session/activity"),
            ("POST", "/fhir"),
        ):
            answer = client.request(method, path, content=b"{}", headers=form)
            assert answer.status_code == 403, (said, method, path)
        body = {"name": "carla", "password": PASSWORD}
        assert client.post("/v1/session", json=body, headers=said).status_code == 403, said
    assert status(client) == 200


def test_without_a_word_of_its_origin_a_change_by_cookie_is_refused_and_one_by_token_is_not(api, browser):
    client = browser()
    sign_in(client)
    for name in SELF:
        del client.headers[name]
    assert client.put("/v1/me/settings", json={"settings": {}}).status_code == 403
    assert client.put("/v1/me/settings", json={"settings": {}}, headers={"Origin": HERE}).status_code == 200
    assert api.ask("PUT", "/v1/me/settings", json={"settings": {}}).status_code == 200


def test_only_a_sign_of_life_keeps_a_session_and_nothing_does_for_ever(api, browser, monkeypatch):
    ahead(api, monkeypatch, 0)
    client = browser()
    sign_in(client)
    ahead(api, monkeypatch, 890)
    assert client.get("/v1/candidates").status_code == 200
    assert client.put("/v1/me/settings", json={"settings": {}}).status_code == 200
    assert client.get("/v1/session").status_code == 200
    ahead(api, monkeypatch, 901)
    assert status(client) == 401, "none of these was a person"
    sign_in(client)
    for minutes in range(14, 740, 14):
        ahead(api, monkeypatch, minutes * 60)
        kept = client.post("/v1/session/activity")
        if kept.status_code != 200:
            break
    assert 720 <= minutes <= 735, "twelve hours"


def test_the_stream_ends_with_the_session(api, browser):
    client = browser()
    sign_in(client)
    with client.stream("GET", "/v1/events-stream") as stream:
        told = stream.iter_bytes()
        assert next(told).startswith(b"retry")
        with api.service.database.transaction() as store:
            store.users.revoke("carla", by="test")
        list(told)
    assert status(client) == 401


def test_revoking_and_a_new_password_end_every_session_and_another_role_holds_at_once(api, browser):
    one, two = browser(), browser()
    sign_in(one)
    sign_in(two)
    with api.service.database.transaction() as store:
        store.users.set_roles("carla", frozenset({"monitor"}), "main", by="test")
    assert one.get("/v1/candidates").status_code == 403
    with api.service.database.transaction() as store:
        other = api.service.desk.passwords.hashed("carla", "another battery staple")
        store.users.set_password("carla", other, by="test")
    assert (status(one), status(two)) == (401, 401)
    assert sign_in(one).status_code == 401
    assert sign_in(one, password="another battery staple").status_code == 200
    with api.service.database.transaction() as store:
        store.users.revoke("carla", by="test")
    assert status(one) == 401
    assert sign_in(two, password="another battery staple").status_code == 401


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer_and_neither_is_kept(api, browser):
    unknown, wrong = sign_in(browser(), name="hunter2 typed here"), sign_in(browser(), password="wrong")
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json() == wrong.json()
    refusals = audited(api, "sign-in.refused")
    assert [row["detail"] for row in refusals] == ["password, wrong, 10.1.2.3"] * 2
    assert {row["actor"] for row in refusals} == {"nobody"}
    assert "carla" in {row["object_id"] for row in refusals}
    assert "hunter2" not in repr(api.ask("GET", "/v1/audit", role="auditor", facility="*").json())


def test_guessing_is_slowed_down_and_a_colleague_at_her_own_browser_is_not(api, browser, monkeypatch):
    ahead(api, monkeypatch, 0)
    hers = browser("10.9.9.9")
    sign_in(hers)
    hers.delete("/v1/session")
    tried = [sign_in(browser(f"10.0.0.{n}"), password="guess") for n in range(12)]
    assert [each.status_code for each in tried][:5] == [401] * 5
    assert {each.status_code for each in tried[5:]} == {429}
    assert tried[-1].headers["Retry-After"] == "1"
    assert sign_in(browser("10.0.0.99")).status_code == 429, "even what is right, from elsewhere"
    assert sign_in(hers).status_code == 200
    ahead(api, monkeypatch, 61)
    assert sign_in(browser("10.0.0.99")).status_code == 200, "nobody is kept out for longer than a minute"


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(api, browser, monkeypatch):
    ahead(api, monkeypatch, 0)
    clients = [browser(f"10.0.1.{n}") for n in range(12)]
    with ThreadPoolExecutor(12) as pool:
        tried = list(pool.map(lambda client: sign_in(client, password="guess").status_code, clients))
    assert sorted(tried) == [401] * 5 + [429] * 7


def test_one_address_that_tries_many_names_is_slowed_down_and_its_own_account_is_no_way_out(
    api, browser, monkeypatch
):
    ahead(api, monkeypatch, 0)
    attacker = browser("10.6.6.6")
    codes = []
    for n in range(32):
        codes.append(sign_in(attacker, name=f"user {n}", password="guess").status_code)
        if n % 10 == 5:
            attacker.post("/v1/session", json={"token": api.token("coder")})
    assert codes[-1] == 429
    assert sign_in(browser("10.7.7.7")).status_code == 200


def test_what_was_tried_is_measured_without_names(api, browser):
    sign_in(browser())
    sign_in(browser(), password="wrong")
    measured = metrics(api)
    assert measured["sign_ins_total", "signed-in", "password"] == 1
    assert measured["sign_ins_total", "refused", "password"] == 1
    assert measured["sessions",] == 1


NO_SIGN_INS = [
    {},
    {"name": "a"},
    {"name": "a", "password": "b", "token": "c"},
    {"name": "a\x00", "password": "b"},
    {"name": "a", "password": "x" * 257},
    {"token": "cc", "extra": 1},
]


def test_what_is_no_sign_in_is_told_so_without_quoting_it(browser):
    for body in NO_SIGN_INS:
        answer = browser().post("/v1/session", json=body)
        assert answer.status_code == 422, body
        assert "xxx" not in answer.text


def test_a_token_belongs_to_no_session(api):
    assert api.ask("GET", "/v1/session").status_code == 404
    assert api.ask("DELETE", "/v1/session").status_code == 404
