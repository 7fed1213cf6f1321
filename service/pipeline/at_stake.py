"""At stake: how much money waits, by age, and how long until payers no longer take a claim for it."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from service.domain.stakes import Stakes
from service.domain.worklist import AGES
from service.store import Store
from service.store.statistics import Waiting

UNKNOWN = "not known"
#: Days left, up to and including -> what they are called.
LIMITS = ((-1, "overdue"), (7, "0-7"), (30, "8-30"), (math.inf, "31+"))


@dataclass(frozen=True, slots=True)
class OfAge:
    """What waits of one age."""

    age: str
    lines: int
    unpriced: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class AtStake:
    """All that waits to be charged."""

    by_age: tuple[OfAge, ...]
    by_limit: dict[str, int]


def at_stake(store: Store, facility: str, stakes: Stakes) -> AtStake:
    """Add up what waits."""
    by_age: dict[str, list[Waiting]] = defaultdict(list)
    limits: Counter[str] = Counter()
    for each in store.statistics.waiting(facility):
        by_age[each.age].append(each)
        limits[_limit(each, stakes)] += each.lines
    named = {name: limits[name] for name in (*(name for _, name in LIMITS), UNKNOWN)}
    return AtStake(
        tuple(_of_age(name, by_age[name], stakes) for name, *_ in AGES), named if stakes.limits else {}
    )


def _of_age(age: str, waiting: list[Waiting], stakes: Stakes) -> OfAge:
    found = stakes.added_up(
        (each.code, each.modifiers, each.service_date, each.units, each.lines) for each in waiting
    )
    return OfAge(
        age,
        lines=sum(each.lines for each in waiting),
        unpriced=found.unpriced,
        amount=found.amount if stakes.prices else None,
    )


def _limit(waiting: Waiting, stakes: Stakes) -> str:
    left = stakes.days_until_limit(waiting.payer, waiting.service_date)
    if left is None:
        return UNKNOWN
    return next(name for limit, name in LIMITS if left <= limit)
