"""What billing says later, on a connection of its own: verdicts, and charges that it tells of itself."""

from dataclasses import replace

import pytest

from service.commands.sink import Mode, Sink
from service.domain.answers import SAFE_ACTIONS, Behaviour, Outcome, Patience
from service.domain.charge import ChargeKind, Parcel, PostingState
from service.domain.event import Arrival, Format
from service.domain.ids import technical_key
from service.hl7 import admit
from service.pipeline import decide
from service.pipeline.chart import chart
from service.pipeline.post import post
from service.store.users import User
from tests.integration.pipeline.billing import (
    SILENCE,
    ack_of,
    approve_lines,
    dft,
    postings_of,
    states_of,
    way_to,
)
from tests.integration.pipeline.conftest import queue

LEAD = User("lea", frozenset({"lead"}), "main")
AWAIT = {**SAFE_ACTIONS, Behaviour.CA: Outcome.AWAIT}
AWAITING, PENDING, POSTED, REFUSED, UNKNOWN = (
    PostingState.AWAITING,
    PostingState.PENDING,
    PostingState.POSTED,
    PostingState.REFUSED,
    PostingState.UNKNOWN,
)


@pytest.fixture
def awaiting(database, put, coder):
    """Two charges that billing accepted, and will judge later."""
    with Sink() as sink:
        keys = approve_lines(database, put, coder, {}, {"account_number": "OTHER"})
        way = way_to(
            sink.port, actions=AWAIT, patience=Patience(verdict=3600), accept_ack="AL", application_ack="AL"
        )
        while post(database, {"billing": way}, lease=60):
            pass
        way.close()
    assert states_of(database, keys) == [AWAITING, AWAITING]
    return keys


@pytest.mark.parametrize(
    ("code", "state"), [("AA", POSTED), ("AE", REFUSED), ("AR", REFUSED), ("CA", AWAITING), ("XX", AWAITING)]
)
def test_a_verdict_is_of_the_message_that_it_names_and_of_no_other(database, awaiting, hear, code, state):
    second = postings_of(database, awaiting)[1]
    assert hear(ack_of(b"", code, second.control_id)) == ""
    assert states_of(database, awaiting) == [AWAITING, state]


def test_a_verdict_that_overtakes_the_answer_waits_for_it(database, put, coder, reader, hear, clock):
    """On its own connection it may be read before the sender has recorded that billing keeps the message."""
    keys = approve_lines(database, put, coder, {})
    with database.transaction() as store:
        sending = store.postings.claim(["billing"], 60)
        store.postings.fix(sending, Parcel(sending.control_id, b"DFT"))
    hear(ack_of(b"", "AA", sending.control_id))
    with database.transaction() as store:
        store.postings.await_verdict(sending, "CA", answer=b"", patience=3600)
    assert states_of(database, keys) == [AWAITING]
    clock.now += 3
    chart(database, reader, batch=10, lease=60)
    assert states_of(database, keys) == [POSTED]


def test_a_verdict_on_what_was_never_sent_is_shown_to_a_person(database, awaiting, hear):
    assert (
        hear(ack_of(b"", "AA", "ANOTHER")) == "acknowledges a message that was never sent from here (MSA-2)"
    )
    assert hear(b"MSH|^~\\&|B|B|C|C|||ACK^P03|9|P|2.5.1\r").startswith("MSA: the answer has no MSA segment")
    assert states_of(database, awaiting) == [AWAITING, AWAITING]


def test_a_refusal_takes_back_what_counted_as_posted_and_who_then_accepts_it_is_not_believed(
    database, awaiting, hear
):
    control_id = postings_of(database, awaiting)[0].control_id
    hear(ack_of(b"", "AA", control_id))
    hear(ack_of(b"", "AE", control_id))
    assert states_of(database, awaiting)[0] is REFUSED
    hear(ack_of(b"1", "AA", control_id) + b"NTE|1\r")
    found = postings_of(database, awaiting)[0]
    assert (found.state, found.note) == (UNKNOWN, "billing's verdict: AA, after it was refused")
    assert found.may_be_held, "it is not cancelled without a credit"


