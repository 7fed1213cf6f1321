"""Limits and headers around every request: a bounded body, and nothing of an answer kept by a cache."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import problem

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


class _TooLarge(Exception):
    """The body passed its limit while it was read."""


class Limits:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, body_limit: int) -> None:
        self._app = app
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within the limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > self._body_limit:
            await self._discard(receive)
            await self._refuse(scope, receive, send)
            return
        try:
            await self._app(scope, self._counted(receive), _with_headers(send))
        except _TooLarge:
            await self._refuse(scope, receive, send)

    def _counted(self, receive: Receive) -> Receive:
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._body_limit:
                raise _TooLarge
            return message

        return counted

    async def _discard(self, receive: Receive) -> None:
        """Read past a body: a client that is still sending would see a reset, and never the answer."""
        read = 0
        while read <= 2 * self._body_limit:
            message = await receive()
            read += len(message.get("body", b""))
            if not message.get("more_body"):
                return

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        detail = f"the body is longer than {self._body_limit} bytes"
        await problem(413, "too-large", detail)(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    async def headed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)  # a route may be stricter
        await send(message)

    return headed
