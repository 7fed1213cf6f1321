"""Reconciliation: each day of service, what is documented against what is charged, ordered and answered."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from service.domain.charge import PostingState
from service.domain.errors import InputError
from service.domain.event import Event
from service.domain.local_days import LocalDays
from service.domain.reconciliation import Finding, Lack, Lag, Report
from service.domain.stakes import Stakes, Sum
from service.hl7 import ORDERING, Message, Ordered, decode, orders_of
from service.store import Store
from service.store.reconciliation import DayCharge, DayLine, Reconciliation, WaitingLine

_AGES = ((2, "0-1"), (4, "2-3"), (8, "4-7"), (math.inf, "8+"))  # days, up to
_BOOKED_AHEAD = 90  # days before its day within which an order is looked for
_MOST_ORDERS = 20_000
_DAY = 86_400.0
_AT_BILLING = frozenset({PostingState.POSTED})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is asked for."""

    day: date
    facility: str  # "*" = all
    services: frozenset[str] = frozenset()  # ordered services (OBR-4.1, AIS-3.1) to look for; empty = all
    late_after: int = 3  # days
    stakes: Stakes = field(default_factory=Stakes)
    days: LocalDays = field(default_factory=LocalDays)


def reconcile_day(store: Store, wanted: Wanted) -> Report:
    """Draw the report up. Reads only; ids and codes, no patient data."""
    tables = Reconciliation(store.transaction)
    day = wanted.day.isoformat()
    age = max(0, (wanted.days.of(store.now, wanted.facility) - wanted.day).days)
    lines, charges = tables.lines(day, wanted.facility), tables.charges(day, wanted.facility)
    orders = _orders(tables, wanted)
    by_procedure = _by_procedure(lines)
    waiting = _waiting(store, tables, wanted)
    lags = [(each.approved_at - wanted.days.midnight(wanted.day, each.facility)) / _DAY for each in charges]
    return Report(
        day=day,
        facility=wanted.facility,
        procedures=len(by_procedure),
        charged=sum(any(line.charged for line in found) for found in by_procedure.values()),
        rejected=sum(_is_rejected(found) for found in by_procedure.values()),
        orders=len(orders),
        lag=_lag(lags),
        waiting={age: dict(Counter(line.status for line in lines)) for age, lines in waiting.items()},
        at_stake=_at_stake(waiting, wanted.stakes),
        findings=(
            *_uncharged(by_procedure, age),
            *_undocumented(store, tables, orders, age),
            *_unanswered(charges, tables.telling(), age),
            *_twice(tables, lines, age),
            *_late(charges, lags, wanted.late_after, age),
        ),
    )


def _by_procedure(lines: Sequence[DayLine]) -> dict[str, list[DayLine]]:
    found: dict[str, list[DayLine]] = defaultdict(list)
    for line in lines:
        found[line.procedure_id].append(line)
    return found


def _is_rejected(lines: Sequence[DayLine]) -> bool:
    return all(line.status == "rejected" for line in lines)


def _uncharged(by_procedure: dict[str, list[DayLine]], age: int) -> Iterator[Finding]:
    for lines in by_procedure.values():
        waiting = [line for line in lines if line.live]
        if any(line.charged for line in lines) or not waiting:
            continue
        first = waiting[0]
        note = f"{first.status} by {first.table}"
        yield _of_line(Lack.UNCHARGED, first, age, note)


def _unanswered(charges: Sequence[DayCharge], telling: Collection[str], age: int) -> Iterator[Finding]:
    for each in charges:
        if each.state not in _AT_BILLING:
            yield _of_charge(Lack.UNANSWERED, each, age, each.state)
        elif each.destination in telling and not each.billed:
            note = "posted; billing tells of its charges, and not of this one"
            yield _of_charge(Lack.UNANSWERED, each, age, note)


def _twice(tables: Reconciliation, lines: Sequence[DayLine], age: int) -> Iterator[Finding]:
    same: dict[tuple[str, str, str], list[DayLine]] = defaultdict(list)
    for line in lines:
        # What is charged for an order is told of under whatever number of a patient.
        keys = {line.day_key if line.live or line.charged else "", line.order_key if line.charged else ""}
        for key in keys - {""} if line.code else ():
            same[line.facility, key, line.code].append(line)
    groups = {tuple(line.id for line in found): found for found in same.values()}
    several = [found for found in groups.values() if len({line.procedure_id for line in found}) > 1]
    feeds = tables.feeds_of(line.procedure_id for found in several for line in found)
    for found in several:
        names = sorted({name or "?" for line in found for name in feeds.get(line.procedure_id, ())})
        states = Counter("charged" if line.charged else line.status for line in found)
        said = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        last = found[-1]
        note = f"{said}; feeds: {', '.join(names)}"
        yield _of_line(Lack.TWICE, last, age, note)


