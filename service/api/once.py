"""Once: a change and its answer in one transaction, and never twice for one Idempotency-Key."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from service.api.access import Caller
from service.api.parts import Parts, PartsOf
from service.domain.errors import StaleVersion
from service.domain.stakes import Stakes
from service.pipeline.reviewing import Reviewer
from service.store import Store
from service.store.given_answers import GivenAnswer
from service.store.users import User

_LONGEST_VERSION = 9  # digits
_JSON = "application/json"
IfMatch = Annotated[str | None, Header(description='The ETag that was read, as "3"')]
IdempotencyKey = Annotated[
    str | None,
    Header(
        description="A name of this request, new for each: sent again, it is answered again, not done again",
        pattern=r"^[\x21-\x7e]{1,128}$",
    ),
]


class MissingVersion(StaleVersion):
    """If-Match is needed: send the ETag that you read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a change is answered with."""

    body: BaseModel | None
    status: int = 200
    version: int = 0  # for the ETag; 0 = none
    location: str = ""

    def headers(self) -> dict[str, str]:
        """Those that go with the body."""
        etag = {"ETag": f'"{self.version}"'} if self.version else {}
        return etag | ({"Location": self.location} if self.location else {})

    def content(self) -> bytes:
        """The body as JSON; nothing where there is none."""
        return self.body.model_dump_json().encode() if self.body else b""


class Once:
    """A change that is asked for over HTTP."""

    def __init__(self, parts: Parts, user: User, key: str | None, request: str) -> None:
        self._parts = parts
        self._user = user
        self._key = key
        self._request = request

    @property
    def stakes(self) -> Stakes:
        """What the site knows of limits and prices, to be shown with a line."""
        return self._parts.stakes

    def do(self, work: Callable[[Store], Answer]) -> Response:
        """Carry it out and answer; or answer as before."""
        with self._parts.database.transaction() as store:
            if self._key is None:
                answer = work(store)
                return _response(answer.status, answer.headers(), answer.content())
            known = store.given_answers.begin(self._user.name, self._key, self._request)
            if known is None:
                answer = work(store)
                kept = orjson.dumps([answer.headers(), answer.content().decode()])
                store.given_answers.keep(self._user.name, self._key, GivenAnswer(answer.status, kept))
                return _response(answer.status, answer.headers(), answer.content())
        headers, content = orjson.loads(known.body)
        return _response(known.status, headers | {"Idempotency-Replayed": "true"}, content.encode())


def _response(status: int, headers: dict[str, str], content: bytes) -> Response:
    return Response(content, status, headers, media_type=_JSON if content else None)


async def once(
    request: Request, parts: PartsOf, user: Caller, idempotency_key: IdempotencyKey = None
) -> Once:
    """What one request asks to be done."""
    said = (request.method, str(request.url.path), request.url.query, request.headers.get("if-match", ""))
    digest = sha256("\n".join(said).encode() + b"\n" + await request.body()).hexdigest()
    return Once(parts, user, idempotency_key, digest)


def reviewer(user: User, identifier: str, if_match: str | None) -> Reviewer:
    """A user at work on a line at the version that the request names."""
    return Reviewer(user, identifier, version_of(if_match))


def version_of(if_match: str | None) -> int:
    """The version that If-Match names."""
    if not if_match:
        raise MissingVersion
    version = if_match.strip().strip('"')
    if not version.isdecimal() or len(version) > _LONGEST_VERSION:
        raise StaleVersion(f"If-Match {if_match[:20]!r} is no version")
    return int(version)


OnceOf = Annotated[Once, Depends(once)]
