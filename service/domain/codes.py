"""Code systems as types: a diagnosis cannot stand where a procedure code should.

Shapes only. Which codes exist is the AMA's and CMS's to say; their tables are loaded, never shipped.
"""

import re
from dataclasses import dataclass

_PROCEDURE_CODE = re.compile(r"[0-9]{4}[0-9FTUM]|[A-Z][0-9]{4}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_DIAGNOSIS = re.compile(r"[A-TV-Z][0-9][0-9AB](\.?[0-9A-Z]{1,4})?")

#: Of one procedure, as its sender states them: each is a line of the queue, and a person looks at each.
MOST_STATED_CODES = 100

#: Names by which HL7 v2 and FHIR senders say "this is CPT or HCPCS", lower-cased.
PROCEDURE_CODE_SYSTEMS = frozenset(
    {
        "c4",
        "c5",
        "cpt",
        "cpt4",
        "cpt-4",
        "hcpcs",
        "hpc",
        "http://www.ama-assn.org/go/cpt",
        "urn:oid:2.16.840.1.113883.6.12",
        "https://www.cms.gov/medicare/coding/hcpcsreleasecodesets",
        "urn:oid:2.16.840.1.113883.6.285",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class ProcedureCode:
    """A CPT or HCPCS Level II code: five characters, leading zeros kept."""

    value: str

    def __post_init__(self) -> None:
        if not _PROCEDURE_CODE.fullmatch(self.value):
            message = f"{self.value!r} is not shaped like a CPT or HCPCS code"
            raise ValueError(message)

    def __str__(self) -> str:
        return self.value


def is_hcpcs(code: str) -> bool:
    """Whether a procedure code is of HCPCS Level II: those begin with a letter, and CPT's with a digit."""
    return code[0].isalpha()


@dataclass(frozen=True, slots=True, order=True)
class Modifier:
    """A two-character CPT or HCPCS modifier."""

    value: str

    def __post_init__(self) -> None:
        if not _MODIFIER.fullmatch(self.value):
            message = f"{self.value!r} is not shaped like a modifier"
            raise ValueError(message)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, order=True)
class DiagnosisCode:
    """An ICD-10-CM code, dotted as people write it."""

    value: str

    def __post_init__(self) -> None:
        if not _DIAGNOSIS.fullmatch(self.value):
            message = f"{self.value!r} is not shaped like an ICD-10-CM code"
            raise ValueError(message)

    def __str__(self) -> str:
        return self.value


def looks_like_modifier(text: str) -> bool:
    """Whether `text` has the shape of a modifier."""
    return bool(_MODIFIER.fullmatch(text))


def looks_like_procedure_code(text: str) -> bool:
    """Whether `text` has the shape of a CPT or HCPCS code."""
    return bool(_PROCEDURE_CODE.fullmatch(text))
