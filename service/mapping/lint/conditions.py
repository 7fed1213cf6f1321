"""Lint of single conditions: operators fit the type of the element, values stand in its list."""

from collections.abc import Iterator, Mapping
from enum import Enum

from service.mapping.documented.vocabulary import Element, Vocabulary
from service.mapping.files.yaml_fault import nearest
from service.mapping.tables.conditions import ORDER_OPERATORS, SCALAR_OPERATORS, Condition, Scalar
from service.mapping.tables.table_file import Switch

_LIST_OPERATORS = frozenset({"any_of", "none_of", "not_empty"})
_NUMERIC = ("integer", "number")


class Use(Enum):
    """What a condition is for."""

    GATE = "gate"
    SETTLE = "settle"  # votes for a fact, adds a modifier
    ASK = "ask"  # raises a question


def condition_faults(name: str, condition: Condition, vocabulary: Vocabulary, use: Use) -> Iterator[str]:
    """Say what is wrong with a condition on an element."""
    if name not in vocabulary:
        yield f"unknown element {name!r}{nearest(name, vocabulary.names)}"
        return
    element = vocabulary.element(name)
    if element.role == "context":
        yield f"{name} is context: it says nothing of today's service"
    if use is not Use.GATE and (condition.if_unknown or condition.if_false or condition.ask_if):
        yield "if_unknown, if_false and ask_if belong in applies_when"
    yield from _unknown_faults(condition, use)
    yield from _operator_faults(element, condition)
    for _operator, value in condition.named_values():
        if not fits(element, value):
            yield f"{value!r} is not a value of {name}{instead(element, value)}"
    for operator, called in condition.named_sets().items():
        if called not in element.sets:
            written = f"single values are a list: {operator}: [{called}]"
            yield f"{called!r} is no set of values of {name}{nearest(called, element.sets)}; {written}"


def switch_fault(name: str, condition: Condition, switches: Mapping[str, Switch]) -> Iterator[str]:
    """Say what is wrong with a condition on a switch."""
    if name not in switches:
        yield f"unknown switch {name!r}{nearest(name, switches)}"
    elif set(condition.operators()) != {"eq"}:
        yield "a switch is compared with eq"
    elif condition.eq not in (values := switches[name].values):
        yield f"{condition.eq!r} is not a value of switch {name}{nearest(str(condition.eq), values)}"


def _unknown_faults(condition: Condition, use: Use) -> Iterator[str]:
    if not condition.unknown:
        return
    if use is not Use.ASK:
        yield "what is not documented settles nothing: `unknown` may only stand where something is asked"
    if len(condition.operators()) > 1:
        yield "`unknown` stands alone"


def _operator_faults(element: Element, condition: Condition) -> Iterator[str]:
    for operator in condition.operators():
        if element.many and operator in SCALAR_OPERATORS:
            yield f"{element.name} is a list: use any_of or none_of, not {operator}"
        elif not element.many and operator in _LIST_OPERATORS:
            yield f"{element.name} is no list: use eq, in or not_in, not {operator}"
        elif operator in ORDER_OPERATORS and element.type not in _NUMERIC:
            yield f"{element.name} is no number: {operator} cannot compare it"


def fits(element: Element, value: Scalar) -> bool:
    """Whether an element can have a value."""
    if element.type in _NUMERIC:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if element.values:
        return any(value == known and type(value) is type(known) for known in element.values)
    return isinstance(value, str)


def instead(element: Element, value: Scalar) -> str:
    """Say what to write instead."""
    if element.type == "boolean":
        return "; write true or false"
    if element.type in _NUMERIC:
        return "; write a number"
    return nearest(str(value), map(str, element.values)) if element.values else "; put it in quotes"
