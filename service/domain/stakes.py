"""Stakes: until when a line must be billed, and how much money hangs on it. Unknown is never zero."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from service.domain.charge import ChargeKind
from service.domain.filing import Due, FilingLimits, Run, due_within, file_by, runs
from service.domain.layout import ChargeMaster
from service.domain.review import Candidate

CURRENCY = "USD"  # of charge masters, as of FT1-12


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Sum:
    """What charges come to, by the charge master."""

    amount: Decimal
    unpriced: int  # charges without a known price, which are not in it


@dataclass(frozen=True, slots=True)
class Stakes:
    """What a site knows of limits and prices."""

    limits: Sequence[FilingLimits] = ()
    prices: ChargeMaster | None = field(default=None, repr=False)
    today: Callable[[], date] = _today

    def file_by(self, line: Candidate) -> date | None:
        """The last day on which the payer takes a claim for it; None = not known."""
        return file_by(self.limits, line.payer, line.service_date)

    def days_left(self, line: Candidate) -> int | None:
        """Until then; less than 0 = it is overdue."""
        return self.days_until_limit(line.payer, line.service_date)

    def days_until_limit(self, payer: str, service_date: str) -> int | None:
        """How long a payer still takes a claim for a service of a day; None = not known."""
        last = file_by(self.limits, payer, service_date)
        return None if last is None else (last - self.today()).days

    def due(self, days: int) -> tuple[Due, ...]:
        """Which lines are due within so many days."""
        return tuple(due_within(self.limits, self.today(), days))

    def runs(self, payer: str) -> tuple[Run, ...]:
        """The limits of a payer, by days of service."""
        return tuple(runs(self.limits, payer))

    def amount(self, line: Candidate) -> Decimal | None:
        """What is charged, by the charge master; of a credit, less than 0; None = no price is known."""
        price = self.price(line.code, line.modifiers, line.service_date)
        if price is None:
            return None
        amount = price * line.units
        return -amount if line.kind is ChargeKind.CREDIT else amount

    def at_least(self, least: Decimal) -> Callable[[Candidate], bool]:
        """Whether so much hangs on a line; one whose price is not known does not fit."""
        return lambda line: (amount := self.amount(line)) is not None and abs(amount) >= least

    def added_up(self, charges: Iterable[tuple[str, Sequence[str], str, int, int]]) -> Sum:
        """Add up charges: code, modifiers, day and units, and how many there are of each."""
        priced = [
            (self.price(code, modifiers, day), units, count) for code, modifiers, day, units, count in charges
        ]
        amounts = (price * units * count for price, units, count in priced if price is not None)
        return Sum(sum(amounts, Decimal(0)), sum(count for price, _, count in priced if price is None))

    def price(self, code: str, modifiers: Sequence[str], day: str) -> Decimal | None:
        """Of one unit; None = not known."""
        if self.prices is None or not code or not day:
            return None
        item = self.prices.item(code, modifiers[0] if modifiers else "", day)
        return item.unit_amount if item else None
