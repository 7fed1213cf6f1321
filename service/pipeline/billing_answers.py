"""What billing says by itself: the later verdict on a message of ours, and charges of ours that it tells of.

Neither is work to chart: a charge that billing tells of must not come back as a new candidate.
"""

from collections.abc import Iterator, Sequence

import orjson

from service.domain.charge import PostingState
from service.domain.errors import InputError
from service.domain.event import PRODUCTION, Event, Format
from service.domain.ids import charge_key_of
from service.hl7 import Acknowledgement, Message, decode, read_ack
from service.posting.fhir_charge_item import IDENTIFIER_SYSTEM
from service.store import Database, Store

_ACCEPTED = frozenset({"AA", "CA"})
_REFUSED = frozenset({"AE", "AR", "CE", "CR"})
_ACKNOWLEDGEMENTS = frozenset({"ACK", "MCF"})
_TELLS_OF_CHARGES = frozenset({"DFT", "BAR"})
#: What a verdict still says something new of.
_OPEN = frozenset({PostingState.AWAITING, PostingState.UNKNOWN})
_NOT_OURS = "acknowledges a message that was never sent from here (MSA-2)"
_BILLED = frozenset({"billed"})  # ChargeItem.status


def take_answers(database: Database, events: Sequence[Event]) -> list[Event]:
    """Take what is billing's answer; gives the events that are left to be charted."""
    answers = [event for event in events if _may_be_answer(event)]
    if not answers:
        return list(events)
    with database.transaction() as store:
        taken = {event.id for event in answers if _take(store, event)}
    return [event for event in events if event.id not in taken]


def _may_be_answer(event: Event) -> bool:
    code = event.message_type.partition("^")[0]
    if event.format is Format.FHIR:
        return code == "ChargeItem"
    if event.processing_id != PRODUCTION and code in _TELLS_OF_CHARGES:
        return False  # for training: of no charge of ours
    return code in _ACKNOWLEDGEMENTS | _TELLS_OF_CHARGES


def _take(store: Store, event: Event) -> bool:
    try:
        if event.format is Format.FHIR:
            return _bill_charge_item(store, event)
        message = Message.parse(decode(event.body, event.charset or None).text)
        if event.message_type.partition("^")[0] in _ACKNOWLEDGEMENTS:
            _credit_verdict(store, event, read_ack(event.body))
            return True
    except InputError as error:
        if event.format is Format.HL7V2 and event.message_type.startswith(tuple(_ACKNOWLEDGEMENTS)):
            store.events.quarantine(event.id, event.facility, str(error))
            return True
        return False
    return _bill(store, event, list(_keys(message)))


def _credit_verdict(store: Store, event: Event, acknowledgement: Acknowledgement) -> None:
    """An application acknowledgement that comes later is of the message that MSA-2 names, and of no other."""
    found = store.postings.of_control_id(acknowledgement.control_id) if acknowledgement.control_id else []
    if not found:
        store.events.quarantine(event.id, event.facility, _NOT_OURS)
        return
    if any(posting.state is PostingState.SENDING for posting in found):
        # It overtook the answer on the connection of the message itself, which is to be recorded first.
        store.events.retry_later([event.id], 2.0**event.attempts)
        return
    accepted = acknowledgement.code in _ACCEPTED
    codes = "/".join(acknowledgement.error_codes)
    note = f"billing's verdict: {acknowledgement.code} {codes}".rstrip()
    for posting in found:
        if accepted and posting.state in _OPEN and acknowledgement.code == "AA":
            store.postings.take_verdict(posting, PostingState.POSTED, note, answer=event.body)
        elif acknowledgement.code in _REFUSED and posting.state in {*_OPEN, PostingState.POSTED}:
            store.postings.take_verdict(posting, PostingState.REFUSED, note, answer=event.body)
    store.events.finish({event.id: "no_charge"})


def _keys(message: Message) -> Iterator[str]:
    """The keys by which a DFT or BAR names its charges: FT1-2, or PR1-19 where there is no FT1."""
    lines = message.of("FT1")
    place = 2 if lines else 19
    for segment in lines or message.of("PR1"):
        yield segment.component(place, 1)


def _bill(store: Store, event: Event, keys: Sequence[str]) -> bool:
    """Whether every charge told of is one of ours; those that are have then arrived for certain."""
    named = {charge_key_of(key) for key in keys}
    ours = set(store.postings.bill(named - {""}))
    if not named or not ours.issuperset(named):
        return False
    store.events.finish({event.id: "no_charge"})
    return True


def _bill_charge_item(store: Store, event: Event) -> bool:
    resource = orjson.loads(event.body)
    if resource.get("status") not in _BILLED:
        return False
    named = [each for each in resource.get("identifier") or () if isinstance(each, dict)]
    return _bill(
        store, event, [str(each.get("value")) for each in named if each.get("system") == IDENTIFIER_SYSTEM]
    )
