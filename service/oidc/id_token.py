"""The ID token: who has signed in."""

import hmac

from joserfc.jwk import KeySet

from service.domain.signing_in import OidcPlan
from service.oidc.signed import Claims, claims_of, name_in, not_trusted, text_of


def signed_in(token: str, keys: KeySet, plan: OidcPlan, *, nonce: str, now: float) -> Claims:
    """What the token says; NotVouchedFor unless it is good, and was made for this sign-in."""
    _, claims = claims_of(token, keys, plan, now=now)
    if not hmac.compare_digest(text_of(claims, "nonce").encode(), nonce.encode()):
        raise not_trusted("nonce: it was made for another sign-in")
    name_in(claims, "sub")
    return claims
