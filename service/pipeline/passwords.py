"""Passwords: Argon2id, as RFC 9106 recommends it where memory is shared with other work."""

import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.domain.errors import TryAgainLater, UnusablePassword

LEAST, MOST = 12, 256  # characters
_FEW = 4  # different characters
_OBVIOUS = frozenset({"", "password", "password1", "123", "1234", "12345", "charge-capture"})
_AT_ONCE = 2  # each takes 64 MiB for some 50 ms
_PATIENCE = 5.0


class Passwords:
    """Makes hashes, and compares with them."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def hashed(self, name: str, password: str) -> str:
        """The hash of a new password; UnusablePassword where anybody could guess it."""
        text = _normal(password)
        if not LEAST <= len(text) <= MOST:
            raise UnusablePassword(f"a password has {LEAST} to {MOST} characters")
        if len(set(text)) <= _FEW or text.casefold().replace(name.casefold(), "") in _OBVIOUS:
            raise UnusablePassword("this password is too easily guessed: choose other words")
        return self._hasher.hash(text)

    def match(self, hashed: str | None, password: str) -> bool:
        """Whether the password is that of the hash. None, for nobody's, takes the same time."""
        if not self._free.acquire(timeout=_PATIENCE):
            raise TryAgainLater("too many sign in at once")
        try:
            self._hasher.verify(hashed or self._nobodys, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._free.release()
        return hashed is not None

    def renewed(self, hashed: str, password: str) -> str | None:
        """A hash by today's parameters, where this one was made by others."""
        return self._hasher.hash(_normal(password)) if self._hasher.check_needs_rehash(hashed) else None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")


def _normal(password: str) -> str:
    """Keyboards differ in how they spell an accent."""
    return unicodedata.normalize("NFC", password)