def test_a_verdict_that_comes_before_a_lead_had_it_sent_again_keeps_it_from_being_sent(
    database, awaiting, hear, clock
):
    clock.now += 3601
    post(database, {}, lease=60)
    found = postings_of(database, awaiting)[0]
    with database.transaction() as store:
        decide.settle(store, LEAD, found.id, PostingState.PENDING, "billing has nothing")
    hear(ack_of(b"", "AA", found.control_id))
    assert states_of(database, awaiting) == [POSTED, UNKNOWN]


def test_what_a_lead_said_was_refused_and_billing_accepts_is_shown_again(database, awaiting, hear, clock):
    clock.now += 3601
    post(database, {}, lease=60)
    found = postings_of(database, awaiting)[0]
    with database.transaction() as store:
        decide.settle(store, LEAD, found.id, REFUSED, "not in billing")
    hear(ack_of(b"", "AA", found.control_id))
    assert states_of(database, awaiting)[0] is UNKNOWN


def test_a_charge_that_was_taken_back_and_billing_accepts_is_shown_to_a_person(database, awaiting, hear):
    found = postings_of(database, awaiting)[0]
    hear(ack_of(b"", "AE", found.control_id))
    with database.transaction() as store:
        assert store.postings.cancel(found.charge_key, by="coder")
    assert hear(ack_of(b"", "AA", found.control_id)).startswith(
        "billing accepts a charge that was taken back"
    )
    assert states_of(database, awaiting)[0] is PostingState.CANCELLED


def test_what_billing_tells_of_is_unknown_no_longer(database, awaiting, hear, clock):
    clock.now += 3601
    post(database, {}, lease=60)
    hear(dft(awaiting[0]), "DFT^P03")
    assert states_of(database, awaiting) == [POSTED, UNKNOWN]


def test_a_credit_that_billing_tells_of_says_nothing_of_its_charge(database, awaiting, hear):
    """Neither under a key of its own, nor under that of its charge, where the receiver pairs them so."""
    with database.transaction() as store:
        charges = [store.charges.get(key, "*") for key in awaiting]
        credits_ = [
            replace(charge, key=f"CREDITKEY00{n}", kind=ChargeKind.CREDIT, reverses=charge.key)
            for n, charge in enumerate(charges)
        ]
        for credit in credits_:
            store.charges.add(credit, "line")
            store.postings.add(credit, "billing")
    told = dft("CREDITKEY000", awaiting[1]).replace(b"||CG|", b"||CD|")
    before = len(queue(database))
    hear(told, "DFT^P03")
    billed = postings_of(database, [*awaiting, "CREDITKEY000", "CREDITKEY001"])
    assert [posting.billed_at > 0 for posting in billed] == [False, False, True, True]
    assert len(queue(database)) == before


def test_a_verdict_that_does_not_come_leaves_the_charge_to_a_person_and_may_still_come(
    database, awaiting, hear, clock
):
    clock.now += 3601
    with database.transaction() as store:
        assert store.postings.oldest_due(["billing"]) is not None, "a sweep would come for it"
    post(database, {}, lease=60)
    assert states_of(database, awaiting) == [UNKNOWN, UNKNOWN]
    hear(ack_of(b"", "AA", postings_of(database, awaiting)[0].control_id))
    assert states_of(database, awaiting) == [POSTED, UNKNOWN]


def test_an_acknowledgement_is_stored_and_never_answered():
    admission = admit(ack_of(b"", "AA", "X1"), now=None, ack_id="K")
    assert (admission.answer, admission.quarantine) == (b"", "")


