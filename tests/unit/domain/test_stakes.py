"""What hangs on a line: money in decimals, and unknown where no price is known."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from service.domain.charge import ChargeKind
from service.domain.filing import FilingLimits
from service.domain.layout import ChargeMaster, ChargeMasterItem
from service.domain.stakes import Stakes

ITEMS = {
    ("62327", ""): (
        ChargeMasterItem("1", "2026-01-01", "2026-06-30", unit_amount=Decimal("100.10")),
        ChargeMasterItem("1", "2026-07-01", "", unit_amount=Decimal("120.00")),
    ),
    ("62327", "53"): (ChargeMasterItem("2", unit_amount=Decimal("50.05")),),
    ("62320", ""): (ChargeMasterItem("3"),),
}
STAKES = Stakes(
    (FilingLimits("f", "2026-01-01", "", {}, 30),), ChargeMaster(ITEMS), lambda: date(2026, 3, 20)
)


def a_line(code="62327", **more):
    values = {"units": 1, "modifiers": (), "service_date": "2026-03-01", "kind": ChargeKind.CHARGE}
    return SimpleNamespace(code=code, payer="", **(values | more))


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        pytest.param(a_line(units=3), Decimal("300.30"), id="units"),
        pytest.param(a_line(service_date="2026-07-01"), Decimal("120.00"), id="price of the day"),
        pytest.param(a_line(modifiers=("53", "LT")), Decimal("50.05"), id="of the first modifier"),
        pytest.param(a_line(modifiers=("LT",)), Decimal("100.10"), id="of the code, where it has no price"),
        pytest.param(a_line(kind=ChargeKind.CREDIT, units=2), Decimal("-200.20"), id="a credit takes back"),
        pytest.param(a_line("62320"), None, id="listed without a price"),
        pytest.param(a_line("62321"), None, id="not listed"),
        pytest.param(a_line(""), None, id="no code yet"),
        pytest.param(a_line(service_date=""), None, id="no day"),
        pytest.param(a_line(service_date="2025-12-31"), None, id="before all prices"),
    ],
)
def test_an_amount_is_price_by_units_or_not_known(line, amount):
    assert STAKES.amount(line) == amount
    assert Stakes().amount(line) is None


def test_what_has_no_known_price_is_worth_no_amount_that_is_asked_for():
    fits = STAKES.at_least(Decimal(200))
    assert [fits(line) for line in (a_line(units=2), a_line(), a_line("62321"))] == [True, False, False]
    assert STAKES.at_least(Decimal(0))(a_line("62321")) is False
    assert fits(a_line(kind=ChargeKind.CREDIT, units=2)) is True


def test_days_are_counted_down_to_the_limit_and_beyond():
    assert STAKES.days_left(a_line()) == 11
    assert STAKES.days_left(a_line(service_date="2026-02-01")) == -17
    assert Stakes().days_left(a_line()) is None
