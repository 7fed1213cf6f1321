"""Plays an OpenID provider over real HTTP: discovery, keys, authorization with PKCE, tokens, signing out.

`logout_token` is what it would post to the service by itself.
"""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "charge-capture", "a secret / of the client"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
CONFIGURATION = """
format: oidc/1
title: Clinic
issuer: {url}
client_id: charge-capture
client_secret_file: client-secret
roles:
  claim: groups
  map: {{coders: [coder], leads: [coder, lead]}}
facility: {{value: main}}
"""


def new_key(name):
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class PlayedProvider:
    """Who is signed in there, what it was asked, and what it does wrong."""

    person: dict = field(
        default_factory=lambda: {"sub": "s-1", "preferred_username": "carla", "groups": ["coders"]}
    )
    key: object = field(default_factory=lambda: new_key("k1"))
    other_claims: dict = field(default_factory=dict)  # laid over those of the ID token; None takes one away
    sign: object = None  # claims -> token, instead of its own
    metadata: dict = field(default_factory=dict)  # laid over its own
    refuses: str = ""  # error that it sends the browser back with
    iss_of_answer: str = ""  # RFC 9207
    codes: dict = field(default_factory=dict)  # code -> what it was given for
    asked: list = field(default_factory=list)  # paths
    url: str = ""

    def answer(self, method, path, headers, body):
        url = urlsplit(path)
        self.asked.append(url.path)
        given = {name: values[0] for name, values in parse_qs(url.query or body.decode()).items()}
        if url.path == "/.well-known/openid-configuration":
            return 200, self._metadata(), {}
        if url.path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}, {}
        if url.path == "/authorize":
            return self._authorize(given)
        if url.path == "/token" and method == "POST":
            return self._token(given, headers)
        if url.path == "/end":
            return 303, None, {"Location": given["post_logout_redirect_uri"]}
        return 404, {}, {}

    def logout_token(self, **claims):
        """What it posts to the service when somebody signs out there; None takes a claim away."""
        now = int(time.time())
        said = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        said |= {"sub": self.person["sub"], "events": {LOGOUT: {}}} | claims
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, "typ": "logout+jwt"}, said, self.key)

    def configure(self, folder, text=CONFIGURATION):
        """Write the file that describes it to the service."""
        (folder / "client-secret").write_text(SECRET + "\n")
        (folder / "oidc.yaml").write_text(text.format(url=self.url))
        return folder / "oidc.yaml"

    def token_for(self, nonce):
        """An ID token for the person, as it would be given now."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {**claims, **self.person, **self.other_claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign:
            return self.sign(claims)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def _metadata(self):
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/end",
            **self.metadata,
        }

    def _authorize(self, given):
        assert given["response_type"] == "code"
        assert given["client_id"] == CLIENT
        assert given["code_challenge_method"] == "S256"
        back = {"state": given["state"]} | ({"iss": self.iss_of_answer} if self.iss_of_answer else {})
        if self.refuses:
            back["error"] = self.refuses
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = given
        return 303, None, {"Location": f"{given['redirect_uri']}?{urlencode(back)}"}

    def _token(self, given, headers):
        pair = base64.b64encode(b"charge-capture:a%20secret%20%2F%20of%20the%20client").decode()
        if headers.get("Authorization") != f"Basic {pair}":
            return 401, {"error": "invalid_client"}, {}
        asked = self.codes.pop(given["code"], None)  # each is good for once
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest())
        if (
            asked is None
            or asked["redirect_uri"] != given["redirect_uri"]
            or asked["code_challenge"] != challenge.rstrip(b"=").decode()
        ):
            return 400, {"error": "invalid_grant"}, {}
        token = self.token_for(asked["nonce"])
        return 200, {"access_token": "at-secret", "token_type": "Bearer", "id_token": token}, {}