def test_charges_of_ours_that_billing_tells_of_are_noted_and_make_no_new_candidate(database, awaiting, hear):
    before = len(queue(database))
    hear(dft(awaiting[0], technical_key(awaiting[0])), "DFT^P03")
    assert [posting.billed_at > 0 for posting in postings_of(database, awaiting)] == [True, False]
    assert len(queue(database)) == before
    hear(dft("SOMEBODYS", awaiting[1]), "DFT^P03")
    assert len(queue(database)) > before, "what is not ours is charted"


def test_of_messages_that_are_read_together_each_tells_of_its_own_charges(database, awaiting, reader):
    before = len(queue(database))
    bodies = [dft("OTHERS"), dft(awaiting[1]), dft(""), dft(awaiting[0], "OTHERS2"), dft("a'b\x01")]
    arrivals = [
        Arrival(Format.HL7V2, "BILLING|MAIN", "main", "DFT^P03", f"B{n}", body, b"")
        for n, body in enumerate(bodies)
    ]
    with database.transaction() as store:
        ids = [identifier for identifier, _ in store.events.receive(arrivals)]
    chart(database, reader, batch=10, lease=60)
    assert all(posting.billed_at > 0 for posting in postings_of(database, awaiting))
    with database.transaction() as store:
        states = store.arrivals.states(ids)
    assert [states[identifier] for identifier in ids] == [
        "charted",
        "no_charge",
        "charted",
        "charted",
        "charted",
    ]
    assert len(queue(database)) > before


def test_a_charge_item_that_billing_has_billed_closes_the_loop(database, awaiting, hear):
    item = (
        '{"resourceType": "ChargeItem", "id": "1", "status": "%s", "identifier": '
        '[{"system": "urn:charge-capture:charge", "value": "%s"}], "code": {}, "subject": {}}'
    )
    hear((item % ("billable", awaiting[0])).encode(), "ChargeItem", Format.FHIR)
    assert not postings_of(database, awaiting)[0].billed_at
    hear((item % ("billed", awaiting[0])).encode(), "ChargeItem", Format.FHIR)
    assert postings_of(database, awaiting)[0].billed_at


def sent_again_after(database, put, coder, mode, *settled):
    """A charge that billing answered so, and that a lead settled so; gives the posting before and after."""
    keys = approve_lines(database, put, coder, {})
    with Sink(mode=mode) as sink:
        way = way_to(sink.port, timeout=SILENCE if mode is Mode.SILENT else 10)
        post(database, {"billing": way}, lease=60)
        way.close()
    (before,) = postings_of(database, keys)
    for state in settled:
        with database.transaction() as store:
            decide.settle(store, LEAD, before.id, state, "as told by telephone")
    (after,) = postings_of(database, keys)
    return keys, before, after


def test_billing_that_accepts_what_it_had_refused_keeps_its_charge_from_being_sent_again(
    database, put, coder, hear
):
    keys, before, after = sent_again_after(database, put, coder, Mode.AR, PENDING)
    assert (after.state, after.body, after.control_id != before.control_id) == (PENDING, None, True)
    assert hear(ack_of(b"", "AA", before.control_id)) == ""
    assert states_of(database, keys) == [UNKNOWN]


def test_a_refusal_of_the_message_before_says_nothing_of_the_one_that_waits_for_its_verdict(
    database, put, coder, hear
):
    keys, before, _ = sent_again_after(database, put, coder, Mode.AR, PENDING)
    with database.transaction() as store:
        again = store.postings.claim(["billing"], 60)
        store.postings.fix(again, Parcel(again.control_id, b"DFT"))
        store.postings.await_verdict(again, "CA", answer=b"CA", patience=3600)
    assert hear(ack_of(b"", "AE", before.control_id)) == ""
    assert states_of(database, keys) == [AWAITING]


def test_what_only_a_person_says_is_not_there_is_sent_again_as_it_was(database, put, coder):
    """By its number a receiver knows it again, if it was there after all."""
    _, before, after = sent_again_after(database, put, coder, Mode.SILENT, REFUSED, PENDING)
    assert (after.state, after.control_id, after.body) == (PENDING, before.control_id, before.body)
