"""Edits: what CMS's files say of single codes, and of codes that stand together on one day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Setting(StrEnum):
    """Whose claim an edit is for: CMS publishes separate files."""

    PRACTITIONER = "practitioner"
    OUTPATIENT = "outpatient"  # hospital


class FileKind(StrEnum):
    """The files that can be loaded."""

    PTP = "ptp"  # procedure to procedure: two codes of one patient, day and provider
    MUE = "mue"  # medically unlikely: units of one code
    ADD_ON = "add-on"  # codes that need another one
    PFS = "pfs"  # indicators of the Physician Fee Schedule


@dataclass(frozen=True, slots=True)
class Indicators:
    """Indicators of the Physician Fee Schedule, as they stand in the file."""

    pctc: str  # 1 = may be split into 26 and TC
    bilateral: (
        str  # 0 = never bilateral, 1 = 150 %, 2 = bilateral already, 3 = each side full, 9 = not applicable
    )


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """What a site has loaded; a code that is not there is not judged."""

    most_units: Mapping[str, int] = field(default_factory=dict)  # MUE
    indicators: Mapping[str, Indicators] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PairRule:
    """A PTP record that is active on the day asked about: column 2 is not paid beside column 1."""

    column_1: str
    column_2: str
    modifier_allowed: bool  # indicator 1: a modifier may part them, where the record supports it
    rationale: str
    source: str  # the release it stands in


#: The kind of an edit that stands in no file of CMS: a decision table has it so.
BY_TABLE: Final = "table"


@dataclass(frozen=True, slots=True)
class UnitRule:
    """An MUE record, or what a decision table says of a code."""

    code: str
    most_units: int
    adjudication: str  # MAI: 1 = a claim line, 2 = a day, absolute, 3 = a day, may be exceeded with proof
    rationale: str
    source: str
    kind: str = FileKind.MUE


@dataclass(frozen=True, slots=True)
class AddOnRule:
    """What an add-on code may stand beside, on the day asked about."""

    add_on: str
    kind: str  # 1 = these primaries only, 2 = the contractor decides, 3 = these and others
    primaries: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What the loaded files say about some codes on one day."""

    pairs: tuple[PairRule, ...] = ()
    units: tuple[UnitRule, ...] = ()
    add_ons: tuple[AddOnRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """One line of a day: proposed or charged."""

    key: str  # what it is known by where it stands
    code: str
    units: int
    modifiers: tuple[str, ...] = ()


class Severity(StrEnum):
    """What an edit means for the line it bites."""

    DENIED = "denied"  # as it stands it is not paid
    QUESTION = "question"  # it is paid only with documentation that a person must find


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that bites a line. Never a change of the line: a person decides."""

    kind: str  # of the file, or BY_TABLE
    severity: Severity
    line: str  # key of the line that is not paid as it stands
    code: str  # its code
    other: str  # the code it meets; "" = none
    other_line: str
    why: str
    source: str
