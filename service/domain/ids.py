"""Identifiers of our own: unguessable, and ordered by time where order helps the database."""

import secrets
import time

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARGE_KEY_CHARACTERS = 12  # FT1-2 is ST(12) up to HL7 2.8


def new_id() -> str:
    """32 hex digits: 48 bits of milliseconds, then 80 random bits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def new_charge_key() -> str:
    """Twelve characters for FT1-2: 60 random bits, without letters that look like digits."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(_CHARGE_KEY_CHARACTERS))


def new_control_id() -> str:
    """Twenty characters for MSH-10: the longest that HL7 2.5.1 allows."""
    return f"{time.time_ns() // 1_000_000:012X}{secrets.token_hex(4).upper()}"
