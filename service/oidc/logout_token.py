"""The logout token: who is signed in no longer (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6)."""

from typing import Final

from joserfc.jwk import KeySet

from service.domain.signing_in import OidcPlan, SignedOut
from service.oidc.signed import claims_of, name_in, not_trusted

_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_TYPES: Final = frozenset({"logout+jwt", "jwt", ""})  # "" = older providers do not say


def signed_out(token: str, keys: KeySet, plan: OidcPlan, *, now: float) -> SignedOut:
    """Whom the provider has signed out; NotVouchedFor unless it is good, and a logout token."""
    header, claims = claims_of(token, keys, plan, now=now)
    if str(header.get("typ", "")).lower().removeprefix("application/") not in _TYPES:
        raise not_trusted("typ: it is of another kind")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_EVENT), dict):
        raise not_trusted("events: it tells of no logout")
    if "nonce" in claims:
        raise not_trusted("nonce: it was made for a sign-in")
    subject, session = (name_in(claims, each) if each in claims else "" for each in ("sub", "sid"))
    if not (subject or session):
        raise not_trusted("sub, sid: it names nobody")
    return SignedOut(plan.issuer, subject, session, name_in(claims, "jti"))
