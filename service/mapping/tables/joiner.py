"""Joiner: what the rows that hold come to, together: codes, units, modifiers, add-ons."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.domain.charge import CandidateCharge
from service.domain.documentation import DocumentedElement
from service.mapping.documented.stands import words
from service.mapping.tables.conditions import TRUE, AllOf
from service.mapping.tables.drafts import CompiledAddOn, CompiledModifier, Draft, Overlays, both, said
from service.mapping.tables.quantity import Quantity
from service.mapping.tables.rows import CompiledRow
from service.mapping.tables.view import View

_NO_OVERLAYS = Overlays()


@dataclass(frozen=True, slots=True)
class Joiner:
    """Makes lines of rows, by the tail of a table."""

    table: str
    fact_names: tuple[str, ...]
    gate_names: tuple[str, ...]
    quantity: Quantity
    highest: bool
    rank: Mapping[str, int]  # code -> place, 0 = highest
    further: Mapping[str, tuple[str, ...]]
    most: Mapping[str, int]
    most_a_day: Mapping[str, int]
    add_ons: tuple[CompiledAddOn, ...] = ()
    overlays: Overlays = _NO_OVERLAYS
    modifiers: tuple[CompiledModifier, ...] = ()

    def missing(self, view: View, row: CompiledRow) -> Iterator[str]:
        """Yield what must be known before the code of a row may stand: its quantity, its overlays."""
        if row.code and self.quantity.units(view.stands, row.per) is None:
            yield self.quantity.of
        yield from self.overlays.open(row.code, [view])

    def join(self, decided: Sequence[tuple[View, CompiledRow]]) -> list[Draft]:
        """Return the lines, the highest ranking first, each followed by its add-ons."""
        drafts = [draft for view, row in decided if (draft := self._draft(view, row)).code and draft.units]
        drafts.sort(key=lambda draft: self.rank.get(draft.code, len(self.rank)))
        lines = self._merged(self._further(drafts))
        return [each for line in lines for each in (line, *self._beside(line))]

    def to_confirm(self, drafts: Sequence[Draft]) -> Iterator[str]:
        """Yield what to ask beside the codes: what a modifier or an add-on hangs on."""
        for draft in drafts:
            for line in self.modifiers:
                for view in draft.views if not line.on or draft.code in line.on else ():
                    yield from line.test.left_open(view.stands)
        for add_on in self.add_ons:
            for draft in drafts:
                for view in draft.views if draft.code in add_on.to else ():
                    yield from add_on.missing(view.stands, draft.row.per)
                    if add_on.test.shown(view.stands) == TRUE:
                        yield from self.overlays.open(add_on.code, [view])

    def candidate(self, draft: Draft) -> CandidateCharge:
        """Say a line with its reasons and its evidence."""
        because = dict.fromkeys((*self._reasons(draft), *draft.because))
        names = [name for view in draft.views for fact in view.settled for name in fact.names]
        names += [name for _modifier, test in draft.modifiers for name in test.names]
        names += [*draft.decided_by, *self.gate_names]
        return CandidateCharge(
            draft.code,
            self.table,
            draft.row.number,
            units=draft.units,
            modifiers=draft.kind[1],
            because=tuple(because),
            evidence=_evidence(names, draft.views),
            beside=draft.beside,
            most_a_day=self.most_a_day.get(draft.code, 0),
        )

    def _draft(self, view: View, row: CompiledRow) -> Draft:
        code, because, names = self.overlays.applied(row.code, view)
        units = self.quantity.units(view.stands, row.per) if code else 0
        decided_by = (self.quantity.of, *names)
        return Draft(code, row, (view,), units or 0, self._modifiers(code, view), because, decided_by)

    def _modifiers(self, code: str, view: View) -> tuple[tuple[str, AllOf], ...]:
        return tuple(
            (line.modifier, line.test)
            for line in self.modifiers
            if (not line.on or code in line.on) and line.test.shown(view.stands) == TRUE
        )

    def _further(self, drafts: Sequence[Draft]) -> Iterator[Draft]:
        """The first keeps its code; what comes after it becomes what the table says of second, third ..."""
        seen: dict[str, int] = {}
        primary: dict[str, str] = {}
        for draft in drafts:
            group = "" if self.highest else draft.code
            if group not in primary:
                primary[group] = draft.code
                yield draft
            elif codes := self.further.get(draft.code):
                nth = seen.get(draft.code, 0)
                seen[draft.code] = nth + 1
                further = replace(draft, code=codes[min(nth, len(codes) - 1)], beside=primary[group])
                yield from self._overlaid(further)
            else:
                yield draft

    def _overlaid(self, draft: Draft) -> Iterator[Draft]:
        """Let a payer or a setting have it otherwise, for a code that no row names."""
        code, because, names = self.overlays.applied(draft.code, draft.views[0])
        if code:
            yield replace(
                draft,
                code=code,
                modifiers=self._modifiers(code, draft.views[0]),
                because=(*draft.because, *because),
                decided_by=(*draft.decided_by, *names),
                hangs_on=self.overlays.open(draft.code, draft.views),
            )

    def _merged(self, drafts: Iterable[Draft]) -> list[Draft]:
        """Join the lines that differ in nothing, and cap what a table caps."""
        lines: dict[tuple[str, tuple[str, ...]], Draft] = {}
        for draft in drafts:
            known = lines.get(draft.kind)
            lines[draft.kind] = both(known, draft) if known else draft
        return [self._capped(line) for line in lines.values()]

    def _capped(self, line: Draft) -> Draft:
        most = self.most.get(line.code)
        if most is None or line.units <= most:
            return line
        because = (*line.because, f"{line.units} are documented: {line.code} has at most {most}")
        return replace(line, units=most, because=because)

    def _beside(self, line: Draft) -> Iterator[Draft]:
        """Yield the add-ons of a line; one that a payer may have otherwise is asked about first."""
        for add_on in self.add_ons:
            if line.code not in add_on.to:
                continue
            views = [view for view in line.views if add_on.stands_beside(view.stands)]
            if views and (units := self._units_beside(line, add_on, views)):
                for draft in self._overlaid(self._add_on(line, add_on, views, units)):
                    own = ((add_on.modifier, add_on.test),) if add_on.modifier else ()
                    if not draft.hangs_on:
                        yield replace(draft, modifiers=(*draft.modifiers, *own))

    def _add_on(self, line: Draft, add_on: CompiledAddOn, views: Sequence[View], units: int) -> Draft:
        reason = said(add_on.test.names, views[0].stands)
        code = add_on.code or line.code
        return replace(
            line,
            code=code,
            views=tuple(views),
            units=units,
            because=(f"{reason}: {code}",) if reason else (),
            decided_by=(*add_on.test.names, *add_on.counted),
            beside=line.code,
        )

    def _units_beside(self, line: Draft, add_on: CompiledAddOn, views: Sequence[View]) -> int:
        """The units of an add-on: of those things of the line for which it is there."""
        quantity = add_on.quantity
        if quantity is None:
            own = sum(self.quantity.units(view.stands, line.row.per) or 0 for view in views)
            return line.units if len(views) == len(line.views) else min(own, line.units)
        # What is documented of the procedure, and not of one thing, counts once.
        counted = {
            view.stands[quantity.of].elements if quantity.of in view.stands else (): quantity.units(
                view.stands, line.row.per
            )
            for view in views
        }
        return sum(units or 0 for units in counted.values())

    def _reasons(self, draft: Draft) -> Iterator[str]:
        for view in draft.views:
            for name, fact in zip(self.fact_names, view.settled, strict=True):
                if fact.reason:
                    yield f"{said(fact.reason, view.stands)}: {name} = {words(fact.possible[0])}"
        for modifier, test in draft.modifiers:
            yield f"{said(test.names, draft.views[0].stands)}: modifier {modifier}"


def _evidence(names: Iterable[str], views: Iterable[View]) -> tuple[DocumentedElement, ...]:
    """Return the elements behind the names, each once; behind a derived one, those it is computed from."""
    wanted = dict.fromkeys(names)
    found = {
        id(each): each
        for view in views
        for name in wanted
        if name in view.stands
        for each in view.stands[name].elements
    }
    return tuple(found.values())
