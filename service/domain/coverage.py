"""Coverage: what a payer wants to see beside a code. Flags for a person; they never change a code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often, at most, in any so many days that follow each other."""

    most: int
    days: int


@dataclass(frozen=True, slots=True)
class CoveragePolicy:
    """A site's note of one payer's policy for some codes. Read from mappings/coverage/*.yaml."""

    name: str  # of the file
    title: str
    source: str  # what the site read it from, and when
    codes: frozenset[str]
    payers: frozenset[str] = frozenset()  # values of encounter.payer; none = all
    first_day: str = ""  # of service, ISO
    last_day: str = ""  # "" = still in force
    diagnoses: tuple[str, ...] = ()  # ICD-10-CM; "M54*" = all that begin so
    frequency: Frequency | None = None
    documented: tuple[str, ...] = ()  # elements that must be known

    def concerns(self, code: str, day: str, payers: Iterable[str]) -> bool:
        """Whether it has something to say of a service; a payer that is not documented may be this one."""
        known = set(payers)
        is_payer = not self.payers or not known or bool(known & self.payers)
        in_force = self.first_day <= day and (not self.last_day or day <= self.last_day)
        return code in self.codes and in_force and is_payer


@dataclass(frozen=True, slots=True)
class CoverageFlag:
    """One thing that a payer may find wanting."""

    policy: str
    kind: str  # diagnosis, frequency, documentation
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Covered:
    """A service, as far as coverage looks at it."""

    code: str
    day: str  # ISO
    payers: tuple[str, ...]
    diagnoses: tuple[str, ...]
    documented: frozenset[str]  # elements
    others: tuple[tuple[str, str], ...] | None  # (code, day) of the patient's other services; None = unknown


def flags_of(service: Covered, policies: Iterable[CoveragePolicy]) -> tuple[CoverageFlag, ...]:
    """What the policies find wanting."""
    return tuple(
        CoverageFlag(policy.name, kind, why, policy.source)
        for policy in policies
        if policy.concerns(service.code, service.day, service.payers)
        for kind, why in (*_diagnosis(service, policy), *_often(service, policy), *_silent(service, policy))
    )


def _diagnosis(service: Covered, policy: CoveragePolicy) -> list[tuple[str, str]]:
    if not policy.diagnoses or any(_is_listed(dx, policy.diagnoses) for dx in service.diagnoses):
        return []
    said = "none of its diagnoses is on the list" if service.diagnoses else "no diagnosis is documented"
    return [("diagnosis", f"{policy.title}: {said}")]


def _is_listed(diagnosis: str, listed: Sequence[str]) -> bool:
    return any(
        diagnosis.startswith(each[:-1]) if each.endswith("*") else diagnosis == each for each in listed
    )


def _silent(service: Covered, policy: CoveragePolicy) -> list[tuple[str, str]]:
    missing = [name for name in policy.documented if name not in service.documented]
    return [("documentation", f"{policy.title}: not documented: {', '.join(missing)}")] if missing else []


def _often(service: Covered, policy: CoveragePolicy) -> list[tuple[str, str]]:
    limit = policy.frequency
    if limit is None or service.others is None or not service.day:
        return []
    days = {date.fromisoformat(day) for code, day in service.others if code in policy.codes and day}
    count = most_within({*days, date.fromisoformat(service.day)}, date.fromisoformat(service.day), limit.days)
    if count <= limit.most:
        return []
    why = f"{policy.title}: {count} days of service within {limit.days} days; at most {limit.most}"
    return [("frequency", why)]


def most_within(days: set[date], day: date, length: int) -> int:
    """The most of these days that any so many days in a row hold, of which `day` is one."""
    span = timedelta(days=length - 1)
    starts = [start for start in days if start <= day <= start + span]
    return max(sum(start <= each <= start + span for each in days) for start in starts)
