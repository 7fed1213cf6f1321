"""A view: what a table sees of one procedure, or of one thing among several that a procedure has."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from service.domain.documentation import DocumentedElement
from service.domain.frozen import frozen
from service.mapping.documented.items import items_of, reconciled_list
from service.mapping.documented.stands import Stand, StandOf, Stands, derive
from service.mapping.documented.vocabulary import Group, Vocabulary
from service.mapping.tables.facts import Asked, CompiledFact, Settled

Found = Mapping[str, list[DocumentedElement]]


@frozen
class View:
    """How the elements stand, what the gate asks, and what the facts amount to."""

    stands: Stands
    asked: tuple[Asked, ...]  # by the gate
    settled: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class Readers:
    """Reads how each element stands that a table uses."""

    direct: Mapping[str, StandOf]
    derived: tuple[str, ...]

    def read(self, found: Found) -> dict[str, Stand]:
        stands = {name: read(said) for name, said in found.items() if (read := self.direct.get(name))}
        for name in self.derived:
            if stand := derive(name, stands):
                stands[name] = stand
        return stands


@dataclass(frozen=True, slots=True)
class Each:
    """For what a table is asked: once for a procedure, or once for each of the things that it has."""

    group: str = ""
    rules: Group | None = None
    element: str = ""  # a list, of which each value is one thing
    told: tuple[str, ...] = ()  # what words may tell of one such value

    def split(self, found: Found) -> list[Found]:
        """Return what is documented of each thing, with what is documented of the procedure.

        Where a thing is missing that ought to be there, the procedure alone: its facts are then asked for.
        """
        if self.element:
            return self._by_value(found) or [found]
        if self.rules is None:
            return [found]
        common = {name: said for name, said in found.items() if not name.startswith(f"{self.group}.")}
        return [_with(common, item) for item in items_of(self.group, self.rules, found)] or [found]

    def _by_value(self, found: Found) -> list[Found]:
        by_value: dict[object, list[DocumentedElement]] = {}
        for each in reconciled_list(found.get(self.element, ())):
            by_value.setdefault(each.value, []).append(each)
        return [
            {**self._told_of(value, found, by_value), self.element: said} for value, said in by_value.items()
        ]

    def _told_of(self, value: object, found: Found, by_value: Collection[object]) -> Found:
        """What is said of one value of a list, and of all: "right L4-5 and left L5-S1".

        Where something is said of a value that is not documented, nobody knows what else was left out.
        """
        told = dict(found)
        for name in self.told:
            said = found.get(name, [])
            if len({each.value for each in said}) > 1 and all(e.item in by_value for e in said if e.item):
                told[name] = [each for each in said if each.item in ("", value)]
        return {name: said for name, said in told.items() if said}


def each_of(name: str, vocabulary: Vocabulary) -> Each:
    """Make ready what `each` of a table names; "" = the procedure itself."""
    if name in vocabulary.groups:
        return Each(group=name, rules=vocabulary.groups[name])
    told = (each for each in map(vocabulary.element, vocabulary.names) if name and each.told_of == name)
    return Each(element=name, told=tuple(each.name for each in told))


def _with(common: Found, item: Iterable[DocumentedElement]) -> Found:
    found = dict(common)
    for each in item:
        found[each.name] = [*found.get(each.name, ()), each]
    return found


@dataclass(frozen=True, slots=True)
class Summed:
    """Adds up a quantity over things that agree in some facts."""

    element: str
    by: tuple[int, ...]  # columns of the facts
    facts: tuple[CompiledFact, ...]
    also: tuple[str, ...] = ()  # other quantities

    def join(self, views: list[View]) -> list[View]:
        """Join what agrees; the views as they are, and what to ask, when that is still open."""
        if len(views) > 1 and any(view.asked or self._open(view) for view in views):
            return [replace(view, asked=(*view.asked, *self._open(view))) for view in views]
        groups: dict[tuple[object, ...], list[View]] = {}
        for view in views:
            groups.setdefault(tuple(view.settled[column].possible for column in self.by), []).append(view)
        return [self._joined(group) if len(group) > 1 else group[0] for group in groups.values()]

    def _open(self, view: View) -> tuple[Asked, ...]:
        """What must be known of a thing before it can be added up, whether or not rows differ on it."""
        asked = [each for column in self.by for each in view.settled[column].ask]
        if not _amount(self.element, view):
            asked.append((self.element, self.element in view.stands))
        return tuple(asked)

    def _joined(self, group: list[View]) -> View:
        stands = self._merged(group)
        for name in (self.element, *self.also):
            amounts = [amount for view in group if (amount := _amount(name, view)) is not None]
            # Known of some, and not of others: their sum is not known.
            if len(amounts) == len(group):
                stands[name] = Stand(name, stands[name].elements, (round(sum(amounts), 6),))
        return View(stands, (), tuple(fact.settle(stands) for fact in self.facts))

    def _merged(self, group: list[View]) -> dict[str, Stand]:
        """How the elements stand of all: beyond what they agree in, what is not the same is disputed."""
        stands = dict(group[0].stands)
        agreed = self._agreed(group)
        for view in group[1:]:
            for name in {*stands, *view.stands}:
                one, other = stands.get(name), view.stands.get(name)
                stands[name] = _joint(name, one, other, is_settled=name in agreed)
        return stands

    def _agreed(self, group: list[View]) -> set[str]:
        """The elements of the facts that are settled and the same for all."""
        agreed: set[str] = set()
        others: set[str] = set()
        for column, fact in enumerate(self.facts):
            settled = [view.settled[column] for view in group]
            is_one = len({value for each in settled for value in each.possible}) == 1
            (agreed if is_one and not any(each.ask for each in settled) else others).update(fact.reads)
        return agreed - others


def _amount(name: str, view: View) -> float | None:
    stand = view.stands.get(name)
    if stand is None or stand.conflict:
        return None
    (amount,) = stand.values
    return float(amount) if isinstance(amount, int | float) else None


def _joint(name: str, one: Stand | None, other: Stand | None, *, is_settled: bool) -> Stand:
    """How an element stands of two things: one of which it is unknown, or other, leaves it open."""
    elements = tuple(dict.fromkeys(each for stand in (one, other) if stand for each in stand.elements))
    if one and other and (is_settled or one.values == other.values):
        return replace(one, elements=elements, conflict=one.conflict or other.conflict)
    values = tuple(dict.fromkeys(value for stand in (one, other) if stand for value in stand.values))
    return Stand(name, elements, values, conflict=True, disputed=frozenset(values))
