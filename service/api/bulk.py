"""Bulk: approve, reject, assign or hold many lines, each for itself, or try what would become of them."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, model_validator

from service.api.access import Decider
from service.api.inputs import Day, Ids, In, Reason, shown
from service.api.once import Answer, OnceOf
from service.api.parts import Parts, PartsOf
from service.api.problems import described
from service.domain.review import Candidate
from service.pipeline import decide, handling
from service.pipeline.bulk import Item, Outcome, Step, bulk, refuse_questions
from service.pipeline.reviewing import Reviewer
from service.store import Store

router = APIRouter(prefix="/v1/candidates", tags=["review"])
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class ItemIn(In):
    """A line as it was read."""

    id: _Id
    version: Annotated[int, Field(ge=1, le=999_999_999)]
    edits_seen: Ids = Field(default_factory=list)


class BulkIn(In):
    """What to do with which lines. `reason` is for reject and hold, `to` for assign, `until` for hold."""

    model_config = shown(
        action="reject", dry_run=True, items=[{"id": "0" * 32, "version": 1}], reason="duplicate"
    )

    action: Literal["approve", "reject", "assign", "hold"]
    dry_run: bool = False
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=200)]
    reason: Reason | None = None
    text: Annotated[str, Field(max_length=500)] = ""
    to: Annotated[str | None, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")] = None
    until: Day | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanting = {"reject": self.reason, "hold": self.reason, "assign": self.to}
        if self.action in wanting and wanting[self.action] is None:
            message = "reject and hold need a reason, assign needs whom to"
            raise ValueError(message)
        return self


class ItemOut(BaseModel):
    """What became of one line, or would."""

    id: str
    outcome: Literal["done", "refused"]
    status: str
    version: int
    problem: dict[str, Any] | None


class BulkOut(BaseModel):
    """What became of the lines, in the order in which they were named."""

    dry_run: bool
    done: int
    refused: int
    items: list[ItemOut]


@router.post("/bulk", response_model=BulkOut)
def do_many(body: BulkIn, parts: PartsOf, user: Decider, once: OnceOf) -> Response:
    """Do one thing with many lines. Of each it is said what was done, or why it was not.

    A line with an edit that is not named as seen, about which something is asked, or that may be charged
    already under another order, is not approved so.
    """
    step = _steps(parts, body)[body.action]
    items = [Item(each.id, each.version, tuple(each.edits_seen)) for each in body.items]

    def work(store: Store) -> Answer:
        outcomes = list(map(_shown, bulk(store, user, items, step, dry_run=body.dry_run)))
        done = sum(each.outcome == "done" for each in outcomes)
        told = BulkOut(dry_run=body.dry_run, done=done, refused=len(outcomes) - done, items=outcomes)
        return Answer(told)

    answer = once.do(work)
    if body.action == "approve":
        parts.approved()
    return answer


def _steps(parts: Parts, body: BulkIn) -> dict[str, Step]:
    def approve(store: Store, who: Reviewer, item: Item) -> Candidate:
        refuse_questions(store.candidates.get(item.id, who.user.facility))
        return decide.approve(
            store,
            who,
            parts.destination,
            item.edits_seen,
            hold=parts.hold,
            second=parts.second_review,
            duplicates_seen=(),
        )

    def each(step: Callable[..., Candidate], *arguments: Any) -> Step:
        return lambda store, who, _item: step(store, who, *arguments)

    return {
        "approve": approve,
        "reject": each(decide.reject, body.reason, body.text),
        "assign": each(handling.assign, body.to),
        "hold": each(handling.hold, body.reason, body.until, parts.days),
    }


def _shown(outcome: Outcome) -> ItemOut:
    if outcome.line:
        line = outcome.line
        return ItemOut(id=line.id, outcome="done", status=line.status, version=line.version, problem=None)
    assert outcome.error
    item = outcome.item
    told = described(outcome.error)
    return ItemOut(id=item.id, outcome="refused", status="", version=item.version, problem=told)
