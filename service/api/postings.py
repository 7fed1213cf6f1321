"""Charges on their way to billing, and the lanes in which a person is needed."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.api.access import CandidateReader, Settler
from service.api.parts import PartsOf
from service.api.schemas import ChargeOut, PostingOut, Settlement, charge_out, posting_out
from service.domain.charge import PostingState
from service.pipeline import decide
from service.store.transaction import AuditEntry

router = APIRouter(prefix="/v1", tags=["posting"])


@router.get("/charges")
def list_charges(
    parts: PartsOf,
    user: CandidateReader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> list[ChargeOut]:
    """Approved charges in order of approval, without the patient."""
    with parts.database.transaction() as store:
        charges = store.charges.page(user.facility, limit=limit, after=after)
        store.audit(AuditEntry(user.facility, "review", user.name, "list", "charge", "", len(charges)))
        return [charge_out(charge, store.postings.of_charge(charge.key)) for _, charge in charges]


@router.get("/postings")
def list_postings(
    parts: PartsOf,
    user: CandidateReader,
    state: Annotated[list[PostingState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> list[PostingOut]:
    """How charges stand at billing; by default those that need a person: unknown and refused."""
    states = [each.value for each in state or [PostingState.UNKNOWN, PostingState.REFUSED]]
    with parts.database.look() as store:
        postings = store.postings.page(user.facility, states=states, limit=limit, after=after)
    return [posting_out(posting) for posting in postings]


@router.post("/postings/{identifier}/settle")
def settle(identifier: str, body: Settlement, parts: PartsOf, user: Settler) -> PostingOut:
    """Say what became of a posting whose fate is unknown, or send a refused one again."""
    with parts.database.transaction() as store:
        decide.settle(store, user, identifier, PostingState(body.state), body.reason)
        settled = posting_out(store.postings.get(identifier, user.facility))
    parts.approved()
    return settled
