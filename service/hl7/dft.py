"""A charge as DFT^P03, version 2.5.1: MSH EVN PID PV1 FT1 [NTE] [{DG1}]. One message, one FT1.

Every value is escaped, or refused when no escape makes it safe; what was built is read back, value by value,
before anybody gets it. `validate_dft` is the second opinion, by a parser that is not ours.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Group
from hl7apy.parser import parse_message

from service.domain.charge import Charge, ChargeKind
from service.domain.errors import PostingRefused
from service.hl7.escapes import CONTROL_CHARACTERS, STANDARD, escape
from service.hl7.message import Message, split_messages

_Component = str | tuple[str, ...]  # a tuple: its subcomponents
_Repetition = tuple[_Component, ...]
_Field = Sequence[_Repetition]
_Segment = tuple[str, Mapping[int, _Field]]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BIRTH_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?|", re.ASCII)
_NPI = re.compile(r"\d{10}", re.ASCII)
_NPI_AUTHORITY = ("NPI", "2.16.840.1.113883.4.6", "ISO")
_LONGEST_KEY = 12  # FT1-2 is ST(12)
_LONGEST_CONTROL_ID = 20  # MSH-10 is ST(20)
_SHAPE = re.compile(r"MSH EVN PID PV1 FT1( NTE)?( DG1)*")


def build_dft(
    charge: Charge,
    *,
    control_id: str,
    now: datetime,
    sending: tuple[str, str],
    receiving: tuple[str, str],
    processing_id: str = "P",
) -> bytes:
    """The message that posts a charge or a credit; raises PostingRefused, which names the field at fault."""
    segments = [
        _msh(control_id, now, sending, receiving, processing_id),
        ("EVN", {1: _one("P03"), 2: _one(_time(now))}),
        _pid(charge),
        _pv1(charge),
        _ft1(charge),
        *_nte(charge),
        *_dg1(charge),
    ]
    text = "".join(_render(name, fields) + "\r" for name, fields in segments)
    _read_back(text, segments)
    return text.encode("utf-8")


def validate_dft(body: bytes) -> None:
    """Read a built message with hl7apy, strictly, and with our reader; raises PostingRefused if not alike."""
    try:
        text = body.decode("utf-8")
        ours = [(segment.name, segment.raw) for segment in Message.parse(text).segments]
        reference = parse_message(text, validation_level=VALIDATION_LEVEL.STRICT)
        reference.validate()
        theirs = [(segment.name, segment.to_er7()) for segment in _flat(reference)]
    except Exception as error:  # noqa: BLE001 - hl7apy raises anything, and quotes the patient in it
        raise PostingRefused(f"the message is not a valid DFT^P03 ({type(error).__name__})") from None
    if CONTROL_CHARACTERS.search(text.replace("\r", "")) or split_messages(body) != [body]:
        raise PostingRefused("the message would not stay one message on the wire")
    if not _SHAPE.fullmatch(" ".join(name for name, _ in ours)) or text.count("\r") != len(ours):
        raise PostingRefused("the message does not have the segments of one charge")
    if ours != theirs:
        names = [name for (name, raw), other in zip(ours, theirs, strict=False) if (name, raw) != other]
        raise PostingRefused(f"two parsers read the message differently: {', '.join(names) or 'segments'}")


def _msh(
    control_id: str,
    now: datetime,
    sending: tuple[str, str],
    receiving: tuple[str, str],
    processing_id: str,
) -> _Segment:
    if not control_id.strip() or len(control_id) > _LONGEST_CONTROL_ID:
        raise PostingRefused("MSH-10: the control id is empty or too long")
    fields = {
        3: _one(sending[0]),
        4: _one(sending[1]),
        5: _one(receiving[0]),
        6: _one(receiving[1]),
        7: _one(_time(now)),
        9: _one("DFT", "P03", "DFT_P03"),
        10: _one(control_id),
        11: _one(processing_id),
        12: _one("2.5.1"),
        18: _one("UNICODE UTF-8"),
    }
    return "MSH", fields


def _pid(charge: Charge) -> _Segment:
    context = charge.context
    if not _BIRTH_DATE.fullmatch(context.patient_birth_date):
        raise PostingRefused("PID-7: the date of birth is not YYYY-MM-DD")
    name: _Repetition = (context.patient_family_name, context.patient_given_name)
    if not any(name):
        name = ("", "", "", "", "", "", "U")  # PID-5 is required; U says that the name is not known
    fields = {
        3: _one(context.patient_id, "", "", context.patient_id_authority, "MR"),
        5: [name],
        7: _one(context.patient_birth_date.replace("-", "")),
        8: _one(context.patient_sex),
        18: _one(context.account_number),
    }
    return "PID", fields


def _pv1(charge: Charge) -> _Segment:
    context = charge.context
    fields = {
        2: _one(context.patient_class.strip(" ") or "U"),  # required; U: not known
        3: _one(context.location),
        19: _one(context.visit_number),
    }
    return "PV1", fields


def _ft1(charge: Charge) -> _Segment:
    if not charge.key.strip() or len(charge.key) > _LONGEST_KEY:
        raise PostingRefused("FT1-2: the charge's key is empty or longer than 12 characters")
    if not _DATE.fullmatch(charge.service_date):
        raise PostingRefused("FT1-4: the service date is not YYYY-MM-DD")
    code = charge.code.value
    coded = _one(code, "", "HCPCS" if code[0].isalpha() else "C4")
    fields = {
        1: _one("1"),
        2: _one(charge.key),
        4: _one(charge.service_date.replace("-", "")),
        6: _one(charge.kind.value),
        7: coded,  # required; receivers with a charge master of their own read FT1-25
        10: _one(str(charge.units)),
        16: _one(charge.context.location),
        19: [(diagnosis.value, "", "I10") for diagnosis in charge.diagnoses],
        20: [_performer(charge)],
        23: _one(charge.context.order_number),
        24: _one(charge.approved_by),
        25: coded,
        26: [(modifier.value,) for modifier in charge.modifiers],
    }
    return "FT1", fields


def _performer(charge: Charge) -> _Repetition:
    context = charge.context
    names = (context.performer_id, context.performer_family_name, context.performer_given_name)
    if not _NPI.fullmatch(context.performer_id):
        return names
    return (*names, "", "", "", "", "", _NPI_AUTHORITY, "", "", "", "NPI")  # XCN-9, XCN-13


def _nte(charge: Charge) -> Iterator[_Segment]:
    """The charge that a credit takes back.

    No field of FT1 may lawfully hold it: FT1-3 is a batch of ten characters, FT1-31 a number within this
    message, FT1-8 obsolete. The note that 2.5.1 allows after FT1 may: NTE-3 is the key, and nothing else.
    """
    if charge.kind is ChargeKind.CREDIT:
        if not charge.reverses:
            raise PostingRefused("NTE-3: the credit does not say which charge it takes back")
        yield "NTE", {1: _one("1"), 2: _one("O"), 3: _one(charge.reverses), 4: _one("REVERSES")}


def _dg1(charge: Charge) -> Iterator[_Segment]:
    for number, diagnosis in enumerate(charge.diagnoses, 1):
        yield "DG1", {1: _one(str(number)), 3: _one(diagnosis.value, "", "I10"), 6: _one("F")}


def _one(*components: _Component) -> _Field:
    return [components]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S%z")


def _render(name: str, fields: Mapping[int, _Field]) -> str:
    texts = {n: _render_field(f"{name}-{n}", field) for n, field in fields.items()}
    first = 3 if name == "MSH" else 1
    values = [texts.get(n, "") for n in range(first, max(fields) + 1)]
    head = ["MSH", str(STANDARD)] if name == "MSH" else [name]
    return STANDARD.field.join(head + values).rstrip(STANDARD.field)


def _render_field(location: str, field: _Field) -> str:
    try:
        repetitions = [_join(STANDARD.component, map(_render_component, repetition)) for repetition in field]
    except ValueError:
        raise PostingRefused(f"{location}: the value holds a control character") from None
    return STANDARD.repetition.join(repetitions)


def _render_component(component: _Component) -> str:
    parts = (component,) if isinstance(component, str) else component
    return _join(STANDARD.subcomponent, (escape(part.strip(" ")) for part in parts))


def _join(separator: str, parts: Iterator[str]) -> str:
    return separator.join(parts).rstrip(separator)


def _read_back(text: str, segments: Sequence[_Segment]) -> None:
    """Every value, but for blanks around it, must come back as it went in, out of the segments meant."""
    read = Message.parse(text).segments
    if [segment.name for segment in read] != [name for name, _ in segments]:
        raise PostingRefused("the message reads back as other segments")
    for segment, (name, fields) in zip(read, segments, strict=True):
        for n, field in fields.items():
            for rep, repetition in enumerate(field):
                for c, s, value in _values(repetition):
                    if segment.component(n, c, s, rep) != value.strip(" "):
                        raise PostingRefused(f"{name}-{n}: the value would not be read as it is meant")


def _values(repetition: _Repetition) -> Iterator[tuple[int, int, str]]:
    for c, component in enumerate(repetition, 1):
        for s, value in enumerate((component,) if isinstance(component, str) else component, 1):
            yield c, s, value


def _flat(group: Any) -> Iterator[Any]:  # hl7apy has no types
    for child in group.children:
        if isinstance(child, Group):
            yield from _flat(child)
        else:
            yield child
