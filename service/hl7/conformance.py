"""What of a message is not as its version of HL7 says, by hl7apy: for reports, never for a decision.

hl7apy needs a millisecond a segment, and quotes values in what it says: only names of HL7 leave this module.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Any, Final

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import UnsupportedVersion
from hl7apy.parser import parse_message
from hl7apy.validation import Validator

from service.hl7.dft import flat
from service.hl7.message import Message, decode

LONGEST: Final = 16 * 1024  # bytes: what takes seconds is not looked at
#: Values that hl7apy misses in a table, and that are no fault: HL7 adds code systems outside of its versions,
#: a site may name its own (99...), and the types of OBX-5 that hl7apy lists are those of an older one.
_CODE_SYSTEMS = r"(?:I10[CPM]?|HCPCS|RXNORM|CVX|UCUM|99[A-Z0-9]+) not in table HL70396"
_TYPES = r"(?:CNE|CWE|DR|DTM|ID|IS|MA|NA) not in table HL70125"
_MISSED_BY_HL7APY: Final = re.compile(rf"Warning: Value (?:{_CODE_SYSTEMS}|{_TYPES}) .*")
_NAME = r"[A-Z][A-Z0-9]{1,2}(?:_[A-Z0-9]+)*"
_PLACE = rf"(?P<within>{_NAME})\.(?P<name>{_NAME})"
#: What hl7apy says, and how it is told.
_RULES = (
    (re.compile(rf"Error: Missing required child {_PLACE}"), "{name} is missing in {within}"),
    (
        re.compile(rf"Error: Child limit exceeded {_PLACE}"),
        "{name} stands more often than it may in {within}",
    ),
    (
        re.compile(rf"Warning: Value .* not in table (?P<table>HL7\d{{4}}) in element {_PLACE}"),
        "the value of {name} is not in table {table}",
    ),
    (
        re.compile(rf"Warning: Exceeded max length \((?P<length>\d+)\) of {_PLACE}"),
        "{name} is longer than {length}",
    ),
    (
        re.compile(
            rf"Error: Invalid children detected for <(?:Segment|Field|Component) (?P<name>{_NAME})\b.*"
        ),
        "{name} has more parts than it may",
    ),
)


def broken_rules(body: bytes, charset: str | None = None) -> frozenset[str]:
    """The rules of HL7 that a message breaks, in words without any of its own."""
    decoded = decode(body, charset)
    try:
        ours = Message.parse(decoded.text)
        lines = "\r".join(segment.raw for segment in ours.segments)
        judged = parse_message(lines, validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=True)
    except UnsupportedVersion:
        return frozenset({"its version (MSH-12) is none that can be checked"})
    except Exception:  # noqa: BLE001 - hl7apy raises anything; the text may hold a patient
        return frozenset({"it cannot be parsed by its version's structure"})
    kept = {each.name for each in flat(judged)}
    strange = {segment.name for segment in ours.segments} - kept
    # A site's own segments (Z..) are no fault.
    named = (name for name in strange if re.fullmatch(_NAME, name) and not name.startswith("Z"))
    rules = {f"segment {name} has no place in this message" for name in named}
    return frozenset(rules | set(_said_of(judged)) | {str(fault) for fault in decoded.faults})


def _said_of(judged: Any) -> Iterator[str]:  # hl7apy has no types
    for line in _report(judged).splitlines():
        if _MISSED_BY_HL7APY.fullmatch(line):
            continue
        for pattern, words in _RULES:
            if found := pattern.fullmatch(line):
                yield words.format(**found.groupdict())


def _report(judged: Any) -> str:
    """Everything that the validator finds. It writes to a file by name, so that one is kept in memory."""
    held = os.memfd_create("conformance")
    with contextlib.suppress(Exception):  # it raises the first of what it has reported, or anything
        Validator.validate(judged, report_file=f"/proc/self/fd/{held}")
    with os.fdopen(held, "rb") as file:
        file.seek(0)
        return file.read().decode("utf-8", "replace")
