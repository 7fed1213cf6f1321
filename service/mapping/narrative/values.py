"""Values: those that the files of mappings/terms name, of one element."""

from dataclasses import dataclass
from typing import Final

from service.domain.documentation import Value
from service.domain.errors import MappingError
from service.mapping.documented.vocabulary import Element, Vocabulary
from service.mapping.files.yaml_file import Lines
from service.mapping.narrative.marks import LEVEL, TIME
from service.mapping.narrative.meanings import States, Within
from service.mapping.narrative.numbers import NUMBER
from service.mapping.narrative.phrases import Phrase

ANY: Final = "any"
_LAST_TIME: Final = "{last time}"
_DAY: Final = "{day}"
_WITHIN: Final = {
    (LEVEL, "spinal_level"): Within.LEVEL,
    (NUMBER, "number"): Within.NUMBER,
    (NUMBER, "integer"): Within.INTEGER,
    (TIME, "datetime"): Within.TIME,
    (_LAST_TIME, "datetime"): Within.LAST_TIME,
    (_DAY, "datetime"): Within.DAY,
}


@dataclass(frozen=True, slots=True)
class Values:
    """Reads the values that a file names for one element."""

    element: Element
    lines: Lines

    @classmethod
    def of(cls, name: str, vocabulary: Vocabulary, lines: Lines) -> "Values":
        try:
            return cls(vocabulary.element(name), lines)
        except MappingError as error:
            raise lines.error(error.problem, "elements", name) from None

    def read(self, value: str, *place: str | int) -> Value | Within:
        within = _WITHIN.get((value, self.element.type))
        if within is Within.DAY and not self.element.day_suffices:
            raise self.lines.error(f"a day is no moment of {self.element.name}", *place)
        if within:
            return within
        try:
            return self.element.understand(value)
        except ValueError as error:
            raise self.lines.error(str(error), *place) from None

    def hindered(self, value: str, *place: str | int) -> Value | None:
        """Return the value that a phrase leaves open or disputes; None for any."""
        found = None if value == ANY else self.read(value, *place)
        return None if isinstance(found, Within) else found

    def states(self, value: str, *place: str | int, of: str = "", key: str = "") -> States:
        element = self.element
        return States(
            element.name,
            self.read(value, *place),
            of,
            plain=key in ("plainly", "though_aside"),
            though_aside=key == "though_aside",
            one_of_several=bool(element.group),
            by_level=bool(element.told_of),
            failing_that=key == "failing_that",
            titles_only=key == "titles",
            borne_out=key == "borne_out",
            beside=self._no_contradiction(value) if key == "otherwise" else None,
        )

    def _no_contradiction(self, value: str) -> frozenset[Value]:
        """Return a value and the less exact words for it."""
        vaguer = (vague for vague, exact in self.element.covers.items() if value in exact)
        return frozenset({self.element.understand(value), *vaguer})

    def check(self, phrase: Phrase, value: Value | Within, *place: str | int) -> None:
        """Refuse a phrase that may stand without its value, or with a number of any unit."""
        if not isinstance(value, Within):
            return
        if not phrase.always_has(value.marks):
            raise self.lines.error(f"phrase {phrase.text!r} states no {value.marks[0]}", *place)
        if self.element.unit and phrase.may_leave_open(NUMBER):
            message = f"phrase {phrase.text!r} does not say behind {NUMBER} that it is {self.element.unit}"
            raise self.lines.error(message, *place)
