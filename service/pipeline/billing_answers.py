"""What billing says by itself: the later verdict on a message of ours, and charges of ours that it tells of.

Neither is work to chart: a charge that billing tells of must not come back as a new candidate.
"""

from collections.abc import Mapping, Sequence

import orjson

from service.domain.charge import PostingState
from service.domain.errors import InputError
from service.domain.event import PRODUCTION, Event, Format
from service.domain.frozen import frozen
from service.domain.ids import charge_key_of
from service.hl7 import Acknowledgement, Message, charge_lines, decode, read_ack
from service.posting.fhir_charge_item import IDENTIFIER_SYSTEM
from service.store import Database, Store
from service.store.postings import Posting
from service.store.users import ALL_FACILITIES

#: A key that billing tells of, and whether as a credit.
Told = tuple[str, bool]

_REFUSED = frozenset({"AE", "AR", "CE", "CR"})
_ACKNOWLEDGEMENTS = frozenset({"ACK", "MCF"})
_TELLS_OF_CHARGES = frozenset({"DFT", "BAR"})
_OPEN = frozenset({PostingState.AWAITING, PostingState.UNKNOWN})
_MAY_BE_REFUSED = _OPEN | {PostingState.POSTED}
_NOT_OURS = "acknowledges a message that was never sent from here (MSA-2)"
_TAKEN_BACK = "billing accepts a charge that was taken back here: credit it there, by hand"
_ANOTHERS = (
    "tells of charges of another facility, as only billing may: it is known by MSH-3 and MSH-4, as the "
    "destination's file has them, or as a user of all facilities"
)
_BILLED = frozenset({"billed"})  # ChargeItem.status


@frozen
class Billing:
    """Who billing is, and how it tells of a credit."""

    sender: str = ""  # MSH-3|MSH-4
    facility: str = ""  # to which what it sends is counted, though it may tell of the charges of all
    credit: str = "CD"  # FT1-6


def take_answers(database: Database, events: Sequence[Event], billing: Billing) -> list[Event]:
    """Take what is billing's answer; gives the events that are left to be charted."""
    verdicts = [event for event in events if _is_verdict(event)]
    told = {event.id: keys for event in events if (keys := _keys_told(event, billing.credit))}
    if not (verdicts or told):
        return list(events)
    taken = {event.id for event in verdicts}
    with database.transaction() as store:
        for event in verdicts:
            _take_verdict(store, event, billing)
        # Most departments' messages tell of charges of their own: one look for all says so.
        ours = store.postings.among({key for keys in told.values() for key, _ in keys})
        telling = (event for event in events if any(key in ours for key, _ in told.get(event.id, ())))
        taken |= {event.id for event in telling if _bill(store, event, billing, told[event.id], ours)}
    return [event for event in events if event.id not in taken]


def _code(event: Event) -> str:
    return event.message_type.partition("^")[0]


def _is_verdict(event: Event) -> bool:
    return event.format is Format.HL7V2 and _code(event) in _ACKNOWLEDGEMENTS


def _reach(store: Store, event: Event, billing: Billing) -> str:
    """The facility of whose charges a sender may tell; of those of all, when it is billing itself."""
    if event.format is Format.FHIR:
        user = store.users.named(event.sender)
        is_billing = user is not None and user.facility == ALL_FACILITIES
    else:
        is_billing = (event.sender, event.facility) == (billing.sender, billing.facility)
    return ALL_FACILITIES if is_billing else event.facility


def _take_verdict(store: Store, event: Event, billing: Billing) -> None:
    try:
        Message.parse(decode(event.body, event.charset or None).text)
        acknowledgement = read_ack(event.body)
    except InputError as error:
        store.events.quarantine(event.id, event.facility, str(error))
    else:
        control_id = acknowledgement.control_id
        found = store.postings.of_control_id(control_id, _reach(store, event, billing)) if control_id else []
        _credit_verdict(store, event, acknowledgement, found)


