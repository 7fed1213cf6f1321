"""SMART Backend Services: access tokens that we ask for with a signed statement of who we are."""

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from service.domain.ehr import SmartClient
from service.domain.errors import FetchRefused, SetupError
from service.fhir.resource import Resource, as_text

_STATEMENT_SECONDS = 240  # the specification allows 300; clocks differ
_MARGIN_SECONDS = 30.0
_KINDS: Mapping[str, type[RSAKey] | type[ECKey]] = {"RS384": RSAKey, "ES384": ECKey}
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def read_key(smart: SmartClient) -> RSAKey | ECKey:
    """Our private key; SetupError says what is wrong with its file."""
    pem = _read(smart.key_file)
    try:
        key = _KINDS[smart.algorithm].import_key(pem)
    except (JoseError, ValueError, TypeError):
        raise SetupError(f"{smart.key_file}: this is no PEM key for {smart.algorithm}") from None
    if not key.is_private:
        raise SetupError(f"{smart.key_file}: this is a public key; the private one is needed here")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path}: cannot be read: {error.strerror}") from None


def public_key(smart: SmartClient) -> Resource:
    """The public half, as a JSON Web Key: what the server's administrator is given."""
    public = read_key(smart).as_dict(private=False)
    return {**public, "kid": smart.key_id, "alg": smart.algorithm, "use": "sig"}


@dataclass(slots=True)
class _Token:
    text: str
    until: float  # monotonic


class Tokens:
    """The access token of one server, kept until shortly before it ends."""

    def __init__(
        self,
        smart: SmartClient,
        ask: Callable[[str, dict[str, str]], Resource],
        discover: Callable[[], Resource],
    ) -> None:
        """`ask` posts a form to the token URL; `discover` reads the server's smart-configuration."""
        self._smart = smart
        self._key = read_key(smart)
        self._ask = ask
        self._discover = discover
        self._turn = threading.Lock()
        self._token = _Token("", 0.0)

    def current(self) -> str:
        """A token that is good for a while."""
        with self._turn:
            if not self._token.text or self._token.until < time.monotonic():
                self._token = self._new()
            return self._token.text

    def forget(self) -> None:
        """The server no longer takes it."""
        self._token.until = 0.0

    def _new(self) -> _Token:
        url = self._smart.token_url or as_text(self._discover().get("token_endpoint"))
        if not url:
            raise FetchRefused("the server's smart-configuration names no token_endpoint")
        form = {
            "grant_type": "client_credentials",
            "scope": self._smart.scope,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._statement(url),
        }
        answer = self._ask(url, form)
        text, seconds = as_text(answer.get("access_token")), answer.get("expires_in")
        if not text or "\n" in text or "\r" in text:
            raise FetchRefused("the token endpoint gave no access_token")
        lasts = float(seconds) if isinstance(seconds, int | float) else 0.0
        return _Token(text, time.monotonic() + lasts - _MARGIN_SECONDS)

    def _statement(self, url: str) -> str:
        smart, now = self._smart, int(time.time())
        header = {"alg": smart.algorithm, "kid": smart.key_id, "typ": "JWT"}
        claims = {
            "iss": smart.client_id,
            "sub": smart.client_id,
            "aud": url,
            "exp": now + _STATEMENT_SECONDS,
            "iat": now,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(header, claims, self._key, algorithms=[smart.algorithm])
