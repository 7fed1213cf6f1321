"""Ehr: a FHIR server that procedures are fetched from, or that tells of them. Read from files of the site."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SmartClient:
    """How we make ourselves known by SMART Backend Services."""

    client_id: str
    key_file: Path  # PEM, private
    key_id: str  # "kid" of the public key that the server knows
    algorithm: str  # RS384, ES384
    scope: str  # "system/Procedure.rs"
    token_url: str  # "" = as the server's .well-known/smart-configuration says


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for, again and again, as it changes."""

    resource_type: str
    parameters: tuple[tuple[str, str], ...] = ()  # beside _lastUpdated: ("_include", "Procedure:subject")


@dataclass(frozen=True, slots=True)
class SubscriptionPlan:
    """What the server is asked to tell us of."""

    criteria: str  # "Procedure?status=completed"; with a topic, its filter
    topic: str = ""  # canonical; "" = the classic subscription of R4
    content: str = "full-resource"  # empty, id-only, full-resource
    heartbeat: int = 0  # seconds; 0 = none


@dataclass(frozen=True, slots=True)
class Signature:
    """How a notification proves that the server sent it: HMAC-SHA-256 over its bytes."""

    header: str
    secret_file: Path


@dataclass(frozen=True, slots=True)
class Ehr:
    """One FHIR server."""

    name: str
    base_url: str  # ends with "/"
    facility: str
    fhir_version: str = "R4"  # R4, R4B, R5
    hosts: frozenset[str] = frozenset()  # all that we may speak to; that of base_url is among them
    smart: SmartClient | None = None
    token_file: Path | None = None  # a bearer token that stays the same
    searches: tuple[Search, ...] = ()
    since: str = ""  # instant from which on the first search asks; "" = from the first start on
    every: float = 60.0  # seconds between two searches; 0 = only when a notification asks for one
    overlap: float = 300.0  # seconds that a search asks for once more: servers index late
    page_size: int = 100
    subscription: SubscriptionPlan | None = None
    signature: Signature | None = None
