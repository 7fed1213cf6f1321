"""What billing tells of charges: in its own letters, of what was taken back, and of nobody else's."""

from dataclasses import replace

import pytest

from service.domain.charge import ChargeKind, PostingState
from service.domain.event import Format
from service.pipeline import decide
from service.pipeline.billing_answers import Billing
from service.pipeline.decide import Reviewer
from service.pipeline.post import post
from service.store.users import User
from tests.integration.pipeline.billing import (
    ack_of,
    approve_lines,
    dft,
    framed,
    postings_of,
    receiver,
    states_of,
    way_to,
)
from tests.integration.pipeline.conftest import a_line

POSTED, UNKNOWN, CANCELLED = PostingState.POSTED, PostingState.UNKNOWN, PostingState.CANCELLED
BILLING = Billing("BILLING|MAIN", "main", "CR")
ITEM = (
    '{"resourceType": "ChargeItem", "id": "1", "status": "billed", "identifier": '
    '[{"system": "urn:charge-capture:charge", "value": "%s"}], "code": {}, "subject": {}}'
)


@pytest.fixture
def send(database):
    """Post what is due to a billing system that gives no answer."""

    def send_due():
        with receiver(lambda _body: framed(b"no answer")) as port:
            way = way_to(port)
            while post(database, {"billing": way}, lease=60):
                pass
            way.close()

    return send_due


@pytest.fixture
def north(database, put, send):
    """The key of a charge of another facility, unknown."""
    (line,) = put(a_line(), facility="north")
    with database.transaction() as store:
        coder = User("nora", frozenset({"coder"}), "north")
        decide.approve(store, Reviewer(coder, line.id, 1), "billing")
        (charge,) = store.charges.of_candidate(line.id)
    send()
    assert states_of(database, [charge.key]) == [UNKNOWN]
    return charge.key


@pytest.mark.parametrize("by", ["its own key", "its charge's key"])
def test_a_credit_is_told_of_in_the_letter_of_the_destination(database, put, coder, send, hear, by):
    (key,) = approve_lines(database, put, coder, {})
    with database.transaction() as store:
        original = store.charges.get(key, "*")
        credit = replace(original, key="CREDITKEY000", kind=ChargeKind.CREDIT, reverses=key)
        store.charges.add(credit, "line")
    send()
    with database.transaction() as store:
        store.postings.add(credit, "billing")
        claimed = store.postings.claim(["billing"], 60)
        store.postings.record(claimed, UNKNOWN, "no answer", uncertain=True)
    told = dft(credit.key if by == "its own key" else key).replace(b"||CG|", b"||CR|")
    assert hear(told, "DFT^P03", billing=BILLING) == ""
    assert states_of(database, [key, credit.key]) == [UNKNOWN, POSTED]


@pytest.mark.parametrize(
    ("told", "how"),
    [
        (dft, ("DFT^P03",)),
        (lambda key: dft(key, "SOMEBODYS"), ("DFT^P03",)),
        (lambda key: (ITEM % key).encode(), ("ChargeItem", Format.FHIR)),
    ],
    ids=["DFT", "beside somebody's", "ChargeItem"],
)
def test_what_was_taken_back_and_billing_tells_of_is_shown_to_a_person(database, put, coder, hear, told, how):
    keys = approve_lines(database, put, coder, {})
    with database.transaction() as store:
        store.postings.cancel(keys[0], by="coder")
    assert hear(told(keys[0]), *how).startswith("billing accepts a charge that was taken back here")
    assert states_of(database, keys) == [CANCELLED]


def test_nobody_tells_of_a_charge_of_another_facility(database, north, hear):
    (before,) = postings_of(database, [north])
    another = "tells of charges of another facility"
    assert hear(dft(north), "DFT^P03", billing=BILLING, sender="LAB|MAIN").startswith(another)
    assert hear(dft(north), "DFT^P03", billing=BILLING, facility="other").startswith(another)
    item = (ITEM % north).encode()
    assert hear(item, "ChargeItem", Format.FHIR, sender="somebody").startswith(another)
    verdict = ack_of(b"", "AA", before.control_id)
    assert hear(verdict, billing=BILLING, sender="LAB|MAIN").startswith("acknowledges a message that was")
    assert postings_of(database, [north]) == [before]


@pytest.mark.parametrize("told", ["DFT", "verdict", "of its own"])
def test_billing_tells_of_the_charges_of_every_facility_and_others_of_their_own(database, north, hear, told):
    (posting,) = postings_of(database, [north])
    if told == "DFT":
        assert hear(dft(north), "DFT^P03", billing=BILLING) == ""
    elif told == "verdict":
        assert hear(ack_of(b"", "AA", posting.control_id), billing=BILLING) == ""
    else:
        assert hear(dft(north), "DFT^P03", sender="LAB|NORTH", facility="north") == ""
    assert states_of(database, [north]) == [POSTED]


def test_a_user_of_all_facilities_tells_of_the_charges_of_every_one(database, north, hear):
    with database.transaction() as store:
        store.users.add("biller", frozenset({"feed"}), "*", by="admin")
    assert hear((ITEM % north).encode(), "ChargeItem", Format.FHIR, sender="biller") == ""
    assert states_of(database, [north]) == [POSTED]
