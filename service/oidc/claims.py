"""What a provider's claims mean here."""

import re
from collections.abc import Mapping
from typing import Any

from service.domain.errors import NotVouchedFor
from service.domain.signing_in import Identity, OidcPlan, Reason, claim_of, texts_of
from service.oidc.signed import text_of

_NAME = re.compile(r"[^\x00-\x1f\x7f*]{1,64}")


def identity_of(claims: Mapping[str, Any], plan: OidcPlan) -> Identity:
    """Whom the claims of an ID token name, with the roles and the facility that the site's file gives."""
    for claim, values in plan.demands.items():
        if not values & texts_of(claim_of(claims, claim)):
            raise NotVouchedFor(Reason.TOO_WEAK, f"{claim} has none of the values that the site demands")
    name = claim_of(claims, plan.user_claim)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise NotVouchedFor(Reason.UNKNOWN_USER, f"{plan.user_claim} holds no name")
    return Identity(
        issuer=plan.issuer,
        subject=claims["sub"],
        name=name,
        roles=_roles(claims, plan),
        facility=_facility(claims, plan),
        session=text_of(claims, "sid"),
    )


def _roles(claims: Mapping[str, Any], plan: OidcPlan) -> frozenset[str] | None:
    if not plan.roles_claim:
        return None
    said = texts_of(claim_of(claims, plan.roles_claim))
    return frozenset(role for value in said for role in plan.roles.get(value, ()))


def _facility(claims: Mapping[str, Any], plan: OidcPlan) -> str:
    """That of the claim; nobody is let into another one because the claim is missing."""
    if not plan.facility_claim:
        return plan.facility
    said = texts_of(claim_of(claims, plan.facility_claim))
    found = {plan.facilities[value] for value in said if value in plan.facilities}
    if len(found) != 1:
        raise NotVouchedFor(Reason.NO_ROLE, f"{plan.facility_claim} names {len(found)} facilities, not one")
    return found.pop()
