"""Acknowledgements: ours, built out of the sender's own MSH, and billing's, read.

Whatever is repeated is repeated as it was sent, out of one line, without control characters: no value of a
sender can add a segment to an answer, or end its frame. No patient data: nothing but MSH is repeated.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from service.domain.errors import Fault, UnreadableInput
from service.hl7.escapes import CONTROL_CHARACTERS, Separators, escape
from service.hl7.header import TRIGGER, Header
from service.hl7.message import Message, Segment, decode

_BREAKS_FRAMES = re.compile("[\x00-\x1f\x7f]")
_LOCATION = re.compile(r"(?P<segment>[A-Z][A-Z0-9]{2})(?:\[(?P<index>\d+)\])?(?:-(?P<field>\d+))?.*")
_VERSION = re.compile(r"2\.(\d)")
_OUR_VERSION = "2.5.1"
_ERR_BY_FIELD = 5  # from version 2.5 on, ERR has a field for each thing it says, and MSA-3 is history
_LONGEST_TEXT = 200

#: Table 0357, as far as we say it.
ERROR_TEXT = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "104": "Value too long",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "207": "Application internal error",
}


@dataclass(frozen=True, slots=True)
class Form:
    """An acknowledgement in parts; between them goes what is new in each: MSH-7, MSH-10, MSA-2."""

    separators: Separators
    charset: str
    parts: tuple[str, str, str, str] = field(repr=False)

    def filled(self, control_id: str, *, now: datetime, ack_id: str) -> bytes:
        """The answer to the message of this MSH-10."""
        to_time, to_ack_id, to_control_id, rest = self.parts
        time = time_text(now.replace(microsecond=0), self.separators)
        ack_id = own(ack_id, self.separators)
        text = f"{to_time}{time}{to_ack_id}{ack_id}{to_control_id}{echo(control_id)}{rest}"
        return text.encode(self.charset, "replace")


def acknowledge(
    header: Header, code: str, faults: Sequence[Fault] = (), *, now: datetime, ack_id: str
) -> bytes:
    """The acknowledgement with MSA-1 `code`, in the sender's delimiters, version and character set."""
    return form_of(header, code, faults).filled(header.field(10), now=now, ack_id=ack_id)


def acknowledge_later(
    header: Header, code: str, faults: Sequence[Fault] = (), *, now: datetime, ack_id: str
) -> bytes:
    """The application acknowledgement of enhanced mode: a message of ours, which asks to be acknowledged."""
    return form_of(header, code, faults, is_later=True).filled(header.field(10), now=now, ack_id=ack_id)


def form_of(
    header: Header, code: str, faults: Sequence[Fault] = (), *, expected: str = "", is_later: bool = False
) -> Form:
    """The same for every message that says the same of itself, but for time and control id.

    `expected` is MSA-4, where messages are numbered.
    """
    separators = header.separators
    join = separators.field.join
    by_field = _minor_version(header) >= _ERR_BY_FIELD
    msa = ["", "" if by_field or not faults else own(faults[0].message, separators)]  # MSA-3
    msa.append(expected)  # MSA-4
    errors = [_err(fault, separators) if by_field else _err_to_2_4(fault, separators) for fault in faults]
    parts = (
        join([*_to_time(header), ""]),
        join(["", "", _message_type(header), ""]),
        join(["", *_after_ack_id(header, is_later=is_later)]) + "\r" + join(["MSA", code, ""]),
        join(msa).rstrip(separators.field) + "\r" + "".join(join(fields) + "\r" for fields in errors),
    )
    return Form(separators, header.charset, parts)


def _to_time(header: Header) -> list[str]:
    """MSH up to MSH-6; who received answers who sent."""
    return ["MSH", str(header.separators), *(echo(header.field(n)) for n in (5, 6, 3, 4))]


def _message_type(header: Header) -> str:
    trigger = header.value(9, 2)
    message_type = ["ACK", trigger, "ACK"] if TRIGGER.fullmatch(trigger) else ["ACK"]
    return header.separators.component.join(message_type)


