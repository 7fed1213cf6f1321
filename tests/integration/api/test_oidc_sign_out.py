"""Signed out by the identity provider: it posts a logout token, and whom it names is signed in no longer."""

import asyncio

import pytest
from joserfc import jwt
from starlette.requests import Request

from service.api.oidc_sign_out import beginning
from tests.identity_provider import new_key
from tests.integration.api.test_oidc import a_browser, me, sign_in
from tests.integration.api.test_sign_in import audited


def tell(api, token):
    """The provider's server posts it: no cookie, no browser."""
    return api.client.post("/sign-out/oidc", data={"logout_token": token})


def signed_in(api, provider, session=None):
    """A browser in which the person of the provider has signed in, in a session that it calls so."""
    provider.person["sid"] = session
    browser = a_browser(api)
    assert sign_in(browser) == "/#"
    assert me(browser)
    return browser


def test_a_session_that_ends_there_ends_here_and_no_other(clinic, provider):
    api = clinic()
    first, second = (signed_in(api, provider, each) for each in ("p-1", "p-2"))
    told = tell(api, provider.logout_token(sid="p-1"))
    assert (told.status_code, told.content, told.headers["Cache-Control"]) == (200, b"", "no-store")
    assert (me(first), me(second)["name"]) == (None, "carla")
    (ended,) = audited(api, "sign-out")
    assert (ended["actor"], ended["detail"]) == ("carla", "oidc, identity provider")


def test_a_subject_that_is_signed_out_is_so_in_every_browser(clinic, provider):
    api = clinic()
    browsers = [signed_in(api, provider, each) for each in ("p-1", "p-2", None)]
    provider.person = {**provider.person, "sub": "s-2", "preferred_username": "dora"}
    other = signed_in(api, provider, "p-3")
    assert tell(api, provider.logout_token(sub="s-1")).status_code == 200
    assert [me(each) for each in browsers] == [None] * 3
    assert me(other)["name"] == "dora"


def test_who_is_not_signed_in_here_is_signed_out_already(clinic, provider):
    api = clinic()
    browser = signed_in(api, provider, "p-1")
    assert tell(api, provider.logout_token(sub="s-9", sid="p-1")).status_code == 200
    assert tell(api, provider.logout_token(sub=None, sid="p-9")).status_code == 200
    assert me(browser), "it was said of others"
    assert tell(api, provider.logout_token()).status_code == 200
    assert tell(api, provider.logout_token()).status_code == 200


def test_a_token_counts_once(clinic, provider):
    api = clinic()
    token = provider.logout_token()
    assert tell(api, token).status_code == 200
    browser = signed_in(api, provider)
    again = tell(api, token)
    assert (again.status_code, again.headers["Cache-Control"]) == (400, "no-store")
    assert again.json()["type"] == "urn:charge-capture:problem:logout-refused"
    assert again.json()["detail"] == "token, jti: it was sent before"
    assert me(browser), "whoever kept the token signs nobody out"


def test_what_the_provider_did_not_say_signs_nobody_out(clinic, provider):
    api = clinic()
    browser = signed_in(api, provider, "p-1")
    stranger = new_key("k1")
    said = {"sub": "s-1", "sid": "p-1", "jti": "x", "iss": provider.url, "aud": "charge-capture"}
    false = [
        jwt.encode({"alg": "RS256", "kid": "k1"}, said, stranger),
        provider.token_for("n"),  # an ID token is none
        provider.logout_token(nonce="n"),
        provider.logout_token(aud="another-client"),
        provider.logout_token(iss="https://evil.example"),
        provider.logout_token(sub=None, sid=None),
        "",
        "no token",
    ]
    for token in false:
        refused = tell(api, token)
        assert (refused.status_code, refused.json()["title"]) == (400, "logout refused"), token
    assert me(browser)


@pytest.mark.parametrize(
    "body", [b"", b"logout_token", b"\xff=\xff", b"logout_token=a&logout_token=b", b"x" * 70_000]
)
def test_a_body_that_is_no_form_with_one_token_is_told_so(clinic, body):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = clinic().client.post("/sign-out/oidc", content=body, headers=form)
    assert (refused.status_code, refused.json()["detail"]) == (400, "send one logout_token, as a form")


def test_a_provider_whose_keys_are_not_to_be_had_is_told_so(clinic, provider):
    provider.metadata = {"issuer": "https://evil.example"}
    refused = tell(clinic(), provider.logout_token())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5"), "it may send the token again"
    assert refused.json()["type"] == "urn:charge-capture:problem:provider-away"
    assert "another issuer" in refused.json()["detail"]


def test_of_a_long_body_no_more_is_kept_than_tells_that_it_is_too_long():
    pieces = [{"type": "http.request", "body": b"x" * 50_000, "more_body": n < 9} for n in range(10)]

    async def receive():
        return pieces.pop(0)

    assert len(asyncio.run(beginning(Request({"type": "http"}, receive)))) == 64 * 1024 + 1
    assert pieces == [], "who is still sending would see a reset, and no answer"


def test_without_a_provider_nothing_is_there(api):
    assert tell(api, "x").status_code == 404
