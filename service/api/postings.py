"""Charges on their way to billing, and the lanes in which a person is needed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.access import CandidateReader, Settler
from service.api.inputs import Settlement
from service.api.once import Answer, OnceOf
from service.api.parts import PartsOf
from service.api.schemas import ChargeOut, PostingOut, charge_out, posting_out
from service.domain.charge import PostingState
from service.pipeline import decide
from service.store import Store
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
    request: Request,
    response: Response,
    parts: PartsOf,
    user: CandidateReader,
    state: Annotated[list[PostingState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> list[PostingOut]:
    """How charges stand at billing, in order of approval; by default those that need a person.

    Those are unknown and refused. `Link` leads to the page after this one.
    """
    states = [each.value for each in state or [PostingState.UNKNOWN, PostingState.REFUSED]]
    with parts.database.look() as store:
        postings = store.postings.page(user.facility, states=states, limit=limit, after=after)
    if len(postings) == limit:
        following = request.url.include_query_params(after=postings[-1].sequence)
        response.headers["Link"] = f'<{following}>; rel="next"'
    return [posting_out(posting) for posting in postings]


@router.post("/postings/{identifier}/settle", response_model=PostingOut)
def settle(identifier: str, body: Settlement, parts: PartsOf, user: Settler, once: OnceOf) -> Response:
    """Say what became of a posting whose fate is unknown, or send a refused one again."""

    def work(store: Store) -> Answer:
        decide.settle(store, user, identifier, PostingState(body.state), body.reason)
        return Answer(posting_out(store.postings.get(identifier, user.facility)))

    settled = once.do(work)
    parts.approved()
    return settled
