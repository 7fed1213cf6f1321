"""Plays an EHR's FHIR server over real HTTP: searches with pages, tokens for signed statements, $events."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt


@dataclass
class PlayedEhr:
    """What it holds, what it was asked, and what it is to answer instead."""

    resources: list = field(default_factory=list)
    events: dict = field(default_factory=dict)  # number -> Bundle; None = it has no $events
    instead: list = field(default_factory=list)  # (status, JSON, headers), each for one request of FHIR
    asked: list = field(default_factory=list)  # (method, path, parameters, body)
    signed_with: object = None  # public key; None = no token is wanted
    tokens: list = field(default_factory=list)  # that were given
    statements: list = field(default_factory=list)  # claims of the signed statements
    ids_of_statements: set = field(default_factory=set)
    next_link: str = ""  # instead of its own
    token_seconds: int = 300
    url: str = ""

    def answer(self, method, path, headers, body):
        url = urlsplit(path)
        parameters = parse_qs(url.query)
        if url.path == "/token":
            return self._token(parse_qs(body.decode()))
        if url.path.endswith("/.well-known/smart-configuration"):
            return 200, {"token_endpoint": f"{self.url}/token"}, {}
        self.asked.append((method, url.path, parameters, body))
        if (
            self.signed_with
            and headers.get("Authorization") != f"Bearer {self.tokens[-1:] and self.tokens[-1]}"
        ):
            return 401, {}, {}
        if self.instead:
            return self.instead.pop(0)
        return self._fhir(method, url.path.removeprefix("/r4/"), parameters, body)

    def _fhir(self, method, path, parameters, body):
        if method in {"POST", "PUT"}:
            resource = json.loads(body)
            resource.setdefault("id", "new-1")
            self.resources.append(resource)
            return 201, None, {"Location": f"{self.url}/r4/{resource['resourceType']}/{resource['id']}"}
        if path.endswith("/$events"):
            number = int(parameters["eventsSinceNumber"][0])
            return (200, self.events[number], {}) if number in self.events else (404, {}, {})
        kind, _, identifier = path.partition("/")
        if identifier:
            found = [
                each for each in self.resources if (each["resourceType"], each["id"]) == (kind, identifier)
            ]
            return (200, found[-1], {}) if found else (404, {}, {})
        return 200, self._page(kind, parameters), {}

    def _page(self, kind, parameters):
        since = parameters["_lastUpdated"][0].removeprefix("ge").replace("+00:00", "Z")
        found = [
            each
            for each in self.resources
            if each["resourceType"] == kind and each["meta"]["lastUpdated"] >= since[:19]
        ]
        start, size = int(parameters.get("_start", ["0"])[0]), int(parameters["_count"][0])
        page = found[start : start + size]
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [{"resource": each, "search": {"mode": "match"}} for each in page],
        }
        if start + size < len(found):
            given = {name: values[0] for name, values in parameters.items()} | {"_start": start + size}
            link = self.next_link or f"{self.url}/r4/{kind}?{urlencode(given)}"
            bundle["link"] = [{"relation": "next", "url": link}]
        return bundle

    def _token(self, form):
        statement = jwt.decode(form["client_assertion"][0], self.signed_with, algorithms=["RS384", "ES384"])
        claims = statement.claims
        if claims["jti"] in self.ids_of_statements or claims["aud"] != f"{self.url}/token":
            return 400, {"error": "invalid_client"}, {}
        self.ids_of_statements.add(claims["jti"])
        self.statements.append({**claims, "header": statement.header, "scope": form["scope"][0]})
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return 200, {"access_token": self.tokens[-1], "expires_in": self.token_seconds}, {}

    def paths(self, method="GET"):
        """What was asked for, in order."""
        return [path for asked, path, _parameters, _body in self.asked if asked == method]
