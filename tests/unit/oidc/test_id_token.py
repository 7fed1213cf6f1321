"""The ID token: what is wrong with it is found, whatever it is."""

import base64
import hmac
import json
import math

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from service.domain.errors import NotVouchedFor
from service.domain.signing_in import OidcPlan, Reason
from service.oidc.claims import identity_of
from service.oidc.id_token import signed_in
from service.oidc.signed import key_id, key_set

NOW = 1_800_000_000
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "rsa"})
PUBLIC = [RSA.as_dict(private=False), EC.as_dict(private=False)]
KEYS = key_set({"keys": PUBLIC})
PLAN = OidcPlan(
    title="Clinic",
    issuer="https://login.example",
    client_id="us",
    client_secret="",
    scope="openid",
    hosts=frozenset({"login.example"}),
    algorithms=("RS256", "ES256"),
    user_claim="preferred_username",
    roles_claim="realm_access.roles",
    roles={"coders": ("coder",), "leads": ("lead", "coder")},
    facility_claim="",
    facilities={},
    facility="main",
    demands={},
)
GOOD = {
    "iss": "https://login.example",
    "aud": "us",
    "sub": "s",
    "nonce": "n",
    "iat": NOW,
    "exp": NOW + 300,
    "preferred_username": "carla",
}


def token(claims=(), key=RSA, alg="RS256", **header):
    kept = {name: value for name, value in {**GOOD, **dict(claims)}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, kept, key, algorithms=[alg])


def read(text, keys=KEYS):
    key_id(text)
    return signed_in(text, keys, PLAN, nonce="n", now=NOW)


def part(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def unsigned(alg):
    return f"{part({'alg': alg})}.{part(GOOD)}."


def by_secret(secret):
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(GOOD)}"
    mac = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode().rstrip("=")
    return f"{signed}.{mac}"


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (EC, "ES256")])
def test_a_token_that_is_as_it_should_be_is_believed(key, alg):
    assert read(token(key=key, alg=alg))["sub"] == "s"
    assert read(token({"aud": ["us"]}))["sub"] == "s"
    assert read(token({"aud": ["us", "others"], "azp": "us"}))["sub"] == "s"


HEADERS = {
    "none": unsigned("none"),
    "None": unsigned("None"),
    "no alg": f"{part({})}.{part(GOOD)}.",
    "HS256 by the PEM": by_secret(RSA.as_pem(private=False)),
    "HS256 by the DER": by_secret(RSA.as_der(private=False)),
    "HS256 by nothing": by_secret(b""),
    "another key of the name": token(key=OTHER),
    "its own key": token(key=OTHER, jwk=OTHER.as_dict(private=False)),
    "a key elsewhere": token(key=OTHER, jku="https://evil.example/keys"),
    "not on the list": token(alg="RS384"),
    "another kind than its key": token(alg="PS256"),
    "unknown key": token(key=RSAKey.import_key(RSA.as_dict(private=True) | {"kid": "who"})),
    "no signature": token().rpartition(".")[0] + ".",
    "not three parts": "a.b",
    "empty": "",
    "encrypted": ".".join("abcde"),
    "claims no object": f"{token().split('.')[0]}.{part([1])}.{token().split('.')[2]}",
    "altered": ".".join((token().split(".")[0], part({**GOOD, "sub": "t"}), token().split(".")[2])),
}


@pytest.mark.parametrize("what", HEADERS)
def test_a_signature_that_does_not_hold_is_refused(what):
    with pytest.raises(NotVouchedFor) as refused:
        read(HEADERS[what])
    assert refused.value.reason == Reason.NOT_TRUSTED


CLAIMS = [
    {"iss": "https://login.example/"},
    {"iss": "https://evil.example"},
    {"iss": None},
    {"iss": ["https://login.example"]},
    {"aud": "others"},
    {"aud": None},
    {"aud": []},
    {"aud": ["others"]},
    {"aud": ["us", "others"]},
    {"aud": ["us", "others"], "azp": "others"},
    {"azp": "others"},
    {"exp": NOW - 61},
    {"exp": None},
    {"exp": "never"},
    {"exp": True},
    {"exp": math.nan},
    {"exp": math.inf},
    {"iat": NOW - 601},
    {"iat": NOW + 61},
    {"iat": None},
    {"iat": math.nan},
    {"nbf": NOW + 61},
    {"nbf": "later"},
    {"nonce": "other"},
    {"nonce": None},
    {"nonce": ["n"]},
    {"nonce": ""},
    {"sub": None},
    {"sub": ""},
    {"sub": 7},
    {"sub": "s" * 256},
]


@pytest.mark.parametrize("claims", CLAIMS, ids=repr)
def test_claims_that_are_not_for_this_sign_in_are_refused(claims):
    # Signed by hand, as a library would refuse to make some of them.
    with pytest.raises(NotVouchedFor) as refused:
        read(signed_by_hand(part({"alg": "RS256", "kid": "rsa"}), part({**GOOD, **claims})))
    assert refused.value.reason == Reason.NOT_TRUSTED


def signed_by_hand(head, body):
    signature = RSA.private_key.sign(f"{head}.{body}".encode(), PKCS1v15(), SHA256())
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_what_is_signed_by_hand_is_believed_where_nothing_is_wrong():
    assert read(signed_by_hand(part({"alg": "RS256", "kid": "rsa"}), part(GOOD)))["sub"] == "s"


def test_keys_of_other_kinds_are_passed_over_and_none_at_all_is_no_key():
    odd = [{"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"}, {"kty": "EC", "crv": "P-1"}, {"kty": "RSA"}, 7]
    encrypting = {**OTHER.as_dict(private=False), "use": "enc"}
    assert len(list(key_set({"keys": [*odd, encrypting, *PUBLIC]}))) == 2
    for published in ({"keys": odd}, {}, {"keys": "x"}):
        with pytest.raises(NotVouchedFor) as refused:
            key_set(published)
        assert refused.value.reason == Reason.AWAY


def test_claims_become_roles_by_the_sites_list_alone():
    said = {**GOOD, "realm_access": {"roles": ["coders", "admin", 7]}}
    assert identity_of(said, PLAN).roles == {"coder"}
    for roles in ("leads", ["leads", "coders"]):
        assert identity_of({**said, "realm_access.roles": roles}, PLAN).roles == {"lead", "coder"}
    assert identity_of(GOOD, PLAN).roles == frozenset()


def test_the_providers_name_of_its_session_is_taken_along():
    assert identity_of({**GOOD, "sid": "p-1"}, PLAN).session == "p-1"
    assert [identity_of({**GOOD, "sid": sid}, PLAN).session for sid in (None, 7, [])] == ["", "", ""]


@pytest.mark.parametrize("name", [None, "", 7, "a\x00b", "x" * 65, "*", ["carla"]])
def test_who_has_no_name_is_unknown(name):
    with pytest.raises(NotVouchedFor) as refused:
        identity_of({**GOOD, "preferred_username": name}, PLAN)
    assert refused.value.reason == Reason.UNKNOWN_USER
