"""Cookies of the page: what they are called, how they are set, and which requests may come by them.

Over TLS their names begin with __Host-: a browser then takes them from this very host alone. Without TLS, on
loopback, the port is in the name, since browsers give the cookies of a host to all its ports.
"""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from fastapi import Request, Response

from service.api.parts import parts_of
from service.domain.addresses import is_loopback
from service.domain.errors import ChargeCaptureError, NotAllowed

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_DEVICE_SECONDS: Final = 90 * 86_400
_PENDING_SECONDS: Final = 600


class ForeignRequest(ChargeCaptureError):
    """Another site sent this request: only the page itself may change something with its cookie."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of one request."""

    request: Request
    origin: str  # https://host[:port] under which the page was opened
    plain: bool  # whether other machines may do without TLS

    @classmethod
    def of(cls, request: Request) -> Self:
        """Those that a request carries."""
        address = parts_of(request).address
        asked = f"{request.url.scheme}://{request.headers.get('host', '')}".lower()
        return cls(request, address.public_url.lower() or asked, address.plain)

    @property
    def session(self) -> str:
        """The id of a session; "" = none."""
        return self.request.cookies.get(self._name(""), "")

    @property
    def pending(self) -> str:
        """What a sign-in at the identity provider was begun with; "" = none."""
        return self.request.cookies.get(self._name("-pending"), "")

    def device(self, user: str) -> str:
        """The mark of a browser in which this user signed in; `user` is a fingerprint."""
        return self.request.cookies.get(self._device_name(user), "")

    def refuse_foreign(self) -> None:
        """ForeignRequest where another site in the same browser sent a change, or nobody knows whom."""
        if self.request.method not in _SAFE and self._sent_by_page() is not True:
            raise ForeignRequest

    def refuse_sign_in(self) -> None:
        """ForeignRequest where another site signs somebody in; and as refuse_plain.

        What is no browser says nothing of where its request comes from, and has no cookies to misuse.
        """
        if self._sent_by_page() is False:
            raise ForeignRequest
        self.refuse_plain()

    def refuse_plain(self) -> None:
        """NotAllowed where a secret would go over the network in the clear."""
        host = urlsplit(self.origin).hostname or ""
        if not (self._is_secure or is_loopback(host) or self.plain):
            raise NotAllowed("nobody signs in without TLS: open the page by https (see docs/sign-in.md)")

    def set_session(self, response: Response, identifier: str) -> None:
        """Strict: no other site's link or form ever brings it along."""
        response.set_cookie(
            self._name(""), identifier, secure=self._is_secure, httponly=True, samesite="strict"
        )

    def drop_session(self, response: Response) -> None:
        """The browser need not keep what is worth nothing any more."""
        response.delete_cookie(self._name(""), secure=self._is_secure, httponly=True, samesite="strict")

    def set_device(self, response: Response, user: str) -> None:
        """Mark a browser in which this user has signed in."""
        response.set_cookie(
            self._device_name(user),
            user,
            max_age=_DEVICE_SECONDS,
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )

    def set_pending(self, response: Response, sealed: str) -> None:
        """Lax: it must come along when the identity provider sends the browser back."""
        response.set_cookie(
            self._name("-pending"),
            sealed,
            max_age=_PENDING_SECONDS,
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )

    def drop_pending(self, response: Response) -> None:
        """It was for one sign-in."""
        response.delete_cookie(self._name("-pending"), secure=self._is_secure, httponly=True, samesite="lax")

    @property
    def _is_secure(self) -> bool:
        return self.origin.startswith("https://")

    def _name(self, what: str) -> str:
        port = urlsplit(self.origin).port or 80
        return f"__Host-charge-capture{what}" if self._is_secure else f"charge-capture-{port}{what}"

    def _device_name(self, user: str) -> str:
        return self._name(f"-device-{user[:8]}")

    def _sent_by_page(self) -> bool | None:
        """Whether the browser says so; None where it says nothing. Neither header can be set by a script."""
        headers = self.request.headers
        if "sec-fetch-site" in headers:
            return headers["sec-fetch-site"] == "same-origin"
        return headers["origin"].lower() == self.origin if "origin" in headers else None
