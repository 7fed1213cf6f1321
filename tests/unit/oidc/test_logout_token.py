"""The logout token: it names whom it is about, and nothing else passes for one."""

import pytest

from service.domain.errors import NotVouchedFor
from service.domain.signing_in import Reason, SignedOut
from service.oidc.logout_token import signed_out
from tests.unit.oidc import test_id_token as id_token

EVENT = "http://schemas.openid.net/event/backchannel-logout"
NOT_SAID = dict.fromkeys(("nonce", "preferred_username"))
SAID = NOT_SAID | {"sid": "p-1", "jti": "t-1", "events": {EVENT: {}}}


def read(claims=(), **header):
    text = id_token.token({**SAID, **dict(claims)}, **({"typ": "logout+jwt"} | header))
    return signed_out(text, id_token.KEYS, id_token.PLAN, now=id_token.NOW)


@pytest.mark.parametrize("kind", ["logout+jwt", "application/logout+jwt", "JWT", None])
def test_a_token_that_is_as_it_should_be_names_subject_and_session(kind):
    assert read(typ=kind or "") == SignedOut("https://login.example", "s", "p-1", "t-1")


def test_one_of_subject_and_session_is_enough():
    assert (read({"sid": None}).subject, read({"sid": None}).session) == ("s", "")
    assert (read({"sub": None}).subject, read({"sub": None}).session) == ("", "p-1")


WRONG = [
    {"iss": "https://evil.example"},
    {"aud": "others"},
    {"aud": None},
    {"iat": id_token.NOW - 601},
    {"iat": None},
    {"exp": id_token.NOW - 61},
    {"exp": None},
    {"events": None},
    {"events": {}},
    {"events": [EVENT]},
    {"events": {EVENT: True}},
    {"events": {"http://schemas.openid.net/event/frontchannel-logout": {}}},
    {"nonce": "n"},
    {"nonce": ""},
    {"sub": None, "sid": None},
    {"sid": ""},
    {"sid": 7},
    {"sid": "p" * 256},
    {"sub": ["s"]},
    {"jti": None},
    {"jti": ""},
]


@pytest.mark.parametrize("claims", WRONG, ids=repr)
def test_what_is_no_logout_of_ours_just_now_is_refused(claims):
    with pytest.raises(NotVouchedFor) as refused:
        read(claims)
    assert refused.value.reason == Reason.NOT_TRUSTED


@pytest.mark.parametrize("kind", ["at+jwt", "dpop+jwt", "secevent+jwt"])
def test_a_token_of_another_kind_is_refused(kind):
    with pytest.raises(NotVouchedFor, match="typ"):
        read(typ=kind)


def test_a_signature_of_another_is_refused():
    with pytest.raises(NotVouchedFor, match="signature"):
        read(key=id_token.OTHER)
