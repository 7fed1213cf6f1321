"""ChargeItemClient: creates ChargeItems on a FHIR server, once each, and says what is certain afterwards."""

import ipaddress
import re
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from fhirclient.server import FHIRJSONMimeType, FHIRServer
from urllib3.exceptions import NewConnectionError

from service.domain.charge import Receipt
from service.domain.errors import PostingRefused, PostingUnavailable, PostingUncertain, SetupError
from service.fhir.resource import Resource, listed

#: Answers by which nothing was stored: the operator mends the address or the token, or it passes by itself.
_NOT_NOW = frozenset({301, 302, 303, 307, 308, 401, 403, 408, 429, 503})
_ISSUE_TYPE = re.compile(r"[a-z][a-z-]{1,20}")
_CREATED, _OK, _SEVERAL = 201, 200, 412
_FIRST_ERROR, _FIRST_SERVER_ERROR = 400, 500


class ChargeItemClient:
    """Talks to one FHIR base URL, and to no other address: redirects and links are not followed."""

    def __init__(
        self, base_url: str, *, token: str | None, timeout: float = 30.0, allowed_hosts: Collection[str]
    ) -> None:
        _check_address(base_url, allowed_hosts, has_token=token is not None)
        self._server = _Server(base_url, token, timeout)

    def post(self, charge_item: Resource, *, identifier: str) -> Receipt:
        """Create a ChargeItem unless one of this identifier ("system|value") is there.

        PostingRefused; PostingUnavailable (nothing of it is there); PostingUncertain.
        """
        try:
            response = self._server.create(charge_item, identifier)
        except requests.RequestException as error:
            if _never_left(error):
                raise PostingUnavailable("billing's FHIR server could not be reached") from error
            return self._settle(charge_item, identifier, "no answer")
        status = response.status_code
        if status == _CREATED:
            return Receipt(response.content, "201 Created")
        if status == _OK and _holds(_json(response), charge_item, identifier):
            return Receipt(response.content, "200 OK: it was there already")
        if status in _NOT_NOW:
            raise PostingUnavailable(f"billing's FHIR server answered {status}")
        if status == _SEVERAL:
            raise PostingUncertain("billing answered 412: it holds several ChargeItems of this identifier")
        if _FIRST_ERROR <= status < _FIRST_SERVER_ERROR:
            raise PostingRefused(f"billing's FHIR server answered {status}{_issues(_json(response))}")
        return self._settle(charge_item, identifier, f"answered {status}")

    def close(self) -> None:
        """Close the connections."""
        self._server.session.close()

    def _settle(self, charge_item: Resource, identifier: str, what: str) -> Receipt:
        """Look whether a ChargeItem arrived whose answer did not say so."""
        try:
            response = self._server.search(identifier)
        except requests.RequestException:
            raise PostingUncertain(f"billing: {what}, and a search failed") from None
        bundle = _json(response)
        if response.status_code != _OK or bundle.get("resourceType") != "Bundle":
            raise PostingUncertain(f"billing: {what}, and a search answered {response.status_code}")
        found = [entry.get("resource") for entry in listed(bundle.get("entry")) if isinstance(entry, dict)]
        items = [
            item for item in found if isinstance(item, dict) and item.get("resourceType") == "ChargeItem"
        ]
        if len(items) == 1 and _holds(items[0], charge_item, identifier):
            return Receipt(response.content, f"{what}; a search found it there")
        if items:
            raise PostingUncertain(f"billing: {what}, and a search found other ChargeItems")
        # Safe to send again: If-None-Exist keeps a late arrival from becoming a second one.
        raise PostingUnavailable(f"billing: {what}, and a search found nothing")


class _Server(FHIRServer):  # type: ignore[misc]  # fhirclient has no annotations
    """fhirclient's server, with a condition on create, a time limit, and no redirects."""

    def __init__(self, base_url: str, token: str | None, timeout: float) -> None:
        super().__init__(None, base_uri=base_url)
        self._timeout = timeout
        # A callable, as requests would else take credentials out of a .netrc file.
        self.session.auth = _signer(token)

    def create(self, resource: Resource, identifier: str) -> requests.Response:
        headers = {"If-None-Exist": f"identifier={identifier}", "Prefer": "return=representation"}
        return self._send("POST", headers=headers, data=orjson.dumps(resource))

    def search(self, identifier: str) -> requests.Response:
        return self._send("GET", params={"identifier": identifier})

    def _send(self, method: str, headers: dict[str, str] | None = None, **more: Any) -> requests.Response:
        response: requests.Response = self.session.request(
            method,
            f"{self.base_uri}ChargeItem",
            headers={"Accept": FHIRJSONMimeType, "Content-Type": FHIRJSONMimeType, **(headers or {})},
            timeout=self._timeout,
            allow_redirects=False,
            **more,
        )
        return response


def _signer(
    token: str | None,
) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign


def _check_address(base_url: str, allowed_hosts: Collection[str], *, has_token: bool) -> None:
    url = urlsplit(base_url)
    host = url.hostname or ""
    if url.scheme not in {"http", "https"} or host not in allowed_hosts:
        raise SetupError("the address of billing's FHIR server is no URL of a host that is allowed")
    if url.username or url.query or url.fragment:
        raise SetupError("the address of billing's FHIR server holds a user, a query or a fragment")
    if has_token and url.scheme == "http" and not _is_this_machine(host):
        raise SetupError("a token is sent over https only: see the address of billing's FHIR server")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _never_left(error: requests.RequestException) -> bool:
    """Whether no byte of the request can have reached the server."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    is_untrusted = isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(
        error
    )
    return (
        isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError) or is_untrusted
    )


def _json(response: requests.Response) -> Resource:
    try:
        value = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _holds(found: Resource, charge_item: Resource, identifier: str) -> bool:
    """Whether this is our ChargeItem, alive: the identifier, and the same codes and units."""
    names = {
        f"{one.get('system', '')}|{one.get('value')}"
        for one in listed(found.get("identifier"))
        if isinstance(one, dict)
    }
    is_same = _what(found) == _what(charge_item)
    return identifier in names and is_same and found.get("status") != "entered-in-error"


def _what(charge_item: Resource) -> tuple[Any, ...]:
    code, quantity = charge_item.get("code"), charge_item.get("quantity")
    codings = listed(code.get("coding")) if isinstance(code, dict) else []
    codes = [(one.get("system"), one.get("code")) for one in codings if isinstance(one, dict)]
    return codes, quantity.get("value") if isinstance(quantity, dict) else None


def _issues(answer: Resource) -> str:
    """The issue codes of an OperationOutcome. Its words may quote the patient."""
    codes = [issue.get("code") for issue in listed(answer.get("issue")) if isinstance(issue, dict)]
    shown = [code for code in codes if isinstance(code, str) and _ISSUE_TYPE.fullmatch(code)]
    return f": {', '.join(shown)}" if shown else ""