def _keys_told(event: Event, credit: str) -> set[Told]:
    """The keys of charges that an event tells of as billed, ours or not; none where it tells of none."""
    if event.format is Format.FHIR:
        return _keys_of_charge_item(event) if _code(event) == "ChargeItem" else set()
    if event.processing_id != PRODUCTION or _code(event) not in _TELLS_OF_CHARGES:
        return set()  # for training: of no charge of ours
    try:
        message = Message.parse(decode(event.body, event.charset or None).text)
    except InputError:
        return set()  # charting says what is wrong with it
    return {(charge_key_of(line.key), line.is_credit(credit)) for line in charge_lines(message)}


def _credit_verdict(
    store: Store, event: Event, acknowledgement: Acknowledgement, found: Sequence[Posting]
) -> None:
    """An application acknowledgement that comes later is of the message that MSA-2 names, and of no other."""
    if not found:
        store.events.quarantine(event.id, event.facility, _NOT_OURS)
        return
    if any(posting.state is PostingState.SENDING for posting in found):
        # It overtook the answer on the connection of the message itself, which is to be recorded first.
        store.events.retry_later([event.id], 2.0**event.attempts)
        return
    code, told_of = acknowledgement.code, acknowledgement.control_id
    note = f"billing's verdict: {code} {'/'.join(acknowledgement.error_codes)}".rstrip()
    if code == "AA" and any(posting.state is PostingState.CANCELLED for posting in found):
        store.events.quarantine(event.id, event.facility, _TAKEN_BACK)
        return
    for posting in found:
        if code == "AA":
            _believe(store, posting, note, event.body)
        elif code in _REFUSED and posting.state in _MAY_BE_REFUSED and posting.control_id == told_of:
            store.postings.take_verdict(posting, PostingState.REFUSED, note, answer=event.body)
    store.events.finish({event.id: "no_charge"})


def _believe(store: Store, posting: Posting, note: str, answer: bytes = b"") -> None:
    """Billing says that it has a charge: nobody sends it again. What it had refused, a person looks at."""
    was_sent = posting.body is not None
    if posting.state in _OPEN or (posting.state is PostingState.PENDING and was_sent):
        store.postings.take_verdict(posting, PostingState.POSTED, note, answer=answer)
    elif posting.state in (PostingState.REFUSED, PostingState.PENDING):
        note = f"{note}, {'before it was sent' if not was_sent else 'after it was refused'}"
        store.postings.take_verdict(posting, PostingState.UNKNOWN, note, answer=answer)


def _bill(store: Store, event: Event, billing: Billing, named: set[Told], ours: Mapping[str, str]) -> bool:
    """Whether it is dealt with: every charge told of is one of ours, which has then arrived for certain."""
    keys = {key for key, _ in named}
    reach = _reach(store, event, billing)
    if any(reach not in (ALL_FACILITIES, ours[key]) for key in keys & ours.keys()):
        store.events.quarantine(event.id, event.facility, _ANOTHERS)
        return True
    credited = {key for key, is_credit in named if is_credit}
    found = store.postings.told_of(keys - credited - {""}, credited - {""})
    for posting in found:
        store.postings.bill(posting)
        _believe(store, posting, "billing tells of it")
    if any(posting.state is PostingState.CANCELLED for posting in found):
        store.events.quarantine(event.id, event.facility, _TAKEN_BACK)
        return True
    if keys - ours.keys():
        return False
    store.events.finish({event.id: "no_charge"})
    return True


def _keys_of_charge_item(event: Event) -> set[Told]:
    resource = orjson.loads(event.body)
    if resource.get("status") not in _BILLED:
        return set()
    named = [each for each in resource.get("identifier") or () if isinstance(each, dict)]
    ours = [str(each.get("value")) for each in named if each.get("system") == IDENTIFIER_SYSTEM]
    return {(charge_key_of(key), False) for key in ours}
