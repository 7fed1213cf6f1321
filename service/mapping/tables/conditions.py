"""Conditions: what a mapping file may ask of one element, answered in four shades from no to yes.

The operators are a closed list; there are no expressions. What is not documented makes no condition false.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from service.domain.documentation import Value
from service.mapping.documented.stands import Stand, Stands
from service.mapping.documented.vocabulary import Element

#: The truth of a condition; that of several together is the least of them.
FALSE: Final = 0
ABSENT: Final = 1  # nobody says: it may yet turn out either way
CONFLICT: Final = 2  # documented, and it can be read either way
TRUE: Final = 3

Test = Callable[[Stand | None], int]
Then = TypeVar("Then")
Scalar = str | bool | int | float

#: Operators on an element with one value.
SCALAR_OPERATORS: dict[str, Callable[[Any], Callable[[Any], bool]]] = {
    "eq": lambda wanted: lambda value: value == wanted,
    "in": lambda wanted: lambda value: value in wanted,
    "not_in": lambda wanted: lambda value: value not in wanted,
    "gte": lambda wanted: lambda value: value >= wanted,
    "lte": lambda wanted: lambda value: value <= wanted,
    "gt": lambda wanted: lambda value: value > wanted,
    "lt": lambda wanted: lambda value: value < wanted,
}
ORDER_OPERATORS = frozenset({"gte", "lte", "gt", "lt"})


class Condition(BaseModel):
    """What must hold of one element; several operators must all hold. The bare word `unknown` is one too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    eq: Scalar | None = None
    in_: tuple[Scalar, ...] | str | None = Field(default=None, alias="in")  # values, or the name of a set
    not_in: tuple[Scalar, ...] | str | None = None
    any_of: tuple[Scalar, ...] | None = None
    none_of: tuple[Scalar, ...] | None = None
    not_empty: Literal[True] | None = None
    gte: int | float | None = None
    lte: int | float | None = None
    gt: int | float | None = None
    lt: int | float | None = None
    unknown: Literal[True] | None = None
    if_unknown: Literal["pass"] | None = None  # gate: not documented is no obstacle
    if_false: Literal["ask"] | None = None  # gate: ask, instead of saying nothing
    ask_if: tuple[Scalar, ...] | None = None  # gate: ask when it is one of these

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return {"unknown": True} if value == "unknown" else value
        return {name: tuple(each) if isinstance(each, list) else each for name, each in value.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"const": "unknown"}, handler(core)]}

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        if not self.operators():
            raise ValueError("a condition needs an operator: eq, in, not_in, any_of, none_of, gte, lte ...")
        return self

    def operators(self) -> dict[str, Any]:
        """Return what is written, by operator, without what else to do (if_unknown, if_false, ask_if)."""
        written = self.model_dump(by_alias=True, exclude_none=True)
        return {
            name: value for name, value in written.items() if name not in {"if_unknown", "if_false", "ask_if"}
        }

    def named_values(self) -> tuple[tuple[str, Scalar], ...]:
        """Return every single value that the condition names, with its operator."""
        written = self.operators() | ({"ask_if": self.ask_if} if self.ask_if else {})
        for name in self.named_sets():
            written.pop(name)
        written.pop("not_empty", None)
        written.pop("unknown", None)
        return tuple(
            (name, one)
            for name, value in written.items()
            for one in (value if isinstance(value, tuple) else (value,))
        )

    def named_sets(self) -> dict[str, str]:
        """Return the sets of values that the condition names, by operator."""
        sets = {"in": self.in_, "not_in": self.not_in}
        return {name: value for name, value in sets.items() if isinstance(value, str)}


def compile_condition(element: Element, condition: Condition) -> Test:
    """Make the function that says how true a condition is of an element."""
    operators = _operators(element, condition)
    if "unknown" in operators:
        return _is_unknown
    if element.many:
        return _list_test(operators)
    return _scalar_test(element, operators)


def _operators(element: Element, condition: Condition) -> dict[str, Any]:
    """Return what is written, by operator, with the values of a set in the place of its name."""
    sets = {name: element.sets[value] for name, value in condition.named_sets().items()}
    return condition.operators() | sets


