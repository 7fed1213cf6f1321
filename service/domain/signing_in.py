"""Signing in: the identity provider of a site, what it says of a person, and why it may not be enough."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Way(StrEnum):
    """How somebody signs in."""

    PASSWORD = "password"  # noqa: S105 - a word, no secret
    TOKEN = "token"  # noqa: S105 - likewise
    OIDC = "oidc"


class Reason(StrEnum):
    """Why a provider's answer lets nobody in; the page has a sentence for each."""

    BEGIN_AGAIN = "begin-again"  # it belongs to no sign-in that this browser began lately
    DENIED = "denied"  # the provider itself said no
    AWAY = "provider-away"
    NOT_TRUSTED = "not-trusted"  # the ID token is not what it should be
    TOO_WEAK = "too-weak"  # signed in there, and not as strongly as the site demands
    UNKNOWN_USER = "unknown-user"
    NO_ROLE = "no-role"
    NAME_TAKEN = "name-taken"
    REVOKED = "revoked"
    TOO_MANY = "too-many"  # attempts from this address failed: one has to wait


@dataclass(frozen=True, slots=True)
class OidcPlan:
    """An OpenID provider, and what its claims mean here. Read from a file of the site."""

    title: str  # on the button
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)  # "" = a public client: PKCE alone
    scope: str
    hosts: frozenset[str]  # all that we may speak to; that of the issuer is among them
    algorithms: tuple[str, ...]  # asymmetric ones
    user_claim: str
    roles_claim: str  # "" = only users who were added here, with the roles that they have here
    roles: Mapping[str, tuple[str, ...]]  # value of the claim -> our roles
    facility_claim: str  # "" = `facility` for all
    facilities: Mapping[str, str]
    facility: str
    demands: Mapping[str, frozenset[str]]  # claim (acr, amr) -> values of which it must have one


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider vouches for, in our words."""

    issuer: str
    subject: str
    name: str
    roles: frozenset[str] | None  # None = the provider says nothing of roles
    facility: str
    session: str  # what the provider calls its own session; "" = it does not say


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Whom a provider has signed out: a subject, one of its sessions, or both named together."""

    issuer: str
    subject: str  # "" = whoever has that session
    session: str  # "" = all of that subject
    token: str  # name of the token that says so, which is said once


def claim_of(claims: Mapping[str, Any], path: str) -> Any:
    """A claim; "realm_access.roles" is a claim within a claim, unless one is called just that."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def texts_of(value: Any) -> frozenset[str]:
    """The texts of a claim: one, or a list of them."""
    listed = value if isinstance(value, list) else [value]
    return frozenset(each for each in listed if isinstance(each, str))
