"""The outbox is asked by its indexes: what was posted long ago is not looked through for what is due."""

import pytest
from sqlalchemy import event

from service.store import open_database

_FILL = """
WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 1999)
INSERT INTO posting (
  id, facility, charge_key, destination, state, control_id, account_key, visit_key, billed_at,
  may_be_held, note, attempts, next_attempt_at, lease_until, created_at, updated_at
)
SELECT printf('%032d', x), 'main', printf('K%011d', x), 'billing',
  CASE WHEN x < 1000 THEN 'posted' ELSE 'pending' END,
  printf('C%019d', x), printf('A%d', x / 3), '', 0, 0, '', 0, 0, 0, 0, 0 FROM n
"""


@pytest.fixture
def asked(migrated_sqlite, tmp_path, keyring):
    """What is asked of a database with much posted and much waiting; run with (statement, parameters)."""
    path = tmp_path / "full.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = open_database(f"sqlite:///{path}", keyring)
    with database.transaction() as store:
        store.transaction.connection.exec_driver_sql(_FILL)
        store.transaction.connection.exec_driver_sql("ANALYZE")
    statements = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, _context, _many):
        if "posting" in statement:
            statements.append((statement, parameters))

    def plans(work):
        statements.clear()
        with database.transaction() as store:
            work(store)
        heard = list(statements)
        with database.connection() as connection:
            raw = connection.connection
            return [row[3] for said in heard for row in raw.execute(f"EXPLAIN QUERY PLAN {said[0]}", said[1])]

    yield plans
    database.close()


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda store: store.postings.claim(["billing"], 60), id="claim"),
        pytest.param(lambda store: store.postings.abandon_lost(), id="abandon"),
        pytest.param(lambda store: store.postings.oldest_due(["billing"]), id="oldest due"),
        pytest.param(lambda store: store.postings.oldest_due(["elsewhere"]), id="nothing due"),
        pytest.param(lambda store: store.postings.of_control_id("C1", "*"), id="by control id"),
    ],
)
def test_nothing_is_found_by_looking_at_everything(asked, work):
    plans = asked(work)
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN")], plans
