"""At the door: what a message is, whether it is taken, and its answer, fixed before it is stored.

On the hot path, for any bytes: MSH is read, and nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from operator import itemgetter

from service.domain.errors import Fault
from service.domain.frozen import frozen
from service.domain.sequence import Numbered
from service.hl7.acknowledge import Form
from service.hl7.escapes import CONTROL_CHARACTERS
from service.hl7.header import BEGINS_LINK, LONGEST_HEADER, TRIGGER, Header, read_header
from service.hl7.message import split_messages
from service.hl7.modes import IsOriginal, as_asked, form_asked_for, later_acknowledgement
from service.hl7.payload import false_start
from service.hl7.replies import answer_to

_VERSIONS = frozenset(
    "2.1 2.2 2.3 2.3.1 2.4 2.5 2.5.1 2.6 2.7 2.7.1 2.8 2.8.1 2.8.2 2.9".split()  # noqa: SIM905
)
_WITHOUT_TRIGGER = frozenset({"2.1", "2.2"})
_NO_LIVE_WORK = frozenset({"A", "R", "I"})  # MSH-11.2: archive, restore, initial load
_PROCESSING_IDS = frozenset("PTD")
_LONGEST_DSC = 400  # bytes
_BLANK = '" '  # MSH-10 of nothing else is empty, or the HL7 null
_SEQUENCE_NUMBER = re.compile("-1|[0-9]{1,15}")

#: Table 0076: what may stand in MSH-9.1, in any version.
MESSAGE_CODES = frozenset(
    """
    ACK ADR ADT ARD BAR BPS BRP BRT BTS CCF CCI CCM CCQ CCR CCU CQU CRM CSU DBC DBU DEL DEO DER DFT
    DOC DPR DRC DRG DSR EAC EAN EAR EDR EHC EQQ ERP ESR ESU INR INU LSR LSU MCF MDM MFD MFK MFN MFQ
    MFR NMD NMQ NMR OMB OMD OMG OMI OML OMN OMP OMQ OMS OPL OPR OPU ORA ORB ORD ORF ORG ORI ORL ORM
    ORN ORP ORR ORS ORU ORX OSM OSQ OSR OSU OUL PEX PGL PIN PMU PPG PPP PPR PPT PPV PRR PTR QBP QCK
    QCN QRF QRY QSB QSX QVR RAR RAS RCI RCL RDE RDO RDR RDS RDY REF RER RGR RGV ROR RPA RPI RPL RPR
    RQA RQC RQI RQP RQQ RRA RRD RRE RRG RRI RRO RSP RTB SCN SDN SDR SIU SLN SLR SMD SPQ SQM SQR SRM
    SRR SSR SSU STC STI SUR TBR TCR TCU UDM VQQ VXQ VXR VXU VXX
    """.split()  # noqa: SIM905 - a table reads best as one
)


#: Of these, the ones to which a sender waits for data: an acknowledgement would say that none was found.
_QUERIES = frozenset("EQQ OSQ QBP QRY QSB QVR RQC RQI RQP RQQ SPQ SQM VQQ VXQ".split())  # noqa: SIM905


@frozen
class Admission:
    """A message at the door."""

    message_type: str  # MSH-9 as "ORU^R01"; "" when it cannot be read
    control_id: str  # MSH-10, as sent
    sending_application: str  # MSH-3.1
    sending_facility: str  # MSH-4.1
    processing_id: str  # MSH-11.1
    answer: bytes = field(repr=False)  # b"" = this message is not answered
    quarantine: str = ""  # why nothing further is done with it; "" = it is taken
    faults: tuple[Fault, ...] = ()
    later: str = ""  # MSH-16, where it asks for an application acknowledgement after this answer
    numbered: Numbered | None = None  # MSH-13

    @property
    def sender(self) -> str:
        """As events name it: MSH-3|MSH-4."""
        return f"{self.sending_application}|{self.sending_facility}"


def admit(
    body: bytes, *, charset: str | None = None, now: datetime, ack_id: str, is_original: IsOriginal = as_asked
) -> Admission:
    """Judge any bytes by their MSH; never raises. `charset` is the one that HTTP says."""
    fields = _plain_fields(body)
    if fields:
        usual = _usual_of(is_original, *_pick(fields))
        if usual:
            return usual.admission(fields[_CONTROL_ID], now, ack_id)
    return _judged(read_header(body, charset), body, now, ack_id, is_original)


def _plain_fields(body: bytes) -> list[str]:
    """MSH, cut at MSH-1, of a message with which nothing can be wrong but what these fields say.

    None of them: it has to be looked at more closely.
    """
    end = body.find(b"\r", 0, LONGEST_HEADER)
    line = body[: max(end, 0)].decode("latin-1")
    is_one = body.count(b"MSH") == 1 and b"DSC" not in body
    if not (is_one and line.startswith("MSH|") and line.isascii() and line.isprintable()):
        return []
    fields = line.split("|")
    fields += [""] * (_FIELDS - len(fields))
    return fields if fields[_CONTROL_ID].strip(_BLANK) and not any(fields[_SEQUENCE:_ASKED]) else []


def _judged(header: Header, body: bytes, now: datetime, ack_id: str, is_original: IsOriginal) -> Admission:
    if header.is_acknowledgement:
        return _admission(header, b"")  # never answered; whose verdict it is, is found out later
    rejected = header.faults or tuple(_unsupported(header))
    errors = (*rejected, *([] if header.faults else _unusable(header, body)))
    code = "AR" if rejected else "AE" if errors else "AA"
    answer = answer_to(header, code, errors, now, ack_id, is_original)
    reason = "; ".join(map(str, errors)) or _set_aside(header)
    admission = _admission(header, answer, reason, (*errors, *_warnings(header)))
    return admission if errors else replace(admission, later=later_acknowledgement(header, is_original))


@dataclass(frozen=True, slots=True)
class _Usual:
    """What messages that are taken have in common, when their MSH differs in time and control id alone."""

    message_type: str
    sending_application: str
    sending_facility: str
    processing_id: str
    form: Form | None
    quarantine: str
    faults: tuple[Fault, ...]
    later: str

    def admission(self, control_id: str, now: datetime, ack_id: str) -> Admission:
        return Admission(
            self.message_type,
            control_id.strip(),
            self.sending_application,
            self.sending_facility,
            self.processing_id,
            self.form.filled(control_id, now=now, ack_id=ack_id) if self.form else b"",
            self.quarantine,
            self.faults,
            self.later,
        )


#: Where fields stand in an MSH cut at MSH-1.
_CONTROL_ID, _SEQUENCE, _ASKED, _FIELDS = 9, 12, 14, 18
#: The fields on which an admission hangs, beside these: MSH-2, 3, 4, 5, 6, 9, 11, 12, 15, 16 and 18.
_READ = (1, 2, 3, 4, 5, 8, 10, 11, 14, 15, 17)
_pick = itemgetter(*_READ)


@lru_cache(maxsize=256)  # a source says the same of itself in every message, and there are few sources
def _usual_of(is_original: IsOriginal, *fields: str) -> _Usual | None:
    """None = such messages are not taken."""
    values = dict(zip(_READ, fields, strict=True))
    line = "|".join(["MSH", *(values.get(at, "") for at in range(1, _FIELDS))])
    header = read_header(line.encode())
    if header.faults:
        return None
    if header.is_acknowledgement or any(_unsupported(header)):
        return None
    told = _admission(header, b"", _set_aside(header), tuple(_warnings(header)))
    return _Usual(
        told.message_type,
        told.sending_application,
        told.sending_facility,
        told.processing_id,
        form_asked_for(header, "AA", (), is_original),
        told.quarantine,
        told.faults,
        later_acknowledgement(header, is_original),
    )


def _admission(
    header: Header, answer: bytes, quarantine: str = "", faults: tuple[Fault, ...] = ()
) -> Admission:
    readable = not header.faults
    return Admission(
        message_type="^".join(filter(None, (header.name(9), header.name(9, 2)))) if readable else "",
        control_id=CONTROL_CHARACTERS.sub("", header.field(10)).strip(),
        sending_application=header.name(3),
        sending_facility=header.name(4),
        processing_id=header.name(11),
        answer=answer,
        quarantine=quarantine,
        faults=faults,
        numbered=_numbered(header),
    )


def _numbered(header: Header) -> Numbered | None:
    number = header.value(13)
    if header.is_acknowledgement or not _SEQUENCE_NUMBER.fullmatch(number):
        return None
    return Numbered(int(number), "|".join(header.name(n) for n in (3, 4, 5, 6)))


def _unsupported(header: Header) -> Iterator[Fault]:
    """What MSH says that we do not take: rejected (AR)."""
    yield from _message_type_faults(header)
    if header.value(11) and header.value(11) not in _PROCESSING_IDS:
        yield Fault("MSH-11", "202", "the processing id is not P, T or D")
    version = header.value(12)
    if not version:
        # Required in every version. A guess would be right until the day that it is not, and an AR is seen
        # while an interface is being set up.
        yield Fault("MSH-12", "101", "there is no version")
    elif version not in _VERSIONS:
        yield Fault("MSH-12", "203", "the version is none of 2.1 to 2.9")


def _message_type_faults(header: Header) -> Iterator[Fault]:
    code, trigger = header.value(9), header.value(9, 2)
    if not code and header.value(13) in BEGINS_LINK:
        return  # such a message has no other content
    if not code:
        yield Fault("MSH-9", "101", "there is no message type")
    elif code not in MESSAGE_CODES:
        yield Fault("MSH-9", "200", "the message type is not one of HL7 v2")
    elif code in _QUERIES:
        yield Fault("MSH-9", "200", "this system answers no queries")
    elif not TRIGGER.fullmatch(trigger) and (trigger or header.value(12) not in _WITHOUT_TRIGGER):
        yield Fault("MSH-9", "201", "the trigger event is not shaped like R01")


def _unusable(header: Header, body: bytes) -> Iterator[Fault]:
    """What keeps us from using a message that we would else take: an error (AE)."""
    control_id = header.field(10)
    if not control_id.strip(_BLANK):
        yield Fault("MSH-10", "101", "there is no message control id")
    elif CONTROL_CHARACTERS.search(control_id):
        yield Fault("MSH-10", "102", "the message control id holds a control character")
    if len(split_messages(body)) > 1:
        yield Fault("MSH", "100", "several messages in one: send them one by one, or as a batch")
    if false_start(body):
        yield Fault(
            "MSH[2]",
            "100",
            "a line begins with MSH and is no header: send lines of text as repetitions, or by \\.br\\",
        )
    if header.value(14) or _is_continued(header, body):
        yield Fault(
            "MSH-14",
            "207",
            "the message is continued in another (MSH-14, DSC-1): fragments are not joined, so send it whole",
        )


def _is_continued(header: Header, body: bytes) -> bool:
    """Whether DSC-1 holds something; looked for in the bytes, since the segments are not split here."""
    at = max(body.rfind(b"\rDSC"), body.rfind(b"\nDSC"))
    if at < 0:
        return False
    line = re.split(rb"[\r\n]", body[at + 1 : at + 1 + _LONGEST_DSC], maxsplit=1)[0]
    name, _, pointer = line.partition(header.separators.field.encode(header.charset, "replace"))
    return name == b"DSC" and pointer.strip() != b""


def _set_aside(header: Header) -> str:
    if header.value(11, 2) in _NO_LIVE_WORK:
        return "MSH-11: archived or initial data is no new work"
    return ""


def _warnings(header: Header) -> Iterator[Fault]:
    if not header.faults and not header.value(11):
        yield Fault("MSH-11", "101", "there is no processing id", "warning")