def _late(
    charges: Sequence[DayCharge], lags: Sequence[float], late_after: int, age: int
) -> Iterator[Finding]:
    for each, lag in zip(charges, lags, strict=True):
        if lag > late_after + 1:  # the day itself is not counted
            note = f"approved {int(lag)} days after its day"
            yield _of_charge(Lack.LATE, each, age, note)


def _of_line(lack: Lack, line: DayLine, age: int, note: str) -> Finding:
    return Finding(lack, "candidate", line.id, line.facility, line.code, age, note, line.id)


def _of_charge(lack: Lack, charge: DayCharge, age: int, note: str) -> Finding:
    return Finding(lack, "charge", charge.key, charge.facility, charge.code, age, note, charge.candidate_id)


def _lag(lags: Sequence[float]) -> Lag:
    if not lags:
        return Lag()
    ordered = sorted(lags)
    return Lag(
        len(ordered),
        round(ordered[len(ordered) // 2], 1),
        round(ordered[math.ceil(len(ordered) * 0.9) - 1], 1),
        round(ordered[-1], 1),
    )


def _waiting(store: Store, tables: Reconciliation, wanted: Wanted) -> dict[str, list[WaitingLine]]:
    """Lines that wait by age: since the service, or since they came where its day is not documented."""
    found: dict[str, list[WaitingLine]] = {name: [] for _, name in _AGES}
    for line in tables.waiting(wanted.facility):
        days = (store.now - _since(line, wanted.days)) / _DAY
        found[next(name for limit, name in _AGES if days < limit)].append(line)
    return found


def _since(line: WaitingLine, days: LocalDays) -> float:
    if not line.service_date:
        return line.created_at
    return days.midnight(date.fromisoformat(line.service_date), line.facility)


def _at_stake(waiting: dict[str, list[WaitingLine]], stakes: Stakes) -> dict[str, Sum]:
    return {age: _sum(lines, stakes) for age, lines in waiting.items()} if stakes.prices else {}


def _sum(lines: Sequence[WaitingLine], stakes: Stakes) -> Sum:
    charges = (line for line in lines if line.is_charge)
    return stakes.added_up((each.code, each.modifiers, each.service_date, each.units, 1) for each in charges)


def _orders(tables: Reconciliation, wanted: Wanted) -> list[tuple[Event, Ordered]]:
    """What was ordered or booked for the day, as its last message has it."""
    midnight = wanted.days.midnight(wanted.day, wanted.facility)
    events = tables.messages(
        ORDERING,
        wanted.facility,
        since=midnight - _BOOKED_AHEAD * _DAY,
        until=midnight + 2 * _DAY,
        most=_MOST_ORDERS,
    )
    last: dict[tuple[str, tuple[str, str], str], tuple[Event, Ordered]] = {}
    for event in events:
        for ordered in _read(event):
            last[event.facility, ordered.patient, ordered.keys[0]] = (event, ordered)
    return [each for each in last.values() if _is_wanted(*each, wanted)]


def _read(event: Event) -> Iterator[Ordered]:
    try:
        yield from orders_of(Message.parse(decode(event.body, event.charset or None).text))
    except InputError:
        return  # it stands in quarantine


def _is_wanted(event: Event, ordered: Ordered, wanted: Wanted) -> bool:
    received = wanted.days.of(event.received_at, event.facility).isoformat()
    is_service = not wanted.services or ordered.service in wanted.services
    return ordered.stands and is_service and (ordered.day or received) == wanted.day.isoformat()


def _undocumented(
    store: Store, tables: Reconciliation, orders: Sequence[tuple[Event, Ordered]], age: int
) -> Iterator[Finding]:
    keys = {
        (event.facility, store.fingerprint("procedure", *ordered.patient, key)): (event, ordered)
        for event, ordered in orders
        for key in ordered.keys
    }
    known = {id(keys[pair][1]) for pair in tables.known(keys)}
    for event, ordered in orders:
        if id(ordered) not in known:
            note = f"{event.message_type}: nothing that documents it has come"
            yield Finding(Lack.UNDOCUMENTED, "event", event.id, event.facility, ordered.service, age, note)


def yesterday(now: float, days: LocalDays, facility: str) -> date:
    """The day whose report is due."""
    return days.of(now, facility) - timedelta(days=1)
