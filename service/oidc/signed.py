"""Tokens that the provider signed: what must hold of each before a word of it is believed."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from service.domain.errors import NotVouchedFor
from service.domain.signing_in import OidcPlan, Reason

Claims = Mapping[str, Any]
Header = Mapping[str, Any]

_KINDS: Final[Mapping[str, type[RSAKey] | type[ECKey] | type[OKPKey]]] = {
    "RSA": RSAKey,
    "EC": ECKey,
    "OKP": OKPKey,
}
_CLOCKS_DIFFER = 60.0
_OLDEST = 600.0  # it was made for what happens now
_LONGEST_NAME = 255


def key_set(published: Mapping[str, Any]) -> KeySet:
    """The provider's public keys for signing; those of other kinds are passed over."""
    listed = published.get("keys")
    keys: list[OctKey | RSAKey | ECKey | OKPKey] = [
        key for each in (listed if isinstance(listed, list) else []) if (key := _key(each))
    ]
    if not keys:
        raise NotVouchedFor(Reason.AWAY, "the provider publishes no key for signing")
    return KeySet(keys)


def _key(published: Any) -> RSAKey | ECKey | OKPKey | None:
    if not isinstance(published, dict) or published.get("use", "sig") != "sig":
        return None
    kind = _KINDS.get(str(published.get("kty")))
    try:
        return kind.import_key(published) if kind else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None  # a curve of tomorrow must not keep out those whose key is of today


def key_id(token: str) -> str:
    """The name of the key that the token says it is signed with; "" = it does not say."""
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError):
        raise not_trusted("form: it is no signed token") from None
    named = header.get("kid", "")
    return named if isinstance(named, str) else ""


def claims_of(token: str, keys: KeySet, plan: OidcPlan, *, now: float) -> tuple[Header, Claims]:
    """Header and claims; NotVouchedFor unless this provider made it, for us, just now."""
    try:
        read = jwt.decode(token, keys, algorithms=list(plan.algorithms))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise not_trusted(f"signature: it does not hold ({type(error).__name__})") from None
    _check_parties(read.claims, plan)
    _check_times(read.claims, now)
    return read.header, read.claims


def name_in(claims: Claims, claim: str) -> str:
    """A claim that names somebody or something; NotVouchedFor where it does not."""
    name = text_of(claims, claim)
    if not 0 < len(name) <= _LONGEST_NAME:
        raise not_trusted(f"{claim}: it names nothing")
    return name


def _check_parties(claims: Claims, plan: OidcPlan) -> None:
    if claims.get("iss") != plan.issuer:
        raise not_trusted("iss: another provider made it")
    audience = claims.get("aud")
    listed: Sequence[Any] = audience if isinstance(audience, list) else [audience]
    if plan.client_id not in listed:
        raise not_trusted("aud: it is meant for others")
    if claims.get("azp", plan.client_id) != plan.client_id or (len(listed) > 1 and "azp" not in claims):
        raise not_trusted("azp: it was given to others")


def _check_times(claims: Claims, now: float) -> None:
    # Each holds only if it is said to hold: what is no number is NaN, and no comparison with that is true.
    if not now - _CLOCKS_DIFFER < _number(claims, "exp") < math.inf:
        raise not_trusted("exp: it has expired")
    if not now - _OLDEST <= _number(claims, "iat") <= now + _CLOCKS_DIFFER:
        raise not_trusted("iat: it was not made just now")
    if "nbf" in claims and not _number(claims, "nbf") <= now + _CLOCKS_DIFFER:
        raise not_trusted("nbf: it is not valid yet")


def _number(claims: Claims, name: str) -> float:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def text_of(claims: Claims, name: str) -> str:
    """A claim that is a text; "" = it is none."""
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def not_trusted(why: str) -> NotVouchedFor:
    """The token is not what it should be."""
    return NotVouchedFor(Reason.NOT_TRUSTED, f"token, {why}")
