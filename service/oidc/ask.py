"""Asking an identity provider: bounded, without redirects, and no host but those that the site listed."""

import threading
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests

from service.domain.addresses import is_loopback
from service.domain.errors import NotVouchedFor
from service.domain.signing_in import Reason

_MOST_BYTES = 1 << 20
_SECONDS = 10.0  # a person waits
_AT_ONCE = 8  # anybody may begin a sign-in: a provider that is slow must not take all our threads


class Asker:
    """One provider's endpoints."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts
        self._session = requests.Session()
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self._session.auth = _unsigned  # requests would else take credentials out of a .netrc file

    def get(self, url: str) -> dict[str, Any]:
        """A JSON object that the provider publishes."""
        return self._ask("GET", url)

    def post(self, url: str, form: Mapping[str, str], auth: tuple[str, str] | None) -> dict[str, Any]:
        """The JSON object that a form is answered with."""
        return self._ask("POST", url, data=form, auth=auth)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        within(url, self._hosts)
        if not self._free.acquire(timeout=1.0):
            raise NotVouchedFor(Reason.AWAY, "it is slow, and others wait for it")
        try:
            with self._session.request(
                method,
                url,
                headers={"Accept": "application/json"},
                timeout=_SECONDS,
                allow_redirects=False,
                stream=True,
                **more,
            ) as response:
                body = response.raw.read(_MOST_BYTES + 1, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise NotVouchedFor(Reason.AWAY, f"no answer ({type(error).__name__})") from None
        finally:
            self._free.release()
        if response.status_code != requests.codes.ok or len(body) > _MOST_BYTES:
            raise NotVouchedFor(Reason.AWAY, f"answered {response.status_code}")
        return _object(body)


def within(url: str, hosts: Collection[str]) -> str:
    """The URL; NotVouchedFor where it leads elsewhere, or where others could listen."""
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not is_safe or parts.hostname not in hosts or parts.username is not None:
        raise NotVouchedFor(Reason.AWAY, "an endpoint lies on a host that is not listed, or has no TLS")
    return url


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise NotVouchedFor(Reason.AWAY, "the answer is no JSON object")
    return said


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