class AllOf:
    """Conditions that must hold together, in the order of the file."""

    __slots__ = ("begins", "names", "tests")

    def __init__(
        self,
        elements: Mapping[str, Element],
        conditions: Mapping[str, Condition],
        more: tuple[tuple[str, Test], ...] = (),
    ) -> None:
        self.names = tuple(conditions)
        self.tests = (
            *((name, compile_condition(elements[name], each)) for name, each in conditions.items()),
            *more,
        )
        self.begins = next((_needed(elements[name], each) for name, each in conditions.items()), None)

    def shown(self, stands: Stands) -> int:
        """Return TRUE or CONFLICT; or less, at the first condition that nothing documented meets."""
        least = TRUE
        for name, test in self.tests:
            truth = test(stands.get(name))
            if truth < least:
                if truth <= ABSENT:
                    return truth
                least = truth
        return least

    def left_open(self, stands: Stands) -> tuple[str, ...]:
        """Return the elements on which it still hangs, once the first condition is documented to hold."""
        for first, test_first in self.tests[:1]:
            if test_first(stands.get(first)) >= CONFLICT:
                return self.open(stands)
        return ()

    def open(self, stands: Stands) -> tuple[str, ...]:
        """Return the elements on which it hangs, as long as nothing documented rules it out."""
        truths = [(name, test(stands.get(name))) for name, test in self.tests]
        if any(truth == FALSE for _name, truth in truths):
            return ()
        return tuple(name for name, truth in truths if truth != TRUE)


class Lines(Generic[Then]):
    """Conditions, and what each line of them comes to.

    Of many lines few begin with what is documented: those are looked up, by their first condition.
    """

    __slots__ = ("_begins", "_others", "all")

    def __init__(self, lines: Iterable[tuple[AllOf, Then]]) -> None:
        self.all = tuple(lines)
        self._others = tuple(number for number, (test, _then) in enumerate(self.all) if test.begins is None)
        begins: dict[str, dict[Value, list[int]]] = {}
        for number, (test, _then) in enumerate(self.all):
            if test.begins is not None:
                by_value = begins.setdefault(test.names[0], {})
                for value in test.begins:
                    by_value.setdefault(value, []).append(number)
        self._begins = tuple(begins.items())

    def shown(self, stands: Stands) -> list[tuple[int, AllOf, Then]]:
        """Return the lines that are TRUE or CONFLICT, in the order of the file."""
        numbers = [*self._others]
        for name, by_value in self._begins:
            if stand := stands.get(name):
                for value in stand.values:
                    numbers += by_value.get(value, ())
        return [
            (truth, test, then)
            for test, then in map(self.all.__getitem__, sorted(set(numbers)))
            if (truth := test.shown(stands)) >= CONFLICT
        ]


def on_days(holds: Callable[[str], bool], *, ends: bool) -> Test:
    """Make the test of a day of service: whether something holds on it.

    As of a table, what does not end is taken to hold where nobody says the day.
    """

    def test(stand: Stand | None) -> int:
        if stand is None:
            return ABSENT if ends else TRUE
        answers = {holds(str(value)) for value in stand.values}
        return CONFLICT if len(answers) > 1 else TRUE if True in answers else FALSE

    return test


def _is_unknown(stand: Stand | None) -> int:
    return TRUE if stand is None or stand.conflict else FALSE


def _needed(element: Element, condition: Condition) -> frozenset[Value] | None:
    """Return the values of a closed list of which a condition needs one; None = it can hold without."""
    operators = _operators(element, condition)
    if element.many:
        return frozenset(operators.get("any_of", ())) or None
    return _holding(element, operators) if element.values and "unknown" not in operators else None


def _holding(element: Element, operators: Mapping[str, Any]) -> frozenset[Value]:
    """Return the values of a closed list for which operators hold."""
    return frozenset(filter(_judge(operators), element.values))


def _judge(operators: Mapping[str, Any]) -> Callable[[Value], bool]:
    predicates = [SCALAR_OPERATORS[name](value) for name, value in operators.items()]
    return lambda value: all(predicate(value) for predicate in predicates)


def _scalar_test(element: Element, operators: Mapping[str, Any]) -> Test:
    # Of a closed list, each value is judged once, now.
    holds = _holding(element, operators).__contains__ if element.values else _judge(operators)

    def test(stand: Stand | None) -> int:
        if stand is None:
            return ABSENT
        if stand.conflict:
            # What none of the sources says is not in dispute; what all of them say still is a question.
            return CONFLICT if any(map(holds, stand.values)) or not stand.values else FALSE
        return TRUE if holds(stand.values[0]) else FALSE

    return test


def _list_test(operators: Mapping[str, Any]) -> Test:
    """A disputed item counts for neither side: the list is read with it and without it."""
    wanted: frozenset[Value] = frozenset(operators.get("any_of", ()))
    barred: frozenset[Value] = frozenset(operators.get("none_of", ()))

    def test(stand: Stand | None) -> int:
        if stand is None:
            return ABSENT
        items = frozenset(stand.values)
        sure = items - stand.disputed
        if sure & barred or (wanted and not items & wanted):
            return FALSE
        if stand.disputed & barred or (wanted and not sure & wanted):
            return CONFLICT
        return TRUE

    return test
