"""The ledger finds what is missing, and what is there twice."""

import pytest
from sqlalchemy import text

from service.domain.charge import Parcel, PostingState
from service.domain.event import Arrival, Format
from service.domain.worklist import Filter
from service.pipeline import decide
from service.pipeline.chart import chart
from service.pipeline.decide import Reviewer
from service.store.ledger import draw_up
from service.store.users import User
from tests.programs import REPOSITORY
from tests.shipped import shipped_reader

_CHARGED_AGAIN = (
    "INSERT INTO charge (id, facility, key, candidate_id, kind, reverses, code, units, modifiers, "
    "service_date, approved_by, approved_at, sealed_content) SELECT 'twice', facility, 'TWICE', "
    "candidate_id, kind, reverses, code, units, modifiers, service_date, approved_by, approved_at, "
    "sealed_content FROM charge"
)


@pytest.fixture(scope="module")
def reader():
    """The shipped mappings."""
    return shipped_reader()


@pytest.fixture
def posted(database, reader):
    """A database in which one sample went the whole way."""
    body = next((REPOSITORY / "docs" / "samples" / "hl7v2").glob("02*")).read_bytes()
    arrival = Arrival(Format.HL7V2, "A|B", "main", "MDM^T02", "C1", body, b"ACK")
    with database.transaction() as store:
        store.events.receive([arrival, arrival])
    chart(database, reader, batch=10, lease=60)
    with database.transaction() as store:
        (line,) = store.worklist.page("*", Filter(), limit=10).lines
        decide.approve(store, Reviewer(User("c", frozenset(), "*"), line.id, 1), "billing")
    with database.transaction() as store:
        posting = store.postings.claim(["billing"], 60)
        store.postings.fix(posting, Parcel(posting.control_id, b"DFT"))
        store.postings.record(posting, PostingState.POSTED, "AA", answer=b"ACK")
    return database


def drawn(database, keyring):
    with database.connection() as connection:
        return draw_up(connection, keyring)


def test_a_line_that_went_the_whole_way_is_whole(posted, keyring):
    ledger = drawn(posted, keyring)
    assert ledger.whole, [check for check in ledger.checks if not check.holds]
    assert ledger.sums["messages"] | {"quarantined": 0} == {
        "received": 0,
        "quarantined": 0,
        "discarded": 0,
        "no_charge": 0,
        "charted": 1,
        "duplicate": 1,
    }
    assert ledger.sums["postings"]["posted"] == 1


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("DELETE FROM event", "messages answered = stored + duplicates"),
        ("UPDATE event SET duplicates = 0", "messages answered = stored + duplicates"),
        ("UPDATE event SET state = 'lost'", "messages answered = stored + duplicates"),
        ("UPDATE feed_tally SET received = 1", "messages counted by feed = stored + duplicates"),
        ("UPDATE feed_tally SET waiting = 1", "received messages by feed"),
        ("UPDATE event SET state = 'no_charge'", "charted messages by feed"),
        ("DELETE FROM procedure_event", "charted messages without a procedure"),
        ("DELETE FROM candidate", "charted messages without a queue line"),
        ("UPDATE candidate SET status = 'rejected'", "approved candidates = approvals"),
        ("DELETE FROM decision", "approved candidates = approvals"),
        ("DELETE FROM charge", "approved lines = charges"),
        ("DELETE FROM posting", "charges that no posting carries"),
        ("UPDATE posting SET state = 'gone'", "postings in a known state"),
        ("UPDATE posting SET sealed_body = NULL", "posted without the bytes that were sent"),
        ("UPDATE audit SET actor = 'x'", "audit chains that are broken"),
        (
            _CHARGED_AGAIN,
            "services charged more than once",
        ),
    ],
)
def test_each_kind_of_damage_is_found(posted, keyring, damage, check):
    with posted.engine.begin() as connection:
        connection.execute(text(damage))
    ledger = drawn(posted, keyring)
    assert not ledger.whole
    assert check in [each.name for each in ledger.checks if not each.holds]
