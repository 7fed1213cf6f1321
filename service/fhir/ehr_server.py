"""EhrServer: asks an EHR's FHIR server, and no other, for what it holds. Says what may be tried again."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import orjson
import requests
from fhirclient.server import FHIRJSONMimeType, FHIRServer

from service.domain.ehr import Ehr
from service.domain.errors import FetchRefused, FetchUnavailable, InputError, SetupError
from service.fhir.resource import Resource, as_text, listed, read_resource
from service.fhir.smart import Tokens

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED})
_MOST_PAGES = 10_000
_MOST_WAIT = 3600.0
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class EhrServer:
    """One FHIR server: nothing is fetched from a host that is not on its list, whoever names it."""

    def __init__(self, ehr: Ehr, *, timeout: float, most_bytes: int) -> None:
        self.ehr = ehr
        self._timeout = timeout
        self._most_bytes = most_bytes
        self._base = urlsplit(ehr.base_url)
        self._session = FHIRServer(None, base_uri=ehr.base_url).session
        self._session.auth = _unsigned
        self._tokens = Tokens(ehr.smart, self._ask_token, self._discover) if ehr.smart else None
        self._token = _fixed_token(ehr)

    def read(self, name: str) -> Resource | None:
        """A resource by type and id; None = it is not there (any more)."""
        answer = self._send("GET", self.ehr.base_url + name)
        return None if answer.status in _GONE else _resource(answer)

    def search(self, kind: str, parameters: Sequence[tuple[str, str]]) -> Iterator[Resource]:
        """The pages of a search, one after the other."""
        url, given = self.ehr.base_url + kind, [*parameters, ("_count", str(self.ehr.page_size))]
        for _page in range(_MOST_PAGES):
            bundle = _bundle(self._send("GET", url, params=given))
            yield bundle
            link = _next_link(bundle)
            if not link:
                return
            url, given = self._within(urljoin(url, link)), []
        raise FetchRefused(f"a search has more than {_MOST_PAGES} pages")

    def events(self, subscription: str, first: int, last: int) -> Resource | None:
        """The notifications of these numbers, sent once more; None = the server has no such operation."""
        url = f"{self.ehr.base_url}Subscription/{subscription}/$events"
        given = [("eventsSinceNumber", str(first)), ("eventsUntilNumber", str(last))]
        try:
            answer = self._send("GET", url, params=given)
        except FetchRefused:
            return None
        return None if answer.status in _GONE else _bundle(answer)

    def create(self, resource: Resource) -> str:
        """Create a resource; gives its id."""
        answer = self._send("POST", self.ehr.base_url + resource["resourceType"], json=resource)
        location = answer.headers.get("Location", "").partition("/_history/")[0]
        identifier = location.rstrip("/").rpartition("/")[2] or as_text(_resource(answer).get("id"))
        if not identifier:
            raise FetchRefused("the server did not say which id it gave")
        return identifier

    def update(self, resource: Resource) -> None:
        """Replace a resource."""
        self._send("PUT", f"{self.ehr.base_url}{resource['resourceType']}/{resource['id']}", json=resource)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send(self, method: str, url: str, **more: Any) -> _Answer:
        """One request with our token; once more with a new one where the server does not take it."""
        answer = self._request(method, url, self._bearer(), **more)
        if answer.status == HTTPStatus.UNAUTHORIZED and self._tokens:
            self._tokens.forget()
            answer = self._request(method, url, self._bearer(), **more)
        return _lawful(answer)

    def _bearer(self) -> dict[str, str]:
        token = self._tokens.current() if self._tokens else self._token
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _request(self, method: str, url: str, headers: dict[str, str], **more: Any) -> _Answer:
        """No redirect is followed: it could lead our token anywhere."""
        kind = {"Accept": FHIRJSONMimeType} | ({"Content-Type": FHIRJSONMimeType} if "json" in more else {})
        try:
            with self._session.request(
                method,
                url,
                headers={**kind, **headers},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
                **more,
            ) as response:
                return _Answer(response.status_code, response.headers, self._body(response))
        except requests.RequestException as error:
            raise FetchUnavailable(f"the server gave no answer ({type(error).__name__})") from None

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for block in response.iter_content(_BLOCK):
            body += block
            if len(body) > self._most_bytes:
                raise FetchRefused(f"an answer is larger than {self._most_bytes} bytes: ask for less a page")
        return bytes(body)

    def _within(self, url: str) -> str:
        """The URL, if it is one of this server; FetchRefused else."""
        parts = urlsplit(url)
        if _origin(parts) != _origin(self._base) or not f"{parts.path}/".startswith(self._base.path):
            raise FetchRefused("the server links to a page outside itself: it is not fetched")
        return url

    def _ask_token(self, url: str, form: dict[str, str]) -> Resource:
        if urlsplit(url).hostname not in self.ehr.hosts:
            raise FetchRefused("the token endpoint is on a host that is not on the list of this EHR")
        check_scheme(urlsplit(url), "the token endpoint")
        return _object(_lawful(self._request("POST", url, {}, data=form)))

    def _discover(self) -> Resource:
        return _object(
            _lawful(self._request("GET", f"{self.ehr.base_url}.well-known/smart-configuration", {}))
        )


def check_scheme(url: SplitResult, what: str) -> None:
    """SetupError where a token would leave this machine unencrypted."""
    is_here = url.hostname in {"localhost", "127.0.0.1", "::1"}
    if url.scheme != "https" and not (url.scheme == "http" and is_here):
        raise SetupError(f"{what} must be https://")


def is_signed(body: bytes, signature: str, secret: bytes) -> bool:
    """Whether a notification carries the HMAC of its bytes: "sha256=<hex>", or the hex alone."""
    made = hmac.new(secret, body, "sha256").hexdigest()
    return hmac.compare_digest(made, signature.strip().removeprefix("sha256=").lower())


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # A callable, as requests would else take credentials out of a .netrc file.
    return request


def _fixed_token(ehr: Ehr) -> str:
    if ehr.token_file is None:
        return ""
    try:
        return ehr.token_file.read_text().strip()
    except OSError as error:
        raise SetupError(f"{ehr.token_file}: cannot be read: {error.strerror}") from None


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _lawful(answer: _Answer) -> _Answer:
    """The answer, unless it says no (FetchRefused) or not now (FetchUnavailable)."""
    if answer.status < HTTPStatus.MULTIPLE_CHOICES or answer.status in _GONE:
        return answer
    if answer.status in _LATER or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise FetchUnavailable(f"the server answered {answer.status}", _retry_after(answer))
    raise FetchRefused(f"the server answered {answer.status}")


def _retry_after(answer: _Answer) -> float:
    """Seconds that the server asks us to wait; 0 = it does not say."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _MOST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    wait = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, min(wait, _MOST_WAIT))


def _object(answer: _Answer) -> Resource:
    try:
        value = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise FetchRefused("the server's answer is not a JSON object")
    return value


def _resource(answer: _Answer) -> Resource:
    try:
        return read_resource(answer.body)
    except InputError as error:
        raise FetchRefused(f"the server's answer is not FHIR: {error}") from None


def _bundle(answer: _Answer) -> Resource:
    resource = _resource(answer)
    if answer.status in _GONE or resource["resourceType"] != "Bundle":
        raise FetchRefused(f"the server answered {answer.status} without a Bundle")
    return resource


def _next_link(bundle: Resource) -> str:
    for link in listed(bundle.get("link")):
        if isinstance(link, dict) and link.get("relation") == "next":
            return as_text(link.get("url"))
    return ""
