"""Items: things of which a procedure may have several (wounds, drugs), put together from its documents.

Two documents may speak of one thing, or of two; a note may tell in words what a field says in codes. Where
that cannot be told, what is said counts as disputed, and the tables ask.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from service.domain.documentation import DocumentedElement, Value
from service.mapping.documented.spinal_levels import SPINAL_LEVELS
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.documented.vocabulary import Group

#: The elements of one thing.
Item = tuple[DocumentedElement, ...]
Found = Mapping[str, list[DocumentedElement]]
_NARRATIVE = "narrative"
#: Between what a document is known by and the number of a thing in it, in DocumentedElement.item.
ITEM_OF_DOCUMENT = "\n"


def items_of(name: str, group: Group, found: Found) -> list[Item]:
    """Return the things of a group, each with what is said of all of them; none where none is documented.

    What lacks its key is none, and is said of all; yet what fields tell apart by a number is one, and so is
    what can be said of none of the others (a lip, where all others are of the scalp): its key is asked for.
    """
    said = [each for elements in found.values() for each in elements if each.name.startswith(f"{name}.")]
    things = _things(said)
    whole = [thing for thing in things if _is_one(thing, group)]
    rest = [thing for thing in things if not _is_one(thing, group)]
    others = [thing for thing in rest if whole and _is_told_of_none(thing, whole)]
    shared = tuple(each for thing in rest if thing not in others for each in thing)
    things = _reconciled([*whole, *others], group)
    if len(things) > 1:
        shared = tuple(
            replace(each, origin=CONFLICT_ORIGIN) if each.name in group.own else each for each in shared
        )
    return [(*thing, *shared) for thing in things]


def _is_told_of_none(words: Item, things: Sequence[Item]) -> bool:
    return _in_words(words) and not any(_agree(words, thing) for thing in things)


def _things(said: Iterable[DocumentedElement]) -> list[Item]:
    """Sort elements by document, by whether it is told in words, and by number.

    What is disputed does not say how it is told: it goes with what stands beside it.
    """
    said = list(said)
    worded = {_place(each) for each in said if each.origin == _NARRATIVE}
    things: dict[tuple[str, str, bool], list[DocumentedElement]] = {}
    for each in said:
        in_words = each.origin == _NARRATIVE or (each.origin == CONFLICT_ORIGIN and _place(each) in worded)
        things.setdefault((*_place(each), in_words), []).append(each)
    return [tuple(thing) for thing in things.values()]


def _place(element: DocumentedElement) -> tuple[str, str]:
    return element.source.event_id, element.item


def _is_one(thing: Item, group: Group) -> bool:
    has_key = set(group.key) <= {each.name for each in thing}
    return has_key or (not _in_words(thing) and _number(thing) != "")


def _number(thing: Item) -> str:
    """By what a document tells its things apart; "" = by nothing."""
    return thing[0].item.rpartition(ITEM_OF_DOCUMENT)[2]


def _reconciled(things: Sequence[Item], group: Group) -> list[Item]:
    """Return each thing once. Words that tell what a field tells add nothing; others are disputed."""
    coded = [thing for thing in things if not _in_words(thing)]
    worded = [thing for thing in things if _in_words(thing)]
    if coded and worded:
        return [*_once(coded, group), *map(_disputed, _added(worded, coded))]
    return _once(coded or worded, group)


def _added(worded: Sequence[Item], coded: Sequence[Item]) -> Iterator[Item]:
    """Yield what is told in words and in no field. Two that differ are not told by one field."""
    told: list[list[Item]] = [[thing] for thing in coded]
    for thing in worded:
        home = next((those for those in told if all(_agree(thing, other) for other in those)), None)
        if home is None:
            yield thing
        else:
            home.append(thing)


def reconciled_list(said: Iterable[DocumentedElement]) -> list[DocumentedElement]:
    """Return the values of a list of which each is a thing. What may be told twice is disputed.

    Disputed is what only words add to fields; and T4 beside T4-T5, which may be one place by two names.
    """
    said = list(said)
    values = {each.value for each in said}
    coded = {each.value for each in said if each.origin != _NARRATIVE}
    return [
        replace(each, origin=CONFLICT_ORIGIN)
        if (coded and each.value not in coded) or any(_is_part(each.value, other) for other in values)
        else each
        for each in said
    ]


def _is_part(value: Value, other: Value) -> bool:
    """Whether a vertebra is named within another level."""
    return other in SPINAL_LEVELS and value != other and value in str(other).replace("_", "-").split("-")


def _in_words(thing: Item) -> bool:
    return any(each.origin == _NARRATIVE for each in thing)


def _agree(words: Item, other: Item) -> bool:
    """Whether all that is said in words is said in the other place too, or not at all."""
    there = _values(other)
    return all(there.get(name, value) == value for name, value in _values(words).items())


def _once(things: Sequence[Item], group: Group) -> list[Item]:
    """Two equal things of two documents are one. Else, other documents add to it, or it is asked."""
    kept: list[Item] = []
    for thing in things:
        twin = next((other for other in kept if _may_be_one(thing, other)), None)
        if twin is None:
            kept.append(thing)
        elif _document(twin) == _document(thing) and not _is_told_twice(thing, twin, group):
            # Two alike in one list are two. Told twice in a text, they may be one.
            kept.append(_disputed(thing) if _in_words(thing) else thing)
    several = len({_document(thing) for thing in kept}) > 1
    if several and group.documents == "ask":
        return [_disputed(thing) for thing in kept]
    return [_disputed(thing) if _overlaps_any(thing, kept, group) else thing for thing in kept]


def _is_told_twice(thing: Item, other: Item, group: Group) -> bool:
    """Whether both name the one thing of that name that a body has."""
    named = [(_values(thing).get(name), _values(other).get(name)) for name in group.distinct]
    return bool(named) and all(
        one is not None and one == two and one not in group.repeated for one, two in named
    )


def _overlaps_any(thing: Item, things: Sequence[Item], group: Group) -> bool:
    return bool(group.distinct) and any(
        _overlap(thing, other, group) for other in things if other is not thing
    )


def _overlap(thing: Item, other: Item, group: Group) -> bool:
    """Whether two may be the same thing: in nothing that tells it apart do they surely differ."""
    named = [(_values(thing).get(name), _values(other).get(name)) for name in group.distinct]
    return not any(
        one is not None and two is not None and one != two and {one, two}.isdisjoint(group.inclusive)
        for one, two in named
    )


def _may_be_one(thing: Item, other: Item) -> bool:
    """Whether two things are equal; or, in one text, the same as far as both are told."""
    if _in_words(thing) and _document(thing) == _document(other):
        return _agree(thing, other)
    return _values(thing) == _values(other)


def _document(thing: Item) -> tuple[str, str]:
    return thing[0].source.event_id, thing[0].item.rpartition(ITEM_OF_DOCUMENT)[0]


def _values(thing: Item) -> dict[str, Value]:
    return {each.name: each.value for each in thing}


def _disputed(thing: Item) -> Item:
    return tuple(replace(each, origin=CONFLICT_ORIGIN) for each in thing)
