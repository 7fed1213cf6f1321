"""Identifiers of our own: unguessable, and ordered by time where order helps the database."""

import secrets
import time

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HALF = len(_CROCKFORD) // 2
_CHARGE_KEY_CHARACTERS = 12  # FT1-2 is ST(12) up to HL7 2.8


def new_id() -> str:
    """32 hex digits: 48 bits of milliseconds, then 80 random bits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def new_charge_key() -> str:
    """Twelve characters for FT1-2: 59 random bits, without letters that look like digits.

    The last one is of the first half of the alphabet: the second half is for technical components.
    """
    body = "".join(secrets.choice(_CROCKFORD) for _ in range(_CHARGE_KEY_CHARACTERS - 1))
    return body + secrets.choice(_CROCKFORD[:_HALF])


def technical_key(key: str) -> str:
    """The key of a charge's technical component, where a receiver is told both: no other charge has it."""
    return key[:-1] + _CROCKFORD[_CROCKFORD.index(key[-1]) - _HALF]


def charge_key_of(key: str) -> str:
    """The charge's own key, where this is that of its technical component; any other text as it is."""
    return technical_key(key) if key[-1:] in _CROCKFORD[_HALF:] and key else key


def new_control_id() -> str:
    """Twenty characters for MSH-10: the longest that HL7 2.5.1 allows."""
    return f"{time.time_ns() // 1_000_000:012X}{secrets.token_hex(4).upper()}"
