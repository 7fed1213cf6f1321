"""Quantities: how many units of a code, from what is documented."""

import math
from dataclasses import dataclass

from service.mapping.documented.stands import Stands
from service.mapping.tables.tail import BY_ROW, Units


@dataclass(frozen=True, slots=True)
class Quantity:
    """A rule for units, ready to be used."""

    fixed: int
    of: str = ""
    beyond: float = 0.0
    per: float = 0.0  # 0 = the row says it
    rounding: str = "up"

    def units(self, stands: Stands, per_of_row: float) -> int | None:
        """Return the units; None when the quantity is not documented, or in two ways."""
        if not self.of:
            return self.fixed
        stand = stands.get(self.of)
        if stand is None or stand.conflict:
            return None
        (amount,) = stand.values
        assert isinstance(amount, int | float)
        # 0.1 + 0.2 must not be a unit more than 0.3.
        return max(0, self._whole(round((amount - self.beyond) / (self.per or per_of_row), 9)))

    def _whole(self, parts: float) -> int:
        if self.rounding == "down":
            return math.floor(parts)
        return math.ceil(parts - 0.5) if self.rounding == "past_half" else math.ceil(parts)


def compile_units(units: Units) -> Quantity:
    per = 0.0 if units.per in (None, BY_ROW) else float(units.per or 0)
    return Quantity(units.fixed or 0, units.of, units.beyond, per, units.round)
