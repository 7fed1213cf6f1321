"""Charges as a message: DFT^P03, DFT^P11, BAR^P05 or BAR^P12, in the version and layout of a receiver.

What was built is read back, value by value, before anybody gets it. `validate_message` is the second opinion,
by a parser that is not ours.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Group
from hl7apy.parser import parse_message

from service.domain.charge import Charge
from service.domain.errors import PostingRefused
from service.domain.layout import Layout, components_of
from service.hl7 import charge_segments as segments
from service.hl7.er7 import SegmentOut, write
from service.hl7.escapes import CONTROL_CHARACTERS
from service.hl7.message import Message, split_messages

_FT1 = r"FT1( NTE)?( PR1)?"
_SHAPES = {
    "DFT^P03": re.compile(rf"MSH EVN PID PV1( {_FT1})+( DG1)*( IN1)?"),
    "DFT^P11": re.compile(rf"MSH EVN PID PV1( DG1)*( IN1)?( {_FT1})+"),
    "BAR^P05": re.compile(r"MSH EVN PID PV1( DG1)*( PR1)+( IN1)?"),
    "BAR^P12": re.compile(r"MSH EVN PID PV1( DG1)*( PR1)+"),
}
#: FT1 of 2.3 ends at FT1-25. Receivers of 2.3 that take modifiers take them in FT1-26 all the same.
_FT1_OF_2_3 = re.compile(r"(?m)^(FT1(?:\|[^|\r]*){25})\|[^|\r]*$")


def build_message(charges: Sequence[Charge], layout: Layout, *, control_id: str, now: datetime) -> bytes:
    """The message that posts charges and credits of one visit; PostingRefused names the field at fault."""
    lines = [line for charge in charges for line in components_of(charge, layout.split)]
    if any(segments.who(line, layout) != segments.who(lines[0], layout) for line in lines):
        raise PostingRefused("PID, PV1: the charges of one message are of different patients or visits")
    head = [segments.msh(layout, control_id, now), segments.evn(layout, now)]
    return write([*head, *segments.pid_pv1(lines[0], layout), *_body(lines, layout)])


def _body(lines: Sequence[Charge], layout: Layout) -> Iterator[SegmentOut]:
    diagnoses = list(segments.dg1(lines, layout))
    payer = list(segments.in1(lines[0], layout))
    if layout.message == "DFT^P03":
        yield from (*_financial(lines, layout), *diagnoses, *payer)
    elif layout.message == "DFT^P11":
        yield from (*diagnoses, *payer, *_financial(lines, layout))
    else:
        yield from diagnoses
        yield from (segments.pr1(line, layout, number) for number, line in enumerate(lines, 1))
        yield from payer if layout.message == "BAR^P05" else ()


def _financial(lines: Sequence[Charge], layout: Layout) -> Iterator[SegmentOut]:
    for number, line in enumerate(lines, 1):
        yield segments.ft1(line, layout, number)
        yield from segments.nte(line, layout)
        if layout.with_pr1:
            yield segments.pr1(line, layout, 1)


def validate_message(body: bytes, layout: Layout) -> None:
    """Read a built message with hl7apy, strictly, and with our reader; raises PostingRefused if not alike."""
    try:
        text = body.decode("utf-8")
        ours = [(segment.name, segment.raw) for segment in Message.parse(_lawful(text, layout)).segments]
        reference = parse_message(_lawful(text, layout), validation_level=VALIDATION_LEVEL.STRICT)
        reference.validate()
        theirs = [(segment.name, _written_out(segment, layout)) for segment in flat(reference)]
    except Exception as error:  # noqa: BLE001 - hl7apy raises anything, and quotes the patient in it
        kind = type(error).__name__
        raise PostingRefused(
            f"the message is not a valid {layout.message} of {layout.version} ({kind})"
        ) from None
    if CONTROL_CHARACTERS.search(text.replace("\r", "")) or split_messages(body) != [body]:
        raise PostingRefused("the message would not stay one message on the wire")
    shape = " ".join(name for name, _ in ours)
    if not _SHAPES[layout.message].fullmatch(shape) or text.count("\r") != len(ours):
        raise PostingRefused("the message does not have the segments of charges")
    if ours != theirs:
        names = [name for (name, raw), other in zip(ours, theirs, strict=False) if (name, raw) != other]
        raise PostingRefused(f"two parsers read the message differently: {', '.join(names) or 'segments'}")


def _lawful(text: str, layout: Layout) -> str:
    """The message without what a receiver of 2.3 takes although that version has no place for it."""
    return (
        _FT1_OF_2_3.sub(r"\1", text.replace("\r", "\n")).replace("\n", "\r")
        if layout.version == "2.3"
        else text
    )


def _written_out(segment: Any, layout: Layout) -> str:
    """A segment as hl7apy writes it. In PR1 of 2.7 it forgets that two withdrawn fields keep their places."""
    text: str = segment.to_er7()
    if segment.name == "PR1" and layout.version == "2.7":
        fields = text.split("|")
        return "|".join([*fields[:11], "", "", *fields[11:]])
    return text


def flat(group: Any) -> Iterator[Any]:  # hl7apy has no types
    """The segments of a message that hl7apy has read, without its groups."""
    for child in group.children:
        if isinstance(child, Group):
            yield from flat(child)
        else:
            yield child
