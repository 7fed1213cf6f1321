"""Signing in at an identity provider, over real HTTP; and what an attacker makes of it."""

import base64
import hmac
import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from starlette.testclient import TestClient

from tests.identity_provider import CONFIGURATION, new_key
from tests.integration.api.test_sign_in import HERE, SELF, WAY, audited

ADDED_HERE = CONFIGURATION.partition("roles:")[0] + "facility: {{value: main}}\n"
MFA = CONFIGURATION + "require: {{amr: [mfa]}}\n"
BY_CLAIM = CONFIGURATION.partition("facility:")[0] + "facility: {{claim: site, map: {{N1: north}}}}\n"


def a_browser(api):
    """Redirects are followed by hand."""
    return TestClient(
        api.client.app,
        base_url=HERE,
        headers=SELF,
        follow_redirects=False,
        client=("10.1.2.3", 1),
        raise_server_exceptions=False,
    )


def go(browser, view=""):
    """To the provider; gives the address that it sends the browser back to."""
    sent = browser.get("/sign-in/oidc", params={"view": view} if view else {})
    assert sent.status_code == 303, sent.text
    return httpx2.get(sent.headers["Location"]).headers["Location"]


def come_back(browser, address):
    """Where the page sends the browser then."""
    answer = browser.get(address)
    assert answer.status_code == 303
    return answer.headers["Location"]


def sign_in(browser):
    return come_back(browser, go(browser))


def me(browser):
    answer = browser.get("/v1/me")
    return answer.json() if answer.status_code == 200 else None


def test_who_is_signed_in_there_is_signed_in_here_and_no_token_reaches_the_browser(clinic, capsys):
    api = clinic()
    browser = a_browser(api)
    assert browser.get("/v1/sign-in").json()["provider"] == "Clinic"
    begun = browser.get("/sign-in/oidc?view=dashboard")
    (pending,) = begun.headers.get_list("set-cookie")
    assert "HttpOnly" in pending
    assert "SameSite=lax" in pending
    back = httpx2.get(begun.headers["Location"]).headers["Location"]
    answer = browser.get(back)
    assert answer.headers["Location"] == "/#dashboard"
    assert me(browser) == {"name": "carla", "roles": ["coder"], "facility": "main"}
    assert [name for name in browser.cookies if "pending" in name] == []
    for told in (str(answer.headers), repr(list(browser.cookies.jar)), capsys.readouterr().out):
        assert "eyJ" not in told
        assert "at-secret" not in told
    (began,) = audited(api, "sign-in")
    assert (began["actor"], began["detail"]) == ("carla", "oidc, 10.1.2.3")
    ended = browser.delete("/v1/session").json()["continue_at"]
    assert urlsplit(ended).path == "/end"
    assert parse_qs(urlsplit(ended).query)["post_logout_redirect_uri"] == [f"{HERE}/"]
    assert me(browser) is None


def test_an_answer_is_of_use_once_and_in_the_browser_that_asked(clinic, provider):
    api = clinic()
    browser, other = a_browser(api), a_browser(api)
    back = go(browser)
    assert come_back(other, back) == "/?refused=begin-again#", "it began nothing"
    go(other)
    assert come_back(other, back) == "/?refused=begin-again#", "it began something else"
    pending = {name: value for name, value in browser.cookies.items() if "pending" in name}
    assert come_back(browser, back) == "/#"
    replay = a_browser(api)
    for name, value in pending.items():
        replay.cookies.set(name, value, domain="127.0.0.1", path="/")
    provider.codes["stolen"] = next(iter(provider.codes.values()), {})
    again = back.replace(parse_qs(urlsplit(back).query)["code"][0], "stolen")
    assert come_back(replay, again) == "/?refused=begin-again#"
    assert me(replay) is None
    for nonsense in ("/sign-in/oidc/callback", "/sign-in/oidc/callback?state=&code=x"):
        assert come_back(a_browser(api), nonsense) == "/?refused=begin-again#"


@pytest.mark.parametrize(
    "view", ["//evil.example", "https://evil.example", "/\\evil", "a\r\nSet-Cookie: x=y"]
)
def test_the_way_back_leads_to_our_own_page_only(clinic, view):
    browser = a_browser(clinic())
    assert come_back(browser, go(browser, view)) == "/#"


