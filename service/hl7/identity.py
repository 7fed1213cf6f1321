"""Which procedure and which document a message speaks of: a feed's identities, ready to read with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.domain.feed import Feed, Identity
from service.domain.frozen import frozen
from service.hl7.path import HL7Path, path_of
from service.hl7.scopes import Scope
from service.hl7.times import iso_date

_DAY = len("2026-03-13")
_MINUTE = len("202603130930")
Conditions = tuple[tuple[HL7Path, frozenset[str]], ...]


@frozen
class Identified:
    """Which one it is."""

    text: str  # "order:A-77"; "" = not said
    namespace: str = ""  # lower-cased
    by_day: bool = False  # by what was done on a day, not by a number: two of one message are two
    is_weak: bool = False


_NOTHING = Identified("")


@dataclass(frozen=True, slots=True)
class IdentityPaths:
    """One identity of a feed."""

    identity: Identity
    paths: tuple[HL7Path, ...]
    day: tuple[HL7Path, ...]  # one or none
    time: tuple[HL7Path, ...]  # one or none
    namespace: tuple[HL7Path, ...]  # one or none
    when: Conditions

    @classmethod
    def of(cls, feed: Feed, identity: Identity) -> "IdentityPaths":
        return cls(
            identity,
            tuple(path_of(feed, path) for path in identity.paths),
            tuple(path_of(feed, path) for path in (identity.day,) if path),
            tuple(path_of(feed, path) for path in (identity.time,) if path),
            tuple(path_of(feed, path) for path in (identity.namespace,) if path),
            conditions(feed, identity.when),
        )

    def read(self, scope: Scope) -> Identified:
        if self.when and not scope.meets(self.when):
            return _NOTHING
        texts = scope.texts
        values = [texts[path] for path in self.paths]
        values += [_day(texts[path]) for path in self.day]
        values += [_minute(texts[path]) for path in self.time]
        if not all(values):
            return _NOTHING
        namespace = "".join([texts[path] for path in self.namespace]).lower()
        text = self.identity.text(values)
        return Identified(text, namespace, by_day=bool(self.day), is_weak=self.identity.weak)


def identify(scope: Scope, identities: Sequence[IdentityPaths]) -> Identified:
    """By the first identity of which the message says everything."""
    found = (identity.read(scope) for identity in identities)
    return next((each for each in found if each.text), _NOTHING)


def names_of(scope: Scope, identities: Sequence[IdentityPaths]) -> tuple[str, ...]:
    """All names that the message says, each once."""
    return tuple(dict.fromkeys(name for each in identities if (name := each.read(scope).text)))


def conditions(feed: Feed, values: Mapping[str, Sequence[str]]) -> Conditions:
    """Paths and the values, lower-cased, of which one must stand there."""
    return tuple(
        (path_of(feed, path), frozenset(value.lower() for value in wanted)) for path, wanted in values.items()
    )


def _minute(time: str) -> str:
    """A time to the minute, by the clock it was told by; or its day, when it says no more."""
    minute = time.strip()[:_MINUTE]
    return minute if len(minute) == _MINUTE and minute.isdigit() else _day(time)


def _day(time: str) -> str:
    """The whole day of a time; "" when it says less."""
    day = iso_date(time)
    return day if len(day) == _DAY else ""
