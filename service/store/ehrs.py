"""Ehrs: what is to be fetched from FHIR servers, and how far that has come."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, update

from service.domain.errors import LeaseLost
from service.domain.ids import new_id
from service.store.ehr_tables import ehr_fetch, ehr_search, ehr_subscription
from service.store.transaction import AuditEntry, Transaction, insert_new
from service.store.users import ALL_FACILITIES


@dataclass(frozen=True, slots=True)
class SearchJob:
    """A search that is due, or how it stands."""

    ehr: str
    resource_type: str
    since: str
    attempts: int
    next_attempt_at: float
    succeeded_at: float
    note: str


@dataclass(frozen=True, slots=True)
class FetchJob:
    """One thing to fetch."""

    id: str
    ehr: str
    kind: str  # read, events
    target: str = field(repr=False)
    attempts: int = 0
    state: str = "pending"
    note: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """How a subscription stands."""

    ehr: str
    subscription: str
    status: str
    last_number: int
    told_at: str
    heard_at: float = 0.0
    gaps: int = 0


class Ehrs:
    """Jobs and states of all EHRs."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._now = transaction.now
        self._keyring = transaction.keyring

    def hang(self, ehr: str, resource_types: Sequence[str], since: str) -> None:
        """Make the searches that are not there yet; they begin at `since`."""
        rows = [
            {
                "ehr": ehr,
                "resource_type": kind,
                "since": since,
                "attempts": 0,
                "next_attempt_at": self._now,
                "succeeded_at": 0.0,
                "note": "",
            }
            for kind in resource_types
        ]
        if rows:
            self._connection.execute(insert_new(ehr_search), rows)

    def claim_search(self, ehrs: Sequence[str], lease: float) -> SearchJob | None:
        """Lease the search that has been due for longest."""
        row = self._oldest(ehr_search, ehr_search.c.ehr.in_(ehrs))
        if row is None:
            return None
        mine = and_(ehr_search.c.ehr == row.ehr, ehr_search.c.resource_type == row.resource_type)
        claimed = update(ehr_search).where(mine).returning(ehr_search)
        values = {"attempts": row.attempts + 1, "next_attempt_at": self._now + lease}
        return SearchJob(*self._connection.execute(claimed.values(**values)).one())

    def renew(self, job: SearchJob, lease: float) -> SearchJob:
        """A page is stored, and there are more; LeaseLost when another worker has begun anew."""
        until = self._now + lease
        if not self._update_search(job, next_attempt_at=self._unless_asked(job, until)):
            raise LeaseLost
        return replace(job, next_attempt_at=until)

    def searched(self, job: SearchJob, since: str, again_in: float) -> None:
        """All that a search found is stored."""
        next_at = self._unless_asked(job, self._now + again_in)
        self._update_search(
            job, since=since, attempts=0, succeeded_at=self._now, note="", next_attempt_at=next_at
        )

    def search_failed(self, job: SearchJob, note: str, again_in: float) -> None:
        """It is tried again: what was stored is known when it comes once more."""
        self._update_search(job, note=note, next_attempt_at=self._now + again_in)

    def _update_search(self, job: SearchJob, **values: Any) -> bool:
        mine = and_(
            ehr_search.c.ehr == job.ehr,
            ehr_search.c.resource_type == job.resource_type,
            ehr_search.c.attempts == job.attempts,  # nobody has claimed it since
        )
        return bool(self._connection.execute(update(ehr_search).where(mine).values(**values)).rowcount)

    def _unless_asked(self, job: SearchJob, time: float) -> ColumnElement[float]:
        """That time; but now, where a notification asked for a search while this one ran."""
        untouched = ehr_search.c.next_attempt_at == job.next_attempt_at
        return case((untouched, time), else_=ehr_search.c.next_attempt_at)

    def search_now(self, ehr: str) -> None:
        """Something happened there: search, and do not wait."""
        self._connection.execute(
            update(ehr_search).where(ehr_search.c.ehr == ehr).values(next_attempt_at=self._now)
        )

    def add(self, ehr: str, kind: str, target: str, delay: float = 0.0) -> None:
        """Commit to fetch something, unless that is under way already."""
        identifier = new_id()
        row = {
            "id": identifier,
            "ehr": ehr,
            "kind": kind,
            "target_key": self._keyring.fingerprint(ehr, kind, target)[:32],
            "sealed_target": self._keyring.seal(target.encode(), _place(identifier)),
            "state": "pending",
            "attempts": 0,
            "next_attempt_at": self._now + delay,
            "note": "",
            "created_at": self._now,
        }
        self._connection.execute(insert_new(ehr_fetch), [row])

    def claim(self, ehrs: Sequence[str], lease: float) -> FetchJob | None:
        """Lease what has been due for longest."""
        row = self._oldest(ehr_fetch, and_(ehr_fetch.c.ehr.in_(ehrs), ehr_fetch.c.state == "pending"))
        if row is None:
            return None
        values = {"attempts": row.attempts + 1, "next_attempt_at": self._now + lease}
        claimed = update(ehr_fetch).where(ehr_fetch.c.id == row.id).values(**values).returning(ehr_fetch)
        return self._job(self._connection.execute(claimed).one())

    def fetched(self, job: FetchJob, note: str = "") -> None:
        """It is stored, or certainly no longer there."""
        self._end(job, state="done", note=note)

    def fetch_failed(self, job: FetchJob, note: str, again_in: float | None) -> None:
        """It did not come; `again_in` None = an operator must look."""
        if again_in is None:
            self._end(job, state="failed", note=note)
        else:
            self._end(job, note=note, next_attempt_at=self._now + again_in)

    def _end(self, job: FetchJob, **values: Any) -> None:
        mine = and_(ehr_fetch.c.id == job.id, ehr_fetch.c.attempts == job.attempts)
        self._connection.execute(update(ehr_fetch).where(mine).values(**values))

    def retry(self, ehr: str, by: str) -> int:
        """Try again what had failed, and search at once; gives how many fetches that are."""
        failed = and_(ehr_fetch.c.ehr == ehr, ehr_fetch.c.state == "failed")
        again = update(ehr_fetch).where(failed).values(state="pending", next_attempt_at=self._now)
        count = int(self._connection.execute(again).rowcount)
        self.search_now(ehr)
        entry = AuditEntry(ALL_FACILITIES, "intake", by, "fetch.retry", "ehr", ehr, max(count, 1))
        self._transaction.audit(entry)
        return count

    def oldest_due(self, ehrs: Sequence[str]) -> float | None:
        """Since when the oldest job has been due; None = none is."""
        found = [
            self._connection.scalar(
                select(func.min(table.c.next_attempt_at)).where(
                    and_(table.c.ehr.in_(ehrs), table.c.next_attempt_at <= self._now, *more)
                )
            )
            for table, more in ((ehr_search, ()), (ehr_fetch, (ehr_fetch.c.state == "pending",)))
        ]
        return min((time for time in found if time is not None), default=None)

    def subscription(self, ehr: str, *, to_change: bool = False) -> SubscriptionState | None:
        """How the subscription of an EHR stands; nobody else changes it before this transaction ends."""
        query = select(ehr_subscription).where(ehr_subscription.c.ehr == ehr)
        row = self._connection.execute(query.with_for_update() if to_change else query).one_or_none()
        return SubscriptionState(*row) if row else None

    def keep(self, state: SubscriptionState) -> None:
        """Note how a subscription stands now."""
        values = {
            "subscription": state.subscription,
            "status": state.status,
            "last_number": state.last_number,
            "told_at": state.told_at,
            "heard_at": self._now,
            "gaps": state.gaps,
        }
        kept = update(ehr_subscription).where(ehr_subscription.c.ehr == state.ehr).values(**values)
        if not self._connection.execute(kept).rowcount:
            self._connection.execute(insert_new(ehr_subscription), [{"ehr": state.ehr, **values}])

    def searches(self) -> list[SearchJob]:
        """How all searches stand."""
        query = select(ehr_search).order_by(ehr_search.c.ehr, ehr_search.c.resource_type)
        return [SearchJob(*row) for row in self._connection.execute(query)]

    def waiting(self) -> list[FetchJob]:
        """What is not fetched yet, the oldest first."""
        query = select(ehr_fetch).where(ehr_fetch.c.state != "done").order_by(ehr_fetch.c.created_at)
        return [self._job(row) for row in self._connection.execute(query)]

    def _oldest(self, table: Any, which: Any) -> Any:
        due = and_(which, table.c.next_attempt_at <= self._now)
        query: Select[Any] = select(table).where(due).order_by(table.c.next_attempt_at).limit(1)
        return self._connection.execute(query.with_for_update(skip_locked=True)).one_or_none()

    def _job(self, row: Any) -> FetchJob:
        target = self._keyring.open(row.sealed_target, _place(row.id)).decode()
        return FetchJob(row.id, row.ehr, row.kind, target, row.attempts, row.state, row.note)


def _place(identifier: str) -> str:
    return f"ehr_fetch/{identifier}/target"
