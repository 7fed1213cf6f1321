"""Facts: the inputs of a decision table, settled by evidence that votes.

Every proven line votes. One value: settled. None, or a split vote: a question. It is not the first match
that wins: an unknown earlier line must not hide a proven later one, nor a proven one a contradiction.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.domain.frozen import frozen
from service.mapping.documented.stands import DERIVED, Stand, Stands, is_disputed
from service.mapping.documented.vocabulary import Element, Vocabulary
from service.mapping.tables.conditions import TRUE, AllOf, Lines, Scalar
from service.mapping.tables.table_file import ASK, Bands, Fact, LookupFile, settle_switches

Asked = tuple[str, bool]  # element, and whether it is documented differently in two places


@frozen
class Vote:
    """What one line, or one item of a lookup, says."""

    value: Scalar
    sure: bool
    names: tuple[str, ...]  # the elements that say so


@frozen
class Settled:
    """What is known of a fact: one possible value is a settled fact."""

    possible: tuple[Scalar, ...]
    ask: tuple[Asked, ...] = ()
    names: tuple[str, ...] = ()  # the elements that settled it
    reason: tuple[str, ...] = ()  # those of the first line that did


@dataclass(frozen=True, slots=True)
class CompiledFact:
    """A fact, ready to be settled any number of times."""

    name: str
    domain: tuple[Scalar, ...]
    ask_about: tuple[str, ...]
    votes: Lines[Scalar]
    asks: Lines[str]
    lookup: str = ""  # the element that is looked up
    outcomes: Mapping[Scalar, str] = field(
        default_factory=dict
    )  # its value -> fact value; ASK = decides nothing
    banded: str = ""  # the element whose number is brought to a band
    bands: tuple[tuple[str, float], ...] = ()  # fact value, and up to which number
    measured: bool = False  # it is a measure, not a count

    @property
    def reads(self) -> frozenset[str]:
        """The elements that it is made of."""
        tests = (*(test for test, _then in self.votes.all), *(test for test, _ask in self.asks.all))
        return frozenset({self.lookup, self.banded, *(name for test in tests for name in test.names)} - {""})

    def settle(self, stands: Stands) -> Settled:
        votes = [Vote(value, truth == TRUE, line.names) for truth, line, value in self.votes.shown(stands)]
        if stand := stands.get(self.lookup):
            votes += self._looked_up(stand)
        if stand := stands.get(self.banded):
            votes += self._in_bands(stand)
        asked = [(name, is_disputed(name, stands)) for _truth, _line, name in self.asks.shown(stands)]
        if asked or any(vote.value == ASK for vote in votes):
            return Settled(self.domain, tuple(dict.fromkeys(asked or [(self.lookup, False)])))
        values = tuple(dict.fromkeys(vote.value for vote in votes))
        if len(values) == 1 and any(vote.sure for vote in votes):
            return _agreed(values[0], [vote for vote in votes if vote.sure])
        if votes:
            return Settled(values if len(values) > 1 else self.domain, self._disputed(stands, votes))
        return Settled(self.domain, (self._first_unknown(stands),))

    def _looked_up(self, stand: Stand) -> Iterator[Vote]:
        for value in stand.values:
            yield Vote(self.outcomes[value], value not in stand.disputed, (self.lookup,))

    def _in_bands(self, stand: Stand) -> Iterator[Vote]:
        for value in stand.values:
            assert isinstance(value, int | float)
            if value == 0 and self.measured:  # no wound is of no length; a child may be of no years
                continue
            band = next(name for name, limit in self.bands if value <= limit)
            yield Vote(band, not stand.conflict, (self.banded,))

    def _disputed(self, stands: Stands, votes: list[Vote]) -> tuple[Asked, ...]:
        """Ask about what is documented twice; where elements contradict each other, about the last named."""
        twice = dict.fromkeys(
            name for vote in votes for name in vote.names if name not in DERIVED and stands[name].conflict
        )
        return tuple((name, True) for name in twice) or ((self.ask_about[-1], True),)

    def _first_unknown(self, stands: Stands) -> Asked:
        for name in self.ask_about:
            if name not in stands or stands[name].conflict:
                return name, name in stands
        return self.ask_about[-1], False


def _agreed(value: Scalar, votes: list[Vote]) -> Settled:
    names = tuple(dict.fromkeys(name for vote in votes for name in vote.names))
    return Settled((value,), names=names, reason=votes[0].names)


def compile_fact(
    name: str,
    fact: Fact,
    vocabulary: Vocabulary,
    lookups: Mapping[str, LookupFile],
    settings: Mapping[str, str],
) -> CompiledFact:
    lines = [(settle_switches(line.if_, settings), line) for line in fact.evidence]
    compiled = [
        (AllOf(elements_of(conditions, vocabulary), conditions), line)
        for conditions, line in lines
        if conditions
    ]
    return CompiledFact(
        name,
        domain_of(fact, lookups),
        fact.ask_about,
        votes=Lines((test, line.then) for test, line in compiled if line.then is not None),
        asks=Lines((test, line.ask) for test, line in compiled if line.ask),
        lookup=fact.lookup.element if fact.lookup else "",
        outcomes=_outcomes(lookups[fact.lookup.table], settings) if fact.lookup else {},
        banded=fact.bands.element if fact.bands else "",
        bands=_limits(fact.bands) if fact.bands else (),
        measured=fact.bands is not None and vocabulary.element(fact.bands.element).type == "number",
    )


def elements_of(names: Mapping[str, object], vocabulary: Vocabulary) -> dict[str, Element]:
    return {name: vocabulary.element(name) for name in names}


def domain_of(fact: Fact, lookups: Mapping[str, LookupFile]) -> tuple[Scalar, ...]:
    """Return every value that a fact can take."""
    looked_up = tuple(lookups[fact.lookup.table].values) if fact.lookup else ()
    banded = tuple(fact.bands.up_to) if fact.bands else ()
    voted = (line.then for line in fact.evidence if line.then is not None)
    return tuple(dict.fromkeys((*looked_up, *banded, *voted)))


def _limits(bands: Bands) -> tuple[tuple[str, float], ...]:
    return tuple((name, math.inf if limit is None else limit) for name, limit in bands.up_to.items())


def _outcomes(lookup: LookupFile, settings: Mapping[str, str]) -> dict[Scalar, str]:
    found: dict[Scalar, str] = {
        value: outcome for outcome, values in lookup.values.items() for value in values
    }
    found |= {value: settings[switch] for value, switch in lookup.by_switch.items()}
    return found | dict.fromkeys(lookup.ask, ASK)
