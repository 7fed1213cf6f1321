"""Provider: the authorization code flow with PKCE, from this side."""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc.jwk import KeySet

from service.domain.errors import NotVouchedFor
from service.domain.signing_in import Identity, OidcPlan, Reason, SignedOut
from service.oidc.ask import Asker, within
from service.oidc.claims import identity_of
from service.oidc.id_token import signed_in
from service.oidc.logout_token import signed_out
from service.oidc.signed import key_id, key_set

_WELL_KNOWN = "/.well-known/openid-configuration"
_FRESH = 3600.0  # seconds in which what the provider publishes is not asked for again
_PAUSE = 60.0  # between two looks for a key that is not there: anybody may name one


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that a browser has begun; the provider's answer must fit it."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)  # of PKCE
    returns_to: str  # our own address that the provider sends the browser to


@dataclass(frozen=True, slots=True)
class _Published:
    metadata: Mapping[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class _Keys:
    keys: KeySet
    at: float


class Provider:
    """One OpenID provider."""

    def __init__(self, plan: OidcPlan, clock: Callable[[], float] = time.time) -> None:
        self.plan = plan
        self._clock = clock
        self._asker = Asker(plan.hosts)
        self._turn = threading.Lock()
        self._published: _Published | None = None
        self._keys: _Keys | None = None

    def begin(self, returns_to: str) -> tuple[Begun, str]:
        """What a browser must remember of a sign-in, and the provider's address to send it to."""
        begun = Begun(
            secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), returns_to
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self.plan.client_id,
            "redirect_uri": returns_to,
            "scope": self.plan.scope,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return begun, _with_query(self._endpoint("authorization_endpoint"), asked)

    def finish(self, begun: Begun, answer: Mapping[str, str]) -> Identity:
        """Whom the provider vouches for, by the parameters with which it sent the browser back."""
        self._check_sender(answer)
        if "error" in answer:
            raise NotVouchedFor(Reason.DENIED, "the provider refused")
        if not answer.get("code"):
            raise NotVouchedFor(Reason.BEGIN_AGAIN, "the provider sent no code")
        token = self._exchange(begun, answer["code"])
        keys = self._keys_for(key_id(token))
        claims = signed_in(token, keys, self.plan, nonce=begun.nonce, now=self._clock())
        return identity_of(claims, self.plan)

    def signed_out(self, token: str) -> SignedOut:
        """Whom the provider has signed out, by the logout token that it sends."""
        keys = self._keys_for(key_id(token))
        return signed_out(token, keys, self.plan, now=self._clock())

    def end_url(self, returns_to: str) -> str:
        """Where a browser is sent to sign out of the provider, too; "" = it has no such address."""
        try:
            if not self._metadata().get("end_session_endpoint"):
                return ""
            url = self._endpoint("end_session_endpoint")
        except NotVouchedFor:
            return ""  # signing out here must not wait for it
        return _with_query(url, {"client_id": self.plan.client_id, "post_logout_redirect_uri": returns_to})

    def close(self) -> None:
        """Close the connections."""
        self._asker.close()

    def _check_sender(self, answer: Mapping[str, str]) -> None:
        """RFC 9207: another provider's code must not be taken to this one."""
        says_so = self._metadata().get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", "" if says_so else self.plan.issuer) != self.plan.issuer:
            raise NotVouchedFor(Reason.NOT_TRUSTED, "iss: another provider answered")

    def _exchange(self, begun: Begun, code: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.returns_to,
            "code_verifier": begun.verifier,
        }
        secret, auth = self.plan.client_secret, None
        methods = self._metadata().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret and "client_secret_basic" in methods:
            auth = (quote(self.plan.client_id, safe=""), quote(secret, safe=""))  # RFC 6749, 2.3.1
        else:
            form["client_id"] = self.plan.client_id
            form |= {"client_secret": secret} if secret else {}
        token = self._asker.post(self._endpoint("token_endpoint"), form, auth).get("id_token")
        if not isinstance(token, str):
            raise NotVouchedFor(Reason.NOT_TRUSTED, "the provider gave no ID token")
        return token

    def _keys_for(self, name: str) -> KeySet:
        """The keys; asked for anew when they are old, or when one is named that is not among them."""
        with self._turn:
            now = self._clock()
            known = self._keys
            is_there = known is not None and (not name or any(each.kid == name for each in known.keys))
            if known and now - known.at < (_FRESH if is_there else _PAUSE):
                return known.keys
        keys = key_set(self._asker.get(self._endpoint("jwks_uri")))
        with self._turn:
            self._keys = _Keys(keys, now)
        return keys

    def _endpoint(self, name: str) -> str:
        url = self._metadata().get(name)
        if not isinstance(url, str):
            raise NotVouchedFor(Reason.AWAY, f"the provider publishes no {name}")
        return within(url, self.plan.hosts)

    def _metadata(self) -> Mapping[str, Any]:
        with self._turn:
            now = self._clock()
            known = self._published
        if known and now - known.at < _FRESH:
            return known.metadata
        metadata = self._asker.get(self.plan.issuer.rstrip("/") + _WELL_KNOWN)
        if metadata.get("issuer") != self.plan.issuer:
            raise NotVouchedFor(
                Reason.AWAY, "the provider publishes another issuer than the site's file names"
            )
        with self._turn:
            self._published = _Published(metadata, now)
        return metadata


def _with_query(url: str, parameters: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return parts._replace(query=query, fragment="").geturl()
