"""The store on real databases: durable, sealed, audited, and the same on both."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from service.domain.event import Arrival, Format
from service.store.audit import verify
from service.store.migrate import is_current
from service.store.tables import metadata
from service.store.transaction import AuditEntry


def arrival(control_id="A1", body=b"MSH|hello", **more):
    values = {"sender": "LAB|NORTH", "facility": "main", "message_type": "ORU^R01", "answer": b"ACK"}
    return Arrival(Format.HL7V2, control_id=control_id, body=body, **{**values, **more})


def test_the_migrations_make_the_very_schema_that_the_tables_describe(database):
    assert is_current(database)
    with database.connection() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_the_same_bytes_under_one_control_id_are_one_message_and_get_the_first_answer(database):
    with database.transaction() as store:
        ((first, answer),) = store.events.receive([arrival()])
    with database.transaction() as store:
        again = store.events.receive([arrival(answer=b"another ACK"), arrival(answer=b"a third")])
    assert again == [(first, answer), (first, answer)]
    with database.transaction() as store:
        assert len(store.events.claim(10, 60)) == 1


def test_a_group_that_holds_one_message_twice_stores_it_once(database):
    with database.transaction() as store:
        (one, two) = store.events.receive([arrival(), arrival()])
    assert one == two


def test_other_bytes_under_a_used_control_id_are_another_message(database):
    with database.transaction() as store:
        store.events.receive([arrival(), arrival(body=b"MSH|changed")])
        bodies = [event.body for event in store.events.claim(10, 60)]
    assert bodies == [b"MSH|hello", b"MSH|changed"]


def test_a_resource_may_go_back_to_what_it_once_said(database):
    versions = [b"v1", b"v2", b"v2", b"v1"]
    with database.transaction() as store:
        for body in versions:
            fhir = Arrival(Format.FHIR, "ehr", "main", "Procedure", "Procedure/1", body, b"{}")
            store.events.receive([fhir])
        stored = [event.body for event in store.events.claim(10, 60)]
    assert stored == [b"v1", b"v2", b"v1"]


def test_text_with_nul_is_stored(database):
    with database.transaction() as store:
        store.events.receive([arrival("A\x00B", sender="L\x00|N", message_type="X" * 100)])
        (event,) = store.events.claim(10, 60)
    assert event.control_id == "A\N{REPLACEMENT CHARACTER}B"


def test_a_claimed_event_is_not_claimed_again_until_its_lease_ends(database, clock):
    with database.transaction() as store:
        store.events.receive([arrival()])
    with database.transaction() as store:
        assert len(store.events.claim(10, 60)) == 1
    with database.transaction() as store:
        assert store.events.claim(10, 60) == []
    clock.now += 61
    with database.transaction() as store:
        (event,) = store.events.claim(10, 60)
    assert event.attempts == 2


def test_an_event_that_was_tried_before_is_claimed_alone(database, clock):
    with database.transaction() as store:
        store.events.receive([arrival("A1", b"1"), arrival("A2", b"2")])
        store.events.claim(10, 60)
    clock.now += 61
    with database.transaction() as store:
        assert len(store.events.claim(10, 60)) == 1


def test_what_a_patient_could_be_known_by_is_not_readable_in_the_database(database, tmp_path):
    canary = b"PID|1||MRN-CANARY-77||TESTPERSON^CANARY"
    with database.transaction() as store:
        store.events.receive([arrival(body=canary)])
    with database.connection() as connection:
        (sealed,) = connection.execute(text("SELECT sealed_body FROM event")).one()
    assert b"CANARY" not in bytes(sealed)
    assert not any(b"MRN-CANARY" in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_a_sealed_value_moved_to_another_row_does_not_open(keyring):
    sealed = keyring.seal(b"secret", "event/1/main")
    with pytest.raises(Exception, match="does not open in its place"):
        keyring.open(sealed, "event/2/main")


def test_a_change_and_its_audit_row_commit_together_or_not_at_all(database):
    def fail_half_way():
        with database.transaction() as store:
            store.events.receive([arrival()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.connection() as connection:
        assert connection.execute(text("SELECT count(*) FROM event")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar() == 0


@pytest.mark.parametrize(
    ("tampering", "number"),
    [
        ("UPDATE audit SET actor = 'nobody' WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 3", 3),
        ("UPDATE audit SET facility = 'south' WHERE number = 1", 1),
        ("DELETE FROM audit_head", 4),
    ],
    ids=["edited", "deleted", "cut off", "moved", "head deleted"],
)
def test_tampering_with_the_audit_is_found_at_its_row(database, keyring, tampering, number):
    for count in range(3):
        with database.transaction() as store:
            store.audit(AuditEntry("main", "review", "eve", "read", "candidate", str(count)))
    with database.connection() as connection:
        assert list(verify(connection, keyring)) == []
    with database.engine.begin() as connection:
        connection.execute(text(tampering))
    with database.connection() as connection:
        (broken,) = verify(connection, keyring)
    assert (broken.chain, broken.number) == ("main/review", number)


def test_only_the_first_of_several_rings_sends_a_wake_up(database, clock):
    def ring():
        with database.transaction() as store:
            return store.bells.ring("chart", forgotten_after=5)

    assert [ring(), ring()] == [True, False]
    with database.transaction() as store:
        store.bells.answer("chart")
    assert ring() is True
    clock.now += 6
    assert ring() is True, "a wake-up that was lost with its broker is sent again"
