"""Reconciliation: what of a day of service is not where it should be. Ids and codes; no patient data."""

from dataclasses import dataclass
from enum import StrEnum

from service.domain.stakes import Sum


class Lack(StrEnum):
    """What may be wrong with a day."""

    UNCHARGED = "uncharged"  # documented, and no charge stands
    UNDOCUMENTED = "undocumented"  # ordered or booked, and nothing documents it
    UNANSWERED = "unanswered"  # charged, and billing has not said that it has it
    TWICE = "twice"  # one service of one patient, or order, from several procedures
    LATE = "late"  # charged long after its day


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing for a person to look at."""

    lack: Lack
    object_type: str  # candidate, charge, event
    object_id: str
    facility: str
    code: str  # of the service; of an order: what was ordered (OBR-4, AIS-3)
    days: int  # since the day of service
    note: str
    line: str = ""  # of the queue, where it is about one


@dataclass(frozen=True, slots=True)
class Lag:
    """Days between service and approval, of the charges of the day."""

    charges: int = 0
    median: float = 0.0
    nine_tenths: float = 0.0  # nine of ten took no longer
    longest: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """How a day stands, and all that waits."""

    day: str
    facility: str
    procedures: int  # documented of that day
    charged: int  # of these
    rejected: int  # of these: decided to be no charge
    orders: int  # orders and bookings for that day
    lag: Lag
    waiting: dict[str, dict[str, int]]  # lines of any day that wait: age -> status -> how many
    at_stake: dict[str, Sum]  # of these: age -> money; empty where the site has no charge master
    findings: tuple[Finding, ...]

    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind."""
        return {lack.value: sum(each.lack is lack for each in self.findings) for lack in Lack}
