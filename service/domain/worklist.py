"""Worklist: which lines of the review queue somebody wants to see, and in which order."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from service.domain.charge import OPEN, CandidateStatus
from service.domain.filing import Due, Run, runs
from service.domain.review import Candidate

#: Days since arrival, in the steps of a dashboard: from this many up to, and without, that many.
AGES = (("0-1", None, 2), ("2-3", 2, 4), ("4-7", 4, 8), ("8+", 8, None))
_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})?~(\d{1,18})", re.ASCII)
NOBODY = "none"
OTHERS = "others"


class Order(StrEnum):
    """The order of a worklist."""

    OLDEST = "oldest"  # by arrival
    NEWEST = "newest"
    SERVICE_DATE = "service_date"  # the earliest first
    LIMIT = "limit"  # whose filing limit ends first; where none is known, at the end by service date


def _without_limits(payer: str) -> Sequence[Run]:
    return tuple(runs((), payer))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines: those that fit everything that is said here. Empty or None = whatever it is."""

    statuses: tuple[CandidateStatus, ...] = OPEN
    facility: str = ""
    tables: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()  # values of encounter.payer
    provider: str = ""  # what a provider is known by here: a keyed hash
    assigned_to: str = ""  # a user, or NOBODY
    claimed_by: str = ""  # a user, NOBODY, or OTHERS: anybody but `reader`
    reader: str = ""  # who asks
    is_held: bool | None = None
    is_asked: bool | None = None  # whether a clinician's answer is waited for
    has_question: bool | None = None
    has_edit: bool | None = None
    older_than_days: int | None = None
    younger_than_days: int | None = None
    due: tuple[Due, ...] | None = None  # those whose filing limit ends soon; () = no limit is known, so none
    fits: Callable[[Candidate], bool] | None = None  # what no index knows: how much money is at stake
    order: Order = Order.OLDEST
    runs: Callable[[str], Sequence[Run]] = _without_limits  # of a payer: what Order.LIMIT goes by

    @property
    def is_of_open_lines(self) -> bool:
        """Whether only lines that wait for a person can be meant."""
        return set(self.statuses) <= set(OPEN)

    def key_of(self, line: Candidate) -> "Key":
        """The place of a line."""
        if self.order is not Order.LIMIT:
            return Key(line.sequence, line.service_date)
        run = next(each for each in self.runs(line.payer) if each.since <= line.service_date < each.before)
        return Key(line.sequence, run.place(line.service_date))

    def of_age(self, older: int | None, younger: int | None) -> "Filter":
        """The same, of an age in days."""
        return replace(self, older_than_days=older, younger_than_days=younger)


@dataclass(frozen=True, slots=True)
class Key:
    """The place of a line in a worklist: what comes after it is the next page."""

    sequence: int
    day: str = ""  # that lines are put in order by, where they are: of service, or the filing limit

    def text(self) -> str:
        """As a cursor, which callers only hand back."""
        return f"{self.day}~{self.sequence}"

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Read a cursor; ValueError when it is none."""
        shaped = _CURSOR.fullmatch(text)
        if not shaped:
            raise ValueError("this is no cursor")
        day = date.fromisoformat(shaped[1]).isoformat() if shaped[1] else ""
        return cls(int(shaped[2]), day)
