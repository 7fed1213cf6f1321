"""The gate of a table: is this service a member of the family at all?"""

from dataclasses import dataclass

from service.domain.documentation import Value
from service.mapping.documented.stands import Stand, Stands
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.tables.conditions import (
    ABSENT,
    CONFLICT,
    FALSE,
    TRUE,
    Condition,
    Test,
    compile_condition,
)
from service.mapping.tables.facts import Asked
from service.mapping.tables.table_file import ASK


@dataclass(frozen=True, slots=True)
class GateLine:
    """One condition of the gate. Anything but TRUE and FALSE is a question."""

    element: str
    test: Test
    pass_absent: bool
    ask_false: bool
    ask_if: frozenset[Value]

    def truth(self, stand: Stand | None) -> int:
        truth = self.test(stand)
        if truth == TRUE:
            is_asked = self.ask_if and stand and not self.ask_if.isdisjoint(stand.values)
            return CONFLICT if is_asked else TRUE
        if truth == ABSENT and self.pass_absent:
            return TRUE
        if truth == FALSE and self.ask_false:
            return CONFLICT
        return truth


@dataclass(frozen=True, slots=True)
class Gate:
    lines: tuple[GateLine, ...]

    def open_for(self, stands: Stands) -> tuple[Asked, ...] | None:
        """Return what must be asked before it is open: nothing (open), or elements; None = closed."""
        asked: dict[Asked, None] = {}
        for line in self.lines:
            stand = stands.get(line.element)
            truth = line.truth(stand)
            if truth == TRUE:
                continue
            if truth == FALSE:
                return None
            asked[line.element, stand is not None and stand.conflict] = None
        return tuple(asked)


def compile_gate(applies_when: dict[str, tuple[Condition, ...]], vocabulary: Vocabulary) -> Gate:
    lines = [
        GateLine(
            name,
            compile_condition(vocabulary.element(name), condition),
            pass_absent=condition.if_unknown == "pass",
            ask_false=condition.if_false == ASK,
            ask_if=frozenset(condition.ask_if or ()),
        )
        for name, conditions in applies_when.items()
        for condition in conditions
    ]
    return Gate(tuple(lines))
