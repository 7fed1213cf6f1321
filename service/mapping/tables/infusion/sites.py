"""Access sites: what went in by each, and which kind of service is the initial one there."""

from collections.abc import Container, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from service.mapping.tables.infusion.administrations import (
    HALF_HOUR,
    HYDRATION,
    INFUSION,
    PUSH,
    Administration,
    Options,
    drug_of,
    same_name,
)
from service.mapping.tables.infusion.documented import is_push
from service.mapping.tables.infusion.stretches import instant, minutes, stretches, without

_LATEST = datetime.max.replace(tzinfo=UTC)


#: Kinds of service that only chemotherapy has; they lead the others.
CHEMOTHERAPY_INFUSION = "chemotherapy infusion"
CHEMOTHERAPY_PUSH = "chemotherapy push"
_HIERARCHY = (CHEMOTHERAPY_INFUSION, CHEMOTHERAPY_PUSH, INFUSION, PUSH, HYDRATION)


class Site(NamedTuple):
    """What went in by one access site."""

    access: str
    infusions: list[Administration]  # of drugs, long enough to be infusions
    pushes: list[Administration]  # and infusions that count as pushes
    hydration: list[Administration]
    hydration_minutes: int  # while no drug ran

    @property
    def kinds(self) -> list[str]:
        """What could be billed here; the first is the initial service by the hierarchy."""
        found = {CHEMOTHERAPY_INFUSION if each.is_chemotherapy else INFUSION for each in self.infusions}
        found |= {CHEMOTHERAPY_PUSH if each.is_chemotherapy else PUSH for each in self.pushes}
        found |= {HYDRATION} if self.hydration_minutes > HALF_HOUR else set()
        return [kind for kind in _HIERARCHY if kind in found]

    @property
    def leading(self) -> list[Administration]:
        """The administrations of the first kind: all of one drug, or one push, or all hydration."""
        kind = self.kinds[0]
        if kind == HYDRATION:
            return self.hydration
        chemotherapy = kind in (CHEMOTHERAPY_INFUSION, CHEMOTHERAPY_PUSH)
        if kind in (CHEMOTHERAPY_INFUSION, INFUSION):
            return longest_drug([each for each in self.infusions if each.is_chemotherapy == chemotherapy])
        return [first_push([each for each in self.pushes if each.is_chemotherapy == chemotherapy])]

    @property
    def initial_infusion(self) -> list[Administration]:
        """The infusions that are the initial service here; none where something else is."""
        return self.leading if self.kinds[0] in (CHEMOTHERAPY_INFUSION, INFUSION) else []

    @property
    def initial_push(self) -> Administration | None:
        return self.leading[0] if self.kinds[0] in (CHEMOTHERAPY_PUSH, PUSH) else None


def sites_of(venous: Iterable[Administration], options: Options) -> list[Site]:
    """Sites where something could be billed, the one that leads by the hierarchy first."""
    by_access: dict[str, list[Administration]] = {}
    for each in venous:
        by_access.setdefault(same_name(each.access), []).append(each)
    sites = [_site(access, given, options) for access, given in by_access.items()]
    return sorted((site for site in sites if site.kinds), key=_rank)


def _site(access: str, given: list[Administration], options: Options) -> Site:
    hydration = [each for each in given if each.category == HYDRATION]
    drugs = [each for each in given if each.category != HYDRATION]
    pushes = [each for each in drugs if each.route == PUSH or is_push(each)]
    infusions = [each for each in drugs if each not in pushes]
    return Site(access, infusions, pushes, hydration, _hydration_minutes(hydration, drugs, options))


def _hydration_minutes(hydration: list[Administration], drugs: list[Administration], options: Options) -> int:
    """Fluid that runs while a drug is infused, be it for 15 minutes, carries the drug."""
    infused = stretches(each for each in drugs if each.route == INFUSION)
    alone = without(stretches(hydration), infused)
    if not options.hydration_adds_up:
        alone = [part for part in alone if minutes([part]) > HALF_HOUR]
    return minutes(alone)


def _rank(site: Site) -> tuple[int, datetime, str]:
    starts = [instant(each.start) for each in site.leading if each.start]
    return _HIERARCHY.index(site.kinds[0]), min(starts, default=_LATEST), site.access


def longest_drug(infusions: list[Administration]) -> list[Administration]:
    """All infusions of the drug that ran longest.

    The rules do not say which of several drugs is the initial one, only that their order does not matter.
    """
    by_drug: dict[str, list[Administration]] = {}
    for each in infusions:
        by_drug.setdefault(drug_of(each), []).append(each)
    return min(by_drug.values(), key=_longest_first)


def _longest_first(runs: list[Administration]) -> tuple[int, datetime, str]:
    ran = stretches(runs)
    return -minutes(ran), ran[0][0], drug_of(runs[0])


def by_length(runs: Iterable[Administration]) -> list[Administration]:
    """Chemotherapy first: other drugs run beside it, not the other way."""
    return sorted(runs, key=lambda run: (not run.is_chemotherapy, *_longest_first([run]), run.number))


def by_time(pushes: Iterable[Administration], first: Container[int] = ()) -> list[Administration]:
    """In the order of their starts, one without a start last; of several at once, the numbers in `first`."""

    def place(push: Administration) -> tuple[datetime, bool, str, int]:
        start = instant(push.start) if push.start else _LATEST
        return start, push.number not in first, drug_of(push), push.number

    return sorted(pushes, key=place)


def first_push(pushes: list[Administration]) -> Administration:
    return by_time(pushes)[0]
