"""May these stand together? Each rule, each way that it bites, and each way that it does not."""

import pytest

from service.domain.edits import AddOnRule, FileKind, PairRule, Rules, Service, Severity, UnitRule
from service.edits import check


def pair(*, modifier_allowed):
    return Rules(pairs=(PairRule("X0001", "X0002", modifier_allowed, "Misuse", "f1"),))


def units(most, adjudication):
    return Rules(units=(UnitRule("X0001", most, adjudication, "Policy", "mue"),))


def add_on(kind, *primaries):
    return Rules(add_ons=(AddOnRule("X0009", kind, frozenset(primaries), "aoc"),))


def service(key, code, units=1, *modifiers):
    return Service(key, code, units, modifiers)


def bitten(services, rules):
    return [(edit.line, edit.severity) for edit in check(services, rules)]


@pytest.mark.parametrize(
    ("modifier_allowed", "modifiers", "severity"),
    [
        (False, (), Severity.DENIED),
        (False, ("59",), Severity.DENIED),  # indicator 0: no modifier parts them
        (True, (), Severity.QUESTION),
        (True, ("26",), Severity.QUESTION),  # a modifier, but none that separates
        (True, ("59",), None),
        (True, ("LT",), None),
        (True, ("XS",), None),
    ],
)
def test_column_two_is_bitten_beside_column_one(modifier_allowed, modifiers, severity):
    day = [service("a", "X0001"), service("b", "X0002", 1, *modifiers)]
    expected = [("b", severity)] if severity else []
    assert bitten(day, pair(modifier_allowed=modifier_allowed)) == expected


def test_a_modifier_on_column_one_separates_as_well():
    assert bitten([service("a", "X0001", 1, "59"), service("b", "X0002")], pair(modifier_allowed=True)) == []


def test_a_pair_bites_only_where_both_are():
    assert bitten([service("b", "X0002")], pair(modifier_allowed=False)) == []
    assert bitten([service("a", "X0001")], pair(modifier_allowed=False)) == []


def test_an_edit_names_the_pair_and_its_source():
    (edit,) = check([service("a", "X0001"), service("b", "X0002")], pair(modifier_allowed=True))
    assert (edit.kind, edit.code, edit.other, edit.other_line) == (FileKind.PTP, "X0002", "X0001", "a")
    assert edit.source == "f1"


@pytest.mark.parametrize(
    ("adjudication", "lines", "expected"),
    [
        ("1", [2], []),
        ("1", [3], [("0", Severity.QUESTION)]),
        ("1", [2, 2], []),  # of each line, not of the day
        ("2", [2, 1], [("0", Severity.DENIED), ("1", Severity.DENIED)]),  # of the day, absolute
        ("2", [1, 1], []),
        ("3", [2, 1], [("0", Severity.QUESTION), ("1", Severity.QUESTION)]),
    ],
)
def test_units_are_counted_a_line_or_a_day(adjudication, lines, expected):
    day = [service(str(n), "X0001", count) for n, count in enumerate(lines)]
    assert bitten(day, units(2, adjudication)) == expected


def test_a_limit_of_none_bites_one():
    assert bitten([service("a", "X0001")], units(0, "2")) == [("a", Severity.DENIED)]


@pytest.mark.parametrize(
    ("kind", "beside", "expected"),
    [
        ("1", ["X0001"], []),
        ("1", ["X0002"], [("n", Severity.DENIED)]),
        ("1", [], [("n", Severity.DENIED)]),
        ("2", ["X0002"], []),  # the contractor decides: any other code will do
        ("2", [], [("n", Severity.QUESTION)]),
        ("3", ["X0001"], []),
        ("3", ["X0002"], [("n", Severity.QUESTION)]),  # these primaries and others
    ],
)
def test_an_add_on_wants_its_primary(kind, beside, expected):
    day = [service("n", "X0009"), *(service(f"p{code}", code) for code in beside)]
    primaries = ["CCCCC"] if kind == "2" else ["X0001"]
    assert bitten(day, add_on(kind, *primaries)) == expected
