"""Statements that are compiled once: the same answers whatever the size of a group, on both databases."""

import pytest
from sqlalchemy import select

from service.domain.errors import Collision
from service.domain.event import Arrival, Format
from service.store.prepared import PreparedRows
from service.store.tables import event


def arrivals(count):
    values = {"sender": "LAB|NORTH", "facility": "main", "message_type": "ORU^R01", "answer": b"ACK"}
    return [
        Arrival(Format.HL7V2, control_id=f"A{n}", body=f"MSH|{n}".encode(), **values) for n in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 64, 65])
def test_every_message_of_a_group_is_recognised_when_it_comes_again(database, count):
    with database.transaction() as store:
        first = store.events.receive(arrivals(count))
    with database.transaction() as store:
        again = store.events.receive([*arrivals(count), *arrivals(count + 1)[count:]])
    assert again[:count] == first
    assert again[count] not in first


def test_a_group_of_none_is_no_error(database):
    with database.transaction() as store:
        assert store.events.receive([]) == []


def test_a_row_that_is_there_already_is_a_collision(database):
    with database.transaction() as store:
        store.events.receive(arrivals(1))
        row = dict(store.transaction.connection.execute(select(event)).mappings().one())
    with pytest.raises(Collision):
        add_again(database, row)


def add_again(database, row):
    with database.transaction() as store:
        PreparedRows(event).run(store.transaction.connection, [row])


def test_of_rows_that_come_again_only_the_new_ones_are_added(database):
    with database.transaction() as store:
        first, _ = store.procedures.lock([("main", "a"), ("main", "b")])
    with database.transaction() as store:
        again, new = store.procedures.lock([("main", "b"), ("main", "c")])
    assert again["main", "b"] == first["main", "b"]
    assert new == {again["main", "c"]}
