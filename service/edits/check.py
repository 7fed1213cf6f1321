"""May these stand together? What the loaded files say of the lines of one patient, day and provider.

Nothing is changed here, and no modifier is added: that a code was done apart from another is documentation,
which a person finds, or does not.
"""

from collections.abc import Iterator, Sequence

from service.domain.edits import AddOnRule, Edit, FileKind, PairRule, Rules, Service, Severity, UnitRule

#: Modifiers that say that two services were separate (NCCI): anatomic, global surgery, and the others.
SEPARATING = frozenset(
    "E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD RC LM RI "  # noqa: SIM905
    "24 25 57 58 78 79 27 59 91 XE XS XP XU".split()
)
_A_LINE, _ABSOLUTE = "1", "2"  # MUE adjudication indicators
_ONLY_THESE, _CONTRACTOR = "1", "2"  # kinds of add-on edits


def check(services: Sequence[Service], rules: Rules) -> tuple[Edit, ...]:
    """Every edit that bites one of the services."""
    return (
        *(edit for rule in rules.pairs for edit in _pairs(rule, services)),
        *(edit for rule in rules.units for edit in _units(rule, services)),
        *_add_ons(rules.add_ons, services),
    )


def _of(code: str, services: Sequence[Service]) -> list[Service]:
    return [service for service in services if service.code == code]


def _pairs(rule: PairRule, services: Sequence[Service]) -> Iterator[Edit]:
    for second in _of(rule.column_2, services):
        for first in _of(rule.column_1, services):
            if rule.modifier_allowed and SEPARATING.intersection((*first.modifiers, *second.modifiers)):
                continue
            yield _pair(rule, first, second)


def _pair(rule: PairRule, first: Service, second: Service) -> Edit:
    if rule.modifier_allowed:
        severity = Severity.QUESTION
        way_out = "a modifier may part them if the record shows separate services"
    else:
        severity, way_out = Severity.DENIED, "no modifier parts them"
    why = f"{second.code} is not paid beside {first.code} ({rule.rationale.lower()}); {way_out}"
    return Edit(FileKind.PTP, severity, second.key, second.code, first.code, first.key, why, rule.source)


def _units(rule: UnitRule, services: Sequence[Service]) -> Iterator[Edit]:
    lines = _of(rule.code, services)
    if rule.adjudication == _A_LINE:
        over = [line for line in lines if line.units > rule.most_units]
        counted = "on one line"
    else:
        over = lines if sum(line.units for line in lines) > rule.most_units else []
        counted = "a day"
    severity = Severity.DENIED if rule.adjudication == _ABSOLUTE else Severity.QUESTION
    why = f"{rule.code}: at most {rule.most_units} {counted} ({rule.rationale.lower()})"
    for line in over:
        yield Edit(rule.kind, severity, line.key, line.code, "", "", why, rule.source)


def _add_ons(rules: Sequence[AddOnRule], services: Sequence[Service]) -> Iterator[Edit]:
    present = {service.code for service in services}
    for code in sorted({rule.add_on for rule in rules}):
        mine = [rule for rule in rules if rule.add_on == code]
        if any(_is_satisfied(rule, present) for rule in mine):
            continue
        closed = all(rule.kind == _ONLY_THESE for rule in mine)
        severity = Severity.DENIED if closed else Severity.QUESTION
        why = f"{code} is an add-on, and none of the codes that it may stand beside is there"
        for line in _of(code, services):
            yield Edit(FileKind.ADD_ON, severity, line.key, code, "", "", why, mine[0].source)


def _is_satisfied(rule: AddOnRule, present: set[str]) -> bool:
    if rule.kind == _CONTRACTOR:
        return len(present) > 1
    return bool(rule.primaries & present)
