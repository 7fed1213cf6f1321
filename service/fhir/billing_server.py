"""BillingServer: requests to billing's FHIR server, to its one address, and what an error says of them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from fhirclient.server import FHIRJSONMimeType, FHIRServer
from urllib3.exceptions import NewConnectionError

from service.domain.addresses import is_loopback
from service.domain.errors import SetupError
from service.fhir.resource import Resource


class BillingServer(FHIRServer):  # type: ignore[misc]  # fhirclient has no annotations
    """fhirclient's server, with a condition on create, a time limit, and no redirects."""

    def __init__(self, base_url: str, token: str | None, timeout: float) -> None:
        super().__init__(None, base_uri=base_url)
        self._timeout = timeout
        # A callable, as requests would else take credentials out of a .netrc file.
        self.session.auth = _signer(token)

    def create(self, resource: Resource, identifier: str) -> requests.Response:
        headers = {"If-None-Exist": f"identifier={identifier}", "Prefer": "return=representation"}
        return self.send("POST", "ChargeItem", resource, headers)

    def replace(self, resource: Resource, version: str) -> requests.Response:
        """Update a resource that is still at the version read."""
        headers = {"If-Match": f'W/"{version}"'} if version else None
        return self.send("PUT", f"ChargeItem/{resource['id']}", resource, headers)

    def search(self, parameters: Mapping[str, str]) -> requests.Response:
        return self.send("GET", "ChargeItem", params=parameters)

    def send(
        self,
        method: str,
        path: str,
        resource: Resource | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> requests.Response:
        response: requests.Response = self.session.request(
            method,
            f"{self.base_uri}{path}",
            headers={"Accept": FHIRJSONMimeType, "Content-Type": FHIRJSONMimeType, **(headers or {})},
            timeout=self._timeout,
            allow_redirects=False,
            data=orjson.dumps(resource) if resource else None,
            **more,
        )
        return response


def check_address(base_url: str, allowed_hosts: Collection[str], *, has_token: bool) -> None:
    """SetupError unless it is a URL of a host that is allowed, which a token may be sent to."""
    url = urlsplit(base_url)
    host = url.hostname or ""
    if url.scheme not in {"http", "https"} or host not in allowed_hosts:
        raise SetupError("the address of billing's FHIR server is no URL of a host that is allowed")
    if url.username or url.query or url.fragment:
        raise SetupError("the address of billing's FHIR server holds a user, a query or a fragment")
    if has_token and url.scheme == "http" and not is_loopback(host):
        raise SetupError("a token is sent over https only: see the address of billing's FHIR server")


def never_left(error: requests.RequestException) -> bool:
    """Whether no byte of the request can have reached the server."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    is_untrusted = isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(
        error
    )
    return (
        isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError) or is_untrusted
    )


def _signer(
    token: str | None,
) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign
