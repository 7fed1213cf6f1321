"""A decision table, ready to be asked any number of times.

Three-valued. A row is certain, possible or impossible. One certain row proposes its code. Several possible
rows propose nothing: the inputs on which they differ are asked for. Of several things (wounds, levels), one
that is open holds all back: what it turns out to be may change the codes of the others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.domain.charge import Proposal, Question
from service.domain.documentation import Value
from service.domain.frozen import frozen
from service.mapping.documented.stands import CONFLICT_ORIGIN, Stand, Stands, is_disputed
from service.mapping.tables.conditions import Lines
from service.mapping.tables.drafts import Draft
from service.mapping.tables.facts import Asked, CompiledFact, Settled
from service.mapping.tables.gate import Gate
from service.mapping.tables.joiner import Joiner
from service.mapping.tables.lesser import AskedOfLesser
from service.mapping.tables.rows import CompiledRow, Rows
from service.mapping.tables.view import Each, Found, Readers, Summed, View

SERVICE_DATE = "service_date"
_PLAIN_WORDING = "Please state this in words: it is documented in a code that no mapping translates."
#: An element, and the value of it that a table has something to say about; None = any.
Concern = tuple[str, Value | None]


@frozen
class Judged:
    """A view, the rows that may hold for it, and what must be answered first."""

    view: View
    rows: tuple[CompiledRow, ...]
    blocking: tuple[Asked, ...]


@frozen
class Look:
    """What a table makes of one procedure, and what it rests on."""

    judged: tuple[Judged, ...] = ()  # none: the gate is closed, or no row is in force
    proposal: Proposal | None = None
    decided: frozenset[int] = frozenset()  # the rows that decided, where no rows are judged

    @property
    def is_open(self) -> bool:
        return any(each.blocking for each in self.judged)

    @property
    def reached(self) -> frozenset[int]:
        """The rows that decided."""
        if self.is_open:
            return frozenset()
        return self.decided | {each.rows[0].number for each in self.judged}


@dataclass(frozen=True, slots=True)
class Wording:
    """How a table asks."""

    table: str
    questions: Mapping[str, str]

    def ask(
        self, asked: Iterable[Asked], *, blocking: bool, between: tuple[str, ...]
    ) -> tuple[Question, ...]:
        """Return a question for each element, once."""
        conflicts: dict[str, bool] = {}
        for name, conflict in asked:
            conflicts[name] = conflicts.get(name, False) or conflict
        return tuple(
            Question(name, self.questions.get(name, _PLAIN_WORDING), blocking, between, self.table, conflict)
            for name, conflict in conflicts.items()
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    name: str
    hash: str
    concerns: tuple[Concern, ...]
    never_with: frozenset[str]
    deciding: frozenset[str]  # elements on which the code hangs
    readers: Readers
    each: Each
    gate: Gate
    facts: tuple[CompiledFact, ...]
    rows: Rows
    summed: Summed | None
    joiner: Joiner
    hold: Lines[str]
    confirm: Lines[tuple[str, frozenset[str]]]  # with the codes beside which; none = all
    wording: Wording
    lesser: AskedOfLesser | None = None

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(row.code for row in self.rows.rows if row.code)

    def propose(self, found: Found, untranslated: frozenset[str]) -> Proposal | None:
        """Say what this table makes of one procedure; None when it has nothing to say.

        `untranslated` are elements documented in codes that nobody has translated: they may mean anything.
        """
        return self.look(found, untranslated).proposal

    def look(self, found: Found, untranslated: frozenset[str] = frozenset()) -> Look:
        """Say it, with what it rests on."""
        views = [view for each in self.each.split(found) if (view := self._view(each))]
        if self.summed:
            views = self.summed.join(views)
        judged = tuple(each for view in views if (each := self._judge(view, untranslated)))
        if not judged:
            return Look()
        return Look(judged, self._asking(judged) or self._proposing(judged))

    def _view(self, found: Found) -> View | None:
        """Look at one thing; None when the gate is closed for it."""
        stands = self.readers.read(found)
        asked = self.gate.open_for(stands)
        if asked is None:
            return None
        return View(stands, asked, tuple(fact.settle(stands) for fact in self.facts))

    def _judge(self, view: View, untranslated: frozenset[str]) -> Judged | None:
        """Narrow the rows; None when none is in force on the day of service."""
        day = view.stands.get(SERVICE_DATE)
        in_force = self.rows.in_force(day)
        if not in_force:
            return None
        possible = self.rows.narrow(in_force, view.settled)
        rows = tuple(self.rows.members(possible))
        blocking = [*view.asked, *self._held(view.stands), *self._differing(possible, view.settled)]
        blocking += [(name, False) for name in sorted(self.deciding & untranslated)]
        if self.rows.day_matters(possible, day) or _is_contested(day):
            blocking.append((SERVICE_DATE, day is not None))
        if not blocking and len({(row.code, row.per) for row in rows}) == 1:
            rows = rows[:1]  # others hold on other days, and come to the same
            missing = self.joiner.missing(view, rows[0])
            blocking = [(name, is_disputed(name, view.stands)) for name in missing]
        return Judged(view, rows, tuple(blocking)) if rows else None

    def _held(self, stands: Stands) -> list[Asked]:
        return [(name, is_disputed(name, stands)) for _truth, _line, name in self.hold.shown(stands)]

    def _differing(self, rows: int, settled: tuple[Settled, ...]) -> list[Asked]:
        """Return what to ask about the unsettled facts on which the rows that are still possible hang."""
        return [
            asked
            for column, fact in enumerate(settled)
            if fact.ask and self.rows.hang_on(rows, column)
            for asked in fact.ask
        ]

    def _asking(self, judged: tuple[Judged, ...]) -> Proposal | None:
        blocking = [asked for each in judged for asked in each.blocking]
        if not blocking:
            return None
        codes = dict.fromkeys(row.code for each in judged for row in each.rows if row.code)
        questions = self.wording.ask(blocking, blocking=True, between=tuple(codes))
        return Proposal(self.name, self.hash, questions=questions)

    def _proposing(self, judged: tuple[Judged, ...]) -> Proposal | None:
        decided = [(each.view, each.rows[0]) for each in judged if len(each.rows) == 1]
        if len(decided) < len(judged):
            return None
        drafts = self.joiner.join(decided)
        codes = tuple(dict.fromkeys(draft.code for draft in drafts))
        if hanging := [name for draft in drafts for name in draft.hangs_on]:
            questions = self.wording.ask(_asked(hanging, judged), blocking=True, between=codes)
            return Proposal(self.name, self.hash, questions=questions)
        names = dict.fromkeys((*self._to_confirm(judged, drafts), *self.joiner.to_confirm(drafts)))
        if not drafts and not names:
            return None
        questions = self.wording.ask(_asked(names, judged), blocking=False, between=codes)
        candidates = tuple(map(self.joiner.candidate, drafts))
        return Proposal(self.name, self.hash, candidates, questions)

    def _to_confirm(self, judged: Iterable[Judged], drafts: Sequence[Draft]) -> Iterator[str]:
        for each in judged:
            codes = {draft.code for draft in drafts if any(view is each.view for view in draft.views)}
            for _truth, _line, (name, on) in self.confirm.shown(each.view.stands):
                if not on or not on.isdisjoint(codes):
                    yield name


def _is_contested(day: Stand | None) -> bool:
    """Whether a note gives another day in its heading than that under which it came. (That documents differ
    is no contest: one tells of what became of a catheter two days later.)"""
    return day is not None and len({each.origin == CONFLICT_ORIGIN for each in day.elements}) > 1


def _asked(names: Iterable[str], judged: Iterable[Judged]) -> list[Asked]:
    stands = [each.view.stands for each in judged]
    return [(name, any(is_disputed(name, each) for each in stands)) for name in names]