def _after_ack_id(header: Header, *, is_later: bool) -> list[str]:
    """MSH from MSH-11 on."""
    fields = [echo(header.field(11)) or "P", echo(header.field(12)) or _OUR_VERSION]
    fields += ["", "", *(("AL", "NE") if is_later else ("", "")), "", echo(header.field(18))]
    while fields[-1] == "":
        fields.pop()
    return fields


@lru_cache(maxsize=64)
def time_text(second: datetime, separators: Separators) -> str:
    """A time of ours (DTM)."""
    return own(second.strftime("%Y%m%d%H%M%S%z"), separators)


def _err(fault: Fault, separators: Separators) -> list[str]:
    join = separators.component.join
    location = join(_location(fault))  # ERR-2
    text = own(fault.message, separators)
    return ["ERR", "", location, join(_error_code(fault, separators)), "E", "", "", "", text]


def _err_to_2_4(fault: Fault, separators: Separators) -> list[str]:
    """ERR-1 alone (ELD): segment, sequence, field, code."""
    segment, sequence, field, *_ = *_location(fault), "", "", ""
    coded = _error_code(fault, separators) if separators.subcomponent else [fault.code]
    code = separators.subcomponent.join(coded)
    return ["ERR", separators.component.join([segment, sequence, field, code])]


def _location(fault: Fault) -> list[str]:
    match = _LOCATION.fullmatch(fault.location)
    if match is None:
        return []
    return [match["segment"], match["index"] or "1", *([match["field"]] if match["field"] else [])]


def _error_code(fault: Fault, separators: Separators) -> list[str]:
    return [fault.code, own(ERROR_TEXT.get(fault.code, ""), separators), "HL70357"]


def _minor_version(header: Header) -> int:
    match = _VERSION.match(header.value(12))
    return int(match[1]) if match else _ERR_BY_FIELD


def echo(raw: str) -> str:
    """What a sender said, without what would end a segment or a frame."""
    return raw if raw.isprintable() else _BREAKS_FRAMES.sub("", raw)


def own(text: str, separators: Separators) -> str:
    """Our own words, whatever a sender's delimiters are."""
    if separators.escape:
        return escape(text, separators)
    delimiters = separators.field + str(separators)
    return text.translate(dict.fromkeys(map(ord, delimiters), " "))


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a receiver answered."""

    code: str  # MSA-1
    control_id: str  # MSA-2: the MSH-10 that it answers
    text: str  # MSA-3 and ERR-8, made safe to log: one line, at most 200 characters
    error_codes: tuple[str, ...]  # ERR-3.1, or ERR-1.4 up to version 2.4
    message_type: str  # MSH-9.1


def read_ack(body: bytes) -> Acknowledgement:
    """Read an answer; raises UnreadableInput when it is no acknowledgement."""
    message = Message.parse(decode(body).text)
    said = {(segment.component(1, 1), segment.component(2, 1)) for segment in message.of("MSA")}
    if len(said) != 1:
        problem = "several MSA segments that differ" if said else "no MSA segment"
        raise UnreadableInput(Fault("MSA", "100", f"the answer has {problem}"))
    errors = message.of("ERR")
    texts = [message.get("MSA-3"), *(error.component(8, 1) for error in errors)]
    text = CONTROL_CHARACTERS.sub(" ", "; ".join(dict.fromkeys(filter(None, texts))))
    return Acknowledgement(
        code=message.get("MSA-1"),
        control_id=message.get("MSA-2"),
        text=text[:_LONGEST_TEXT],
        error_codes=tuple(code for error in errors for code in _codes(error)),
        message_type=message.get("MSH-9.1"),
    )


def _codes(error: Segment) -> Iterator[str]:
    stated = error.component(3, 1)  # ERR-3.1
    if stated:
        yield stated
        return
    for repetition in error.repetitions(1):
        code = error.component_of(repetition, 4)  # ERR-1.4
        if code:
            yield code
