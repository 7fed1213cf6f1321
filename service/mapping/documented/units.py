"""Units of measure: whether a sender counts in the unit of an element; if not, it is asked, not converted."""

from typing import Final

#: Unit of the vocabulary -> how senders write it (UCUM first).
_WRITTEN: Final = {
    "minutes": ("min", "mins", "minute", "minutes"),
    "hours": ("h", "hr", "hrs", "hour", "hours"),
    "days": ("d", "day", "days"),
    "years": ("a", "y", "yr", "yrs", "year", "years"),
    "cm": ("cm", "cms", "centimeter", "centimeters", "centimetre", "centimetres"),
    "mg": ("mg", "milligram", "milligrams"),
}


def is_unit(written: str, unit: str) -> bool:
    """Whether what is written means the unit."""
    return written.strip().lower() in _WRITTEN.get(unit, (unit,))
