"""Worklists on SQLite: each filter leafs through its own index, and nothing goes through all lines."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from service.domain.worklist import Filter, Order
from service.store.worklist_indexes import LIMITS

#: What leads to each index.
FILTERS = {
    "table": Filter(tables=("t",)),
    "code": Filter(codes=("62327",)),
    "payer": Filter(payers=("medicare",)),
    "provider": Filter(provider="p"),
    "assigned": Filter(assigned_to="carla"),
    "claimed": Filter(claimed_by="carla", reader="carla"),
    "held": Filter(is_held=True),
    "asked": Filter(is_asked=True),
    "question": Filter(has_question=True),
    "date": Filter(order=Order.SERVICE_DATE),
    "limit": Filter(order=Order.LIMIT),
}


def plans_of(database, work):
    """How SQLite goes about each statement of some work."""
    said = []
    event.listen(database.engine, "before_cursor_execute", lambda *heard: said.append(heard[2:4]))
    with database.look() as store:
        work(store)
    with database.engine.connect() as connection:
        return [
            row[3]
            for statement, values in tuple(said)
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            if " candidate" in row[3]
        ]


def asked_with(wanted):
    """The same, and of one more thing, so that it is counted which of two indexes holds fewer lines."""
    return replace(wanted, codes=("62327",)) if wanted.order is Order.OLDEST else wanted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "wanted"), FILTERS.items(), ids=FILTERS)
def test_a_filter_has_its_index(database, name, wanted):
    plans = plans_of(database, lambda store: store.worklist.page("main", wanted, limit=50))
    assert [plan for plan in plans if not plan.startswith("SEARCH")] == []
    assert f"INDEX ix_candidate_by_{name} (" in plans[0], plans
    both = plans_of(database, lambda store: store.worklist.page("main", asked_with(wanted), limit=50))
    allowed = (
        f"INDEX ix_candidate_by_{name} (",
        "INDEX ix_candidate_by_code (",
        "payer=? AND status=?",
        "rowid=?",
    )
    assert [plan for plan in both if not any(each in plan for each in allowed)] == []


def test_no_index_is_without_its_filter():
    assert FILTERS.keys() == {*LIMITS, "limit"}
