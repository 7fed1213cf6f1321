"""Patient data at rest: AES-256-GCM under keys that the database does not hold.

A sealed value is one byte of key number, 12 bytes of nonce, and the ciphertext with its tag. It is bound to
the place it stands in (table, row, facility): moved elsewhere, it does not open.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from service.domain.errors import SetupError

_NONCE = 12
_KEY_BYTES = 32
_LAST_KEY_NUMBER = 255
_LOT_DIGITS = 13  # hexadecimal: 52 bits, which a float holds whole


class Keyring:
    """Numbered keys: the highest seals, all of them open. Losing them is losing the data."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys:
            raise SetupError("there is no encryption key: set CHARGE_CAPTURE_KEY or CHARGE_CAPTURE_KEY_FILE")
        if any(len(key) != _KEY_BYTES for key in keys.values()):
            raise SetupError("an encryption key must be 32 bytes, written in base64")
        if not set(keys) <= set(range(1, _LAST_KEY_NUMBER + 1)):
            raise SetupError(f"the number of an encryption key is 1 to {_LAST_KEY_NUMBER}")
        self._ciphers = {number: AESGCM(_derived(key, b"seal")) for number, key in keys.items()}
        self._current = max(keys)
        # Fingerprints must stay the same when a key is added, so they hang on the first.
        self._fingerprint = _keyed_hash(keys[min(keys)], b"fingerprint")
        self._audit = _keyed_hash(keys[min(keys)], b"audit")

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the keys; the last one seals."""
        return tuple(sorted(self._ciphers))

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt for one place."""
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self._current].encrypt(nonce, plain, place.encode())
        return bytes((self._current,)) + nonce + sealed

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt; SetupError when the key is missing, or the value was altered or moved."""
        cipher = self._ciphers.get(sealed[0])
        if cipher is None:
            raise SetupError(f"the key number {sealed[0]} is missing from the keyring")
        try:
            return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], place.encode())
        except InvalidTag:
            raise SetupError(f"a sealed value does not open in its place: {place}") from None

    def fingerprint(self, *parts: str) -> str:
        """A keyed hash: finds equal identifiers again without storing them."""
        return _hashed(self._fingerprint, "\x1f".join(parts).encode())[:32]

    def lot(self, *parts: str) -> float:
        """A throw from 0 up to, and without, 1: nobody chooses it, and it comes out the same each time."""
        return int(self.fingerprint(*parts)[:_LOT_DIGITS], 16) / 16.0**_LOT_DIGITS

    def chain(self, text: bytes) -> str:
        """The link of the audit chain: cannot be forged with the database alone."""
        return _hashed(self._audit, text)


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"charge-capture/1/" + purpose, hashlib.sha256).digest()


def _keyed_hash(key: bytes, purpose: bytes) -> HMAC:
    return HMAC(_derived(key, purpose), SHA256())


def _hashed(keyed: HMAC, text: bytes) -> str:
    """In hex. To take in a key costs more than to hash a short text: it is done once."""
    taking = keyed.copy()
    taking.update(text)
    return taking.finalize().hex()


def parse_keys(text: str) -> dict[int, bytes]:
    """Read `NUMBER:BASE64` lines (or one bare base64 key, which is number 1)."""
    keys: dict[int, bytes] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        number, _, encoded = line.rpartition(":")
        try:
            keys[int(number or "1")] = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise SetupError("a key line is not NUMBER:BASE64") from None
    return keys


def new_key_line(number: int) -> str:
    """A fresh random key as a line of a key file."""
    return f"{number}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}\n"


def make_key_file(path: Path) -> None:
    """Write a first key file that only its owner may read; an existing one is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(new_key_line(1))
        file.flush()
        os.fsync(file.fileno())


def add_key(path: Path) -> int:
    """Append a key to a key file; from the next start on it seals what is new. Gives its number."""
    number = max(parse_keys(path.read_text()), default=0) + 1
    if number > _LAST_KEY_NUMBER:
        raise SetupError("the keyring is full (255 keys)")
    with path.open("a") as file:
        file.write(new_key_line(number))
        file.flush()
        os.fsync(file.fileno())
    return number
