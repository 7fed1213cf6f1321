"""A patient's day: what CMS's edits, and the tables, say of the lines that billing will see together.

Drawn up whenever a line is shown and once more when it is approved: a neighbour may have come in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.domain.charge import CandidateStatus, ChargeKind
from service.domain.edits import BY_TABLE, Edit, Rules, Service, Setting, UnitRule
from service.domain.review import Candidate
from service.edits import check
from service.store import Store

_FACILITY = "facility"
_A_DAY: Final = "3"  # MUE adjudication: counted over the day, and asked about


@dataclass(frozen=True, slots=True)
class Day:
    """A line, and the others of its patient and day that stand; empty where the line can meet none."""

    line: Candidate
    lines: tuple[Candidate, ...]

    def edits(self, store: Store) -> tuple[Edit, ...]:
        """Every edit of which the line is a part: the one that is not paid, or the one that it meets."""
        if not self.lines or not self.line.service_date:
            return ()
        lines = [each for each in self.lines if _is_same_provider(each, self.line)]
        rules = store.edits.rules({each.code for each in lines}, self.line.service_date, _setting(self.line))
        found = [
            *check(_services(lines), rules),
            *check(_services(self.lines), Rules(units=_limits(self.lines))),
        ]
        return tuple(edit for edit in found if self.line.id in (edit.line, edit.other_line))

    def duplicates(self, store: Store) -> tuple[Candidate, ...]:
        """Approved lines of other procedures, of the same code and day: it may be charged already.

        They are of the same patient, or of the same order under another number of a patient. Whatever their
        modifiers: one that was added by hand does not make another service of it.
        """
        if not self.lines:
            return ()
        others = store.candidates.of_order(self.line)
        replaced = {each.corrects for each in (*self.lines, *others) if each.corrects}
        found = (*self.lines, *_standing(store, others, replaced))
        return tuple(each for each in found if _may_be_charged_by(each, self.line))


def day_of(store: Store, line: Candidate) -> Day:
    """The day of a line, looked up once for all that is asked of it; its order only for its duplicates."""
    if not line.code or line.kind is ChargeKind.CREDIT:
        return Day(line, ())
    day = [each for each in store.candidates.of_day(line) if each.id != line.id]
    replaced = {each.corrects for each in (line, *day) if each.corrects}
    return Day(line, (line, *_standing(store, day, replaced)))


def _standing(store: Store, lines: Iterable[Candidate], replaced: set[str]) -> list[Candidate]:
    return [each for each in lines if each.id not in replaced and stands(store, each)]


def edit_id(edit: Edit) -> str:
    """What an edit is known by to whoever was shown it."""
    return ":".join(filter(None, (edit.kind, edit.severity, edit.code, edit.other)))


def _may_be_charged_by(other: Candidate, line: Candidate) -> bool:
    is_charged = other.status is CandidateStatus.APPROVED
    return is_charged and other.code == line.code and other.procedure_id != line.procedure_id


def _services(lines: Iterable[Candidate]) -> list[Service]:
    return [Service(each.id, each.code, each.units, each.modifiers) for each in lines]


def _limits(lines: Iterable[Candidate]) -> tuple[UnitRule, ...]:
    """What the tables that made the lines allow for one patient and day, whoever the provider."""
    limits: dict[str, UnitRule] = {}
    for line in lines:
        for code, most in line.content.get("most_a_day", {}).items():
            if code not in limits or most < limits[code].most_units:
                limits[code] = UnitRule(code, most, _A_DAY, "by the table", line.table, kind=BY_TABLE)
    return tuple(limits.values())


def stands(store: Store, other: Candidate) -> bool:
    """Whether a line is, or may become, a charge: one that was taken back is neither."""
    if other.kind is ChargeKind.CREDIT:
        return False
    if other.status in (CandidateStatus.PROPOSED, CandidateStatus.SECOND_REVIEW):
        return True
    return any(identifier == other.id for identifier, _charge in store.charges.standing(other.procedure_id))


def _is_same_provider(one: Candidate, other: Candidate) -> bool:
    """Where one is not documented, they may be the same."""
    performers = {each.content["context"].get("performer_id", "") for each in (one, other)}
    return "" in performers or len(performers) == 1


def _setting(line: Candidate) -> Setting:
    said = {each["value"] for each in line.content["elements"] if each["name"] == "encounter.setting"}
    return Setting.OUTPATIENT if said == {_FACILITY} else Setting.PRACTITIONER
