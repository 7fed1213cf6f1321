"""Observations: whether an OBX is a result, of what it is one, and what it says of an element."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.domain.documentation import Reading, Source
from service.hl7.message import Segment, Separators
from service.hl7.path import Found

#: OBX-11 of what is not, or no longer, a result: deleted, wrong, not obtainable, not asked, order detail,
#: and what is preliminary: an amendment or a final value is still to come.
_NO_RESULT = frozenset("DWXNOPRSI")
_NAMES = (1, 2, 4, 5)  # OBX-3: code and text, alternate code and text
_LIKE_A_DOT = re.compile(r"[\s._-]+")
_MOST_IDENTIFIERS = 4096  # kept: they are the same in message after message


def results_among(observations: Iterable[Segment]) -> list[Segment]:
    return [each for each in observations if each.component(11, 1).strip().upper() not in _NO_RESULT]


def observation_of(segment: Segment) -> str:
    """What is observed: OBX-3, of which senders may leave out the text, and OBX-4."""
    if segment.name != "OBX":
        return ""
    return _observation(segment.field(3), segment.field(4), segment.separators)


class NamedObservations:
    """Finds the OBX whose identifier is the name of an element."""

    def __init__(self, element_names: Iterable[str]) -> None:
        self._elements = {_plain(name): name for name in element_names}
        self._element_of = lru_cache(maxsize=_MOST_IDENTIFIERS)(self._named)

    def told_apart(
        self, observations: Sequence[Segment]
    ) -> tuple[list[tuple[str, Segment]], Sequence[Segment]]:
        """Return the elements that are named, each with its OBX; and the OBX that name none."""
        if not self._elements:
            return [], observations
        named: list[tuple[str, Segment]] = []
        others: list[Segment] = []
        for segment in observations:
            if element := self._element_of(segment.field(3), segment.separators):
                named.append((element, segment))
            else:
                others.append(segment)
        return named, others

    def _named(self, identifier: str, separators: Separators) -> str:
        names = _observed(identifier, separators).names
        return next(filter(None, map(self._elements.get, names)), "")


def reading_of(element: str, found: Found, event_id: str) -> Reading:
    """What was found for an element; of an OBX, with what it says of the value."""
    segment, text = found.segment, found.text
    source = Source(found.path, 0, len(text), text, event_id)
    if segment.name != "OBX":
        return Reading(element, text, source)
    _, _, kind, identifier, item, _, unit = segment.head(7)
    return Reading(
        element,
        _structured_numeric(segment) if kind == "SN" else text,
        source,
        item.strip(),
        _observation(identifier, item, segment.separators),
        segment.component(6, 1).strip() if unit else "",
    )


def _structured_numeric(segment: Segment) -> str:
    """OBX-5 of type SN: one number where it is one; a bound, a range or a ratio as it is, which is none."""
    comparator, number, *other = (segment.component(5, n).strip() for n in range(1, 5))
    is_one = comparator in ("", "=") and not any(other)
    return number if is_one else " ".join(filter(None, (comparator, number, *other)))


@dataclass(frozen=True, slots=True)
class _Observed:
    """What OBX-3 says."""

    code: str  # with what it is of the code: 18782-3&ADT is its addendum
    names: tuple[str, ...]  # plain, of which one may be that of an element


@lru_cache(maxsize=_MOST_IDENTIFIERS)
def _observation(identifier: str, sub_id: str, separators: Separators) -> str:
    return f"{_observed(identifier, separators).code}/{sub_id}"


@lru_cache(maxsize=_MOST_IDENTIFIERS)
def _observed(identifier: str, separators: Separators) -> _Observed:
    segment = Segment("OBX", 1, separators.field.join(("OBX", "", "", identifier)), separators)
    code = segment.component(3, 1) or identifier
    names = (segment.component(3, each) for each in _NAMES)
    return _Observed(f"{code}&{segment.component(3, 1, 2)}", tuple(map(_plain, names)))


def _plain(name: str) -> str:
    return _LIKE_A_DOT.sub(".", name.strip().lower())
