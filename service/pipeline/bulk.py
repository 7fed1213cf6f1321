"""Bulk: one step on many lines, each for itself. Of each it is said what was done, or why it was not."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from service.domain.errors import InputError, RequestError, WrongState
from service.domain.review import Candidate
from service.pipeline.reviewing import Reviewer
from service.store import Store
from service.store.users import User


@dataclass(frozen=True, slots=True)
class Item:
    """A line as it was read, and the edits that were seen beside it."""

    id: str
    version: int
    edits_seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line: the line as it is now, or why nothing was done."""

    item: Item
    line: Candidate | None = field(default=None, repr=False)
    error: Exception | None = None


Step = Callable[[Store, Reviewer, Item], Candidate]


class _DryRun(Exception):
    """All of it was only tried."""


def bulk(store: Store, user: User, items: Sequence[Item], step: Step, *, dry_run: bool) -> list[Outcome]:
    """Do a step on each of these lines; or only say what would become of them."""
    outcomes: dict[int, Outcome] = {}
    with suppress(_DryRun), store.transaction.savepoint():
        # In one order, so that two who take many lines at once do not wait for each other crosswise: the days
        # of all, then with each step the procedure and the line.
        identifiers = [item.id for item in items]
        store.candidates.hold_days(identifiers, user.facility)
        procedures = store.candidates.procedures_of(identifiers, user.facility)
        for number in sorted(
            range(len(items)), key=lambda each: (procedures.get(items[each].id, ""), items[each].id)
        ):
            outcomes[number] = _tried(store, user, items[number], step)
        if dry_run:
            raise _DryRun
    return [outcomes[number] for number in range(len(items))]


def refuse_questions(line: Candidate) -> None:
    """A line on which something is asked is looked at by itself."""
    if line.asked or line.content["questions"]:
        raise WrongState("something is asked about this line: look at it by itself")


def _tried(store: Store, user: User, item: Item, step: Step) -> Outcome:
    try:
        with store.transaction.savepoint():
            return Outcome(item, line=step(store, Reviewer(user, item.id, item.version), item))
    except (RequestError, InputError) as error:
        return Outcome(item, error=error)
