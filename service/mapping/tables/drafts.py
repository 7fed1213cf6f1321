"""Drafts: lines in the making, and what the tail of a table may make of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.frozen import frozen
from service.mapping.documented.stands import Stands
from service.mapping.tables.conditions import CONFLICT, TRUE, AllOf
from service.mapping.tables.quantity import Quantity
from service.mapping.tables.rows import CompiledRow
from service.mapping.tables.view import View


@dataclass(frozen=True, slots=True)
class CompiledModifier:
    modifier: str
    test: AllOf
    on: frozenset[str]  # codes; none = all


@dataclass(frozen=True, slots=True)
class CompiledAddOn:
    code: str  # "" = that of its primary
    to: frozenset[str]
    test: AllOf
    quantity: Quantity | None  # None = as many as its primary
    modifier: str = ""  # what it always has
    unless: AllOf | None = None

    @property
    def counted(self) -> tuple[str, ...]:
        return (self.quantity.of,) if self.quantity else ()

    def stands_beside(self, stands: Stands) -> bool:
        """Whether it is there. What is documented twice may rule it out, and does, until it is answered."""
        ruled_out = self.unless is not None and self.unless.shown(stands) >= CONFLICT
        return self.test.shown(stands) == TRUE and not ruled_out

    def missing(self, stands: Stands, per_of_row: float) -> tuple[str, ...]:
        """Return the element on which it still hangs first: whether it is there, then how many.

        One question at a time: what the answer rules out would have been asked for nothing. A second line
        of the same code is asked about as a modifier is; less than a unit of it is asked about too.
        """
        if self.unless and self.unless.shown(stands) >= CONFLICT:
            return self.unless.open(stands)[:1]
        if self.quantity and self.test.shown(stands) == TRUE:
            units = self.quantity.units(stands, per_of_row)
            return (self.quantity.of,) if units is None or (units == 0 and not self.code) else ()
        return (self.test.open(stands) if self.code else self.test.left_open(stands))[:1]


@dataclass(frozen=True, slots=True)
class CompiledOverlay:
    name: str
    test: AllOf
    codes: Mapping[str, str]  # "" = none


@dataclass(frozen=True, slots=True)
class Overlays:
    """Where a payer or a setting has it otherwise: codes become others, or none."""

    lines: tuple[CompiledOverlay, ...] = ()

    def open(self, code: str, views: Iterable[View]) -> tuple[str, ...]:
        """Return the elements on which it hangs whether a code stays."""
        views = tuple(views)
        hanging = (line.test.open(view.stands) for line in self.lines if code in line.codes for view in views)
        return tuple(name for names in hanging for name in names)

    def applied(self, code: str, view: View) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Return what becomes of a code ("" = none), why, and the elements that say so."""
        now = code
        because: tuple[str, ...] = ()
        names: tuple[str, ...] = ()
        for line in self.lines:
            if now in line.codes and line.test.shown(view.stands) == TRUE:
                before, now = now, line.codes[now]
                because = (f"{said(line.test.names, view.stands)}: {before} becomes {now or 'no code'}",)
                names = (*names, *line.test.names)
        return now, because, names


@frozen
class Draft:
    """A line in the making: one code, and the things behind it."""

    code: str
    row: CompiledRow
    views: tuple[View, ...]
    units: int
    modifiers: tuple[tuple[str, AllOf], ...] = ()
    because: tuple[str, ...] = ()
    decided_by: tuple[str, ...] = ()  # elements, beside those of facts and modifiers
    beside: str = ""
    hangs_on: tuple[str, ...] = ()  # elements that say whether the code stays, and are not known

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """What must be equal for two drafts to be one line."""
        return self.code, tuple(modifier for modifier, _test in self.modifiers)


def both(one: Draft, other: Draft) -> Draft:
    """Make one line of two that differ in nothing."""
    return Draft(
        one.code,
        one.row,
        (*one.views, *other.views),
        one.units + other.units,
        one.modifiers,
        because=tuple(dict.fromkeys((*one.because, *other.because))),
        decided_by=tuple(dict.fromkeys((*one.decided_by, *other.decided_by))),
        beside=one.beside,
        hangs_on=(*one.hangs_on, *other.hangs_on),
    )


def said(names: Iterable[str], stands: Stands) -> str:
    return " and ".join(str(stands[name]) for name in names)
