"""The answer to one message: as its MSH is judged, or what becomes of it afterwards."""

from collections.abc import Sequence
from datetime import datetime

from service.domain.errors import Fault
from service.domain.sequence import Placed
from service.hl7.header import Header, read_header
from service.hl7.modes import IsOriginal, as_asked, form_asked_for

#: Why a numbered message is refused, where its feed wants the numbers in order.
OUT_OF_SEQUENCE = Fault(
    "MSH-13", "207", "the sequence number is not the expected one (MSA-4): send that message first"
)


def answer_to(
    header: Header,
    code: str,
    faults: Sequence[Fault],
    now: datetime,
    ack_id: str,
    is_original: IsOriginal,
    *,
    expected: str = "",
) -> bytes:
    """The answer, if one is asked for; `code` is MSA-1 of original mode, `expected` MSA-4."""
    form = form_asked_for(header, code, faults, is_original, expected=expected)
    return form.filled(header.field(10), now=now, ack_id=ack_id) if form else b""


def answer_to_numbered(
    header: Header, placed: Placed, *, refused: bool, now: datetime, ack_id: str, is_original: IsOriginal
) -> bytes:
    """The answer to a numbered message that is taken, or is refused for its number."""
    code, faults = ("AR", [OUT_OF_SEQUENCE]) if refused else ("AA", [])
    return answer_to(header, code, faults, now, ack_id, is_original, expected=str(placed.expected))


def refusal(
    head: bytes,
    *,
    code: str,
    text: str,
    location: str = "",
    now: datetime,
    ack_id: str,
    is_original: IsOriginal = as_asked,
) -> bytes:
    """The AR for what is not looked into any further, given its beginning; `code` is of table 0357."""
    header = read_header(head)
    if header.is_acknowledgement:
        return b""
    return answer_to(header, "AR", (Fault(location, code, text),), now, ack_id, is_original)


def busy(body: bytes, *, now: datetime, ack_id: str, is_original: IsOriginal = as_asked) -> bytes:
    """The AR (CE) to a message that could not be stored.

    AE would say that the message is at fault: engines set it aside, and go on to the next.
    """
    text = "the message could not be stored: send it again"
    return refusal(body, code="207", text=text, now=now, ack_id=ack_id, is_original=is_original)
