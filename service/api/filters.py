"""Filters of worklists, as query parameters and as JSON: ids, codes and closed words, no patient."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.api.inputs import Flag
from service.domain.charge import OPEN, CandidateStatus
from service.domain.errors import Fault, UnreadableInput
from service.domain.stakes import Stakes
from service.domain.worklist import NOBODY, OTHERS, Filter, Key, Order
from service.store.users import User

ME = "me"
_MOST_VALUES = 20
_Word = Annotated[str, Field(max_length=96, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Words = Annotated[list[_Word], Field(max_length=_MOST_VALUES)]
_Name = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Days = Annotated[int, Field(ge=0, le=36_500)]


class FilterIn(BaseModel):
    """Which lines: those that fit all that is said."""

    model_config = ConfigDict(extra="forbid")

    status: Annotated[
        list[CandidateStatus] | None, Field(description="By default what waits for a person", max_length=6)
    ] = None
    table: _Words = []
    code: _Words = []
    payer: Annotated[_Words, Field(description="Kinds of payer: values of encounter.payer")] = []
    provider: Annotated[str, Field(description="As `provider` of a line", pattern=r"^([0-9a-f]{32})?$")] = ""
    facility: Annotated[str, Field(max_length=64, pattern=r"^[^*\s\x00]*$")] = ""
    assigned: Annotated[_Name | None, Field(description=f"{ME}, {NOBODY}, or a user")] = None
    claimed: Annotated[
        str | None, Field(description=f"{ME}, {NOBODY} or {OTHERS}", pattern=f"^({ME}|{NOBODY}|{OTHERS})$")
    ] = None
    held: Flag | None = None
    asked: Annotated[Flag | None, Field(description="Whether a clinician's answer is waited for")] = None
    question: Annotated[Flag | None, Field(description="Whether a computed question is open")] = None
    edit: Annotated[Flag | None, Field(description="Whether a CMS edit bites")] = None
    older_than_days: Annotated[_Days | None, Field(description="Since arrival")] = None
    younger_than_days: _Days | None = None
    due_within_days: Annotated[
        int | None, Field(ge=-36_500, le=36_500, description="Until the payer's filing limit; -1 = overdue")
    ] = None
    least_amount: Annotated[
        Decimal | None,
        Field(ge=0, max_digits=12, decimal_places=2, description="At stake, by the charge master"),
    ] = None
    order: Order = Order.OLDEST

    def filter(self, user: User, stakes: Stakes) -> Filter:
        """For a user: `me` is who asks."""
        return Filter(
            statuses=tuple(self.status) if self.status else OPEN,
            facility=self.facility,
            tables=tuple(self.table),
            codes=tuple(self.code),
            payers=tuple(self.payer),
            provider=self.provider,
            assigned_to=user.name if self.assigned == ME else self.assigned or "",
            claimed_by=user.name if self.claimed == ME else self.claimed or "",
            reader=user.name,
            is_held=self.held,
            is_asked=self.asked,
            has_question=self.question,
            has_edit=self.edit,
            older_than_days=self.older_than_days,
            younger_than_days=self.younger_than_days,
            due=None if self.due_within_days is None else stakes.due(self.due_within_days),
            fits=None if self.least_amount is None else stakes.at_least(self.least_amount),
            order=self.order,
            runs=stakes.runs,
        )


class PageQuery(FilterIn):
    """A page of a worklist."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[str, Field(description="As the link to the next page has it", max_length=40)] = ""

    @property
    def place(self) -> Key | None:
        """Where the page begins."""
        if not self.after:
            return None
        try:
            place = Key.parse(self.after)
        except ValueError:
            place = None
        if place is None or (self.order is Order.LIMIT and not place.day):
            raise UnreadableInput(Fault("/after", "102", "this is no cursor: follow the links"))
        return place
