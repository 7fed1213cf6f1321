"""Auto-approval: which rows may be approved without a person, once people have proved them right."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.charge import Verdict

_APPROVER = "auto:"
_SETTLING = {Verdict.APPROVE, Verdict.REJECT}
_UNDOING = {Verdict.UNDO_APPROVAL, Verdict.UNDO_REJECTION}


@dataclass(frozen=True, slots=True)
class AutoApproval:
    """A site's rule, as one file says it. It does nothing until a person enables just these bytes of it."""

    name: str
    digest: str  # SHA-256 of the file
    rows: tuple[tuple[str, int], ...]  # (table, row)
    decisions: int  # people must have decided so many lines of the row, at the facility,
    share: float  # and approved this share of them as they stood,
    days: int  # within so many days
    sample: float  # share of lines that people see all the same
    after_hours: float  # documentation may still come: how long a line must have stood unchanged

    @property
    def approver(self) -> str:
        """Who approves, as it stands on charges and in the audit."""
        return f"{_APPROVER}{self.name}"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What people made of the lines of one row."""

    decided: int
    accepted: int  # approved as they stood

    def proves(self, rule: AutoApproval) -> bool:
        """Whether that is enough for the rule."""
        return self.decided >= rule.decisions and self.accepted >= rule.share * self.decided


def is_person(name: str) -> bool:
    """Whether a decision is one of a person."""
    return not name.startswith(_APPROVER)


def settled(verdicts: Sequence[tuple[Verdict, str]]) -> Verdict | None:
    """What people made of a line, in the end: APPROVE as it stood, CHANGE, REJECT; None = not decided.

    `verdicts` are all on one line, with who gave them, in their order.
    """
    last, changed = None, False
    for verdict, by in verdicts:
        if verdict in _UNDOING:
            last = None
        elif verdict in _SETTLING and is_person(by):
            last = verdict
        changed |= verdict is Verdict.CHANGE
    return Verdict.CHANGE if last is Verdict.APPROVE and changed else last