def as_part(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def hs256_with_the_public_key(provider):
    def sign(claims):  # by hand: joserfc knows a public key when it is to be a shared secret
        signed = ".".join(map(as_part, ({"alg": "HS256", "kid": "k1"}, claims)))
        mac = hmac.digest(provider.key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    return sign


def unsigned(_provider):
    return lambda claims: f"{as_part({'alg': 'none'})}.{as_part(claims)}."


def signed_by_another(_provider):
    other = new_key("k1")
    return lambda claims: jwt.encode({"alg": "RS256", "kid": "k1"}, claims, other)


FORGED = {
    "alg none": unsigned,
    "HS256 by public key": hs256_with_the_public_key,
    "own key": signed_by_another,
}
NOW = int(time.time())
FALSE_CLAIMS = {
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "expired": {"exp": NOW - 3600},
    "no end": {"exp": None},
    "old": {"iat": NOW - 3600},
    "of others": {"aud": "another-client"},
    "given to others": {"aud": ["charge-capture", "another"], "azp": "another"},
    "of another issuer": {"iss": "https://evil.example"},
    "of nobody": {"sub": None},
}


def test_a_token_that_is_not_what_it_should_be_lets_nobody_in(clinic, provider):
    api = clinic()
    for what, forge in FORGED.items():
        provider.sign = forge(provider)
        browser = a_browser(api)
        assert sign_in(browser) == "/?refused=not-trusted#", what
        assert me(browser) is None, what
    provider.sign = None
    for what, claims in FALSE_CLAIMS.items():
        provider.other_claims = claims
        browser = a_browser(api)
        assert sign_in(browser) == "/?refused=not-trusted#", what
        assert me(browser) is None, what
    provider.other_claims = {}
    assert sign_in(a_browser(api)) == "/#", "it is these that were refused"
    assert len(audited(api, "sign-in.refused")) == len(FORGED) + len(FALSE_CLAIMS)


def test_an_answer_of_another_provider_is_not_taken_to_this_one(clinic, provider):
    provider.iss_of_answer = "https://evil.example"
    api = clinic()
    assert sign_in(a_browser(api)) == "/?refused=not-trusted#"
    assert "/token" not in provider.asked, "the code was not shown to anybody"
    provider.iss_of_answer = provider.url
    assert sign_in(a_browser(api)) == "/#"


def test_a_provider_that_promises_its_name_must_give_it(clinic, provider):
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    assert sign_in(a_browser(clinic())) == "/?refused=not-trusted#"


@pytest.mark.parametrize(
    "metadata",
    [
        {"token_endpoint": "https://evil.example/token"},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"jwks_uri": "http://127.0.0.1@evil.example/keys"},
    ],
    ids=repr,
)
def test_nothing_is_sent_to_a_host_that_the_site_did_not_list(clinic, provider, metadata):
    provider.metadata = metadata
    assert sign_in(a_browser(clinic())) == "/?refused=provider-away#"


def test_a_redirect_is_followed_by_nobody_but_the_browser(clinic, provider):
    provider.metadata = {"jwks_uri": f"{provider.url}/end?post_logout_redirect_uri={provider.url}/keys"}
    assert sign_in(a_browser(clinic())) == "/?refused=provider-away#"
    assert "/keys" not in provider.asked


def test_a_provider_that_is_away_or_another_one_is_said_to_be(clinic, provider):
    api = clinic()
    provider.metadata = {"issuer": "https://evil.example"}
    answer = a_browser(api).get("/sign-in/oidc?view=review")
    assert answer.headers["Location"] == "/?refused=provider-away#review"


def test_keys_that_changed_are_fetched_and_not_for_every_name_that_somebody_makes_up(
    clinic, provider, monkeypatch
):
    api = clinic()
    assert sign_in(a_browser(api)) == "/#"
    provider.key = new_key("k2")
    assert sign_in(a_browser(api)) == "/?refused=not-trusted#", "they were fetched just now"
    assert provider.asked.count("/keys") == 1
    monkeypatch.setattr(api.service.provider, "_clock", lambda: time.time() + 61)
    assert sign_in(a_browser(api)) == "/#"
    assert provider.asked.count("/keys") == 2


def test_roles_follow_the_provider_at_each_sign_in(clinic, provider):
    api = clinic()
    first, second = a_browser(api), a_browser(api)
    sign_in(first)
    provider.person |= {"groups": ["leads", "others"], "preferred_username": "carla-now-married"}
    sign_in(second)
    assert me(first) == me(second) == {"name": "carla", "roles": ["coder", "lead"], "facility": "main"}
    provider.person["groups"] = ["others"]
    assert sign_in(a_browser(api)) == "/?refused=no-role#"
    assert (me(first), me(second)) == (None, None), "nor is anybody left who was signed in before"


def test_whoever_is_revoked_here_or_takes_the_name_of_another_is_not_let_in(clinic, provider):
    api = clinic()
    sign_in(a_browser(api))
    provider.person["sub"] = "s-2"
    assert sign_in(a_browser(api)) == "/?refused=name-taken#"
    with api.service.database.transaction() as store:
        store.users.revoke("carla", by="test")
    provider.person["sub"] = "s-1"
    assert sign_in(a_browser(api)) == "/?refused=revoked#"
    provider.refuses = "access_denied"
    assert sign_in(a_browser(api)) == "/?refused=denied#"


def test_without_roles_from_the_provider_only_those_come_in_who_were_added_here(clinic, provider):
    api = clinic(ADDED_HERE)
    assert sign_in(a_browser(api)) == "/?refused=unknown-user#"
    with api.service.database.transaction() as store:
        subject = (provider.url, "s-1")
        store.users.add("dora", frozenset({"auditor"}), "north", by="test", subject=subject)
    browser = a_browser(api)
    assert sign_in(browser) == "/#"
    assert me(browser) == {"name": "dora", "roles": ["auditor"], "facility": "north"}


def test_a_site_may_demand_how_strongly_one_signed_in_and_where_one_works(clinic, provider):
    api = clinic(MFA)
    assert sign_in(a_browser(api)) == "/?refused=too-weak#"
    provider.person["amr"] = ["pwd", "mfa"]
    assert sign_in(a_browser(api)) == "/#"
    api = clinic(BY_CLAIM)
    assert sign_in(a_browser(api)) == "/?refused=no-role#"
    provider.person |= {"site": "N1", "sub": "s-3", "preferred_username": "nora"}
    browser = a_browser(api)
    sign_in(browser)
    assert me(browser)["facility"] == "north"


def test_a_session_from_before_ends_when_another_begins(clinic):
    api = clinic()
    browser = a_browser(api)
    sign_in(browser)
    held = browser.cookies[WAY]
    sign_in(browser)
    thief = a_browser(api)
    thief.cookies.set(WAY, held, domain="127.0.0.1", path="/")
    assert me(thief) is None
    assert me(browser)
