"""DFT: what a line says in FT1-6, FT1-7, FT1-10 and FT1-25, and what is asked where that is not clear."""

import itertools

import pytest

from service.domain.event import Event, Format
from service.pipeline.lines import lines_of
from tests.shipped import shipped_reader

READER = shipped_reader()


def ft1(kind="CG", own="", code="62323^^C4", quantity="1", number="T1"):
    return f"FT1|1|{number}||20260302||{kind}|{own}|||{quantity}" + "|" * 15 + code


def dft(*charges, hour=0):
    head = [
        f"MSH|^~\\&|ANY|HOSP|||202603021{hour}0000||DFT^P03|M{hour}|P|2.5.1",
        "PID|1||P1^^^HOSP^MR",
        "PV1|1|O|||||||||||||||||V1",
    ]
    body = "\r".join([*head, *charges]).encode()
    return Event(f"e{hour}", "main", Format.HL7V2, "ANY|HOSP", "DFT^P03", f"M{hour}", 0.0, hour, body)


def lines(*events):
    """(code, units, note) of every line."""
    by_key = {}
    for event in events:
        for key, part in READER.read(event).parts:
            by_key.setdefault(key, []).append((key, part))
    found = [line for keyed in by_key.values() for line in lines_of(READER.chart(keyed))]
    return [(line.code, line.units, line.content.get("note", "")) for line in found]


@pytest.mark.parametrize(
    ("charge", "code"),
    [
        pytest.param(ft1(), "62323", id="FT1-25"),
        pytest.param(ft1(own="ER204^Injection^L"), "62323", id="beside the department's own"),
        pytest.param(ft1(own="62323^^CPT", code=""), "62323", id="FT1-7 that says that it is CPT"),
        pytest.param(ft1(own="62323^^CPT"), "62323", id="twice the same"),
        pytest.param(ft1(kind=""), "62323", id="no type"),
    ],
)
def test_a_charge_that_is_clear_is_proposed(charge, code):
    assert lines(dft(charge)) == [(code, 1, "")]


@pytest.mark.parametrize(
    ("charge", "why"),
    [
        pytest.param(ft1(own="ER204^Injection^L", code=""), "own code is ER204 (FT1[1]-7)", id="own code"),
        pytest.param(ft1(own="36415", code=""), "own code is 36415", id="own code that looks like CPT"),
        pytest.param(ft1(code=""), "no mapping covers", id="no code"),
        pytest.param(ft1(kind="AJ"), "FT1-6 is AJ", id="adjustment"),
        pytest.param(ft1(kind="DB"), "FT1-6 is DB", id="a type of the site's own"),
        pytest.param(ft1(quantity="0"), "units", id="no quantity"),
        pytest.param(ft1(quantity="1e3"), "units", id="a thousand in no notation of HL7"),
        pytest.param(ft1(quantity="\N{ARABIC-INDIC DIGIT THREE}"), "units", id="a figure of another script"),
        pytest.param(ft1(quantity="-1"), "units", id="negative quantity"),
        pytest.param(ft1(quantity="1.5"), "units", id="broken quantity"),
    ],
)
def test_one_that_is_not_is_a_question(charge, why):
    ((code, units, note),) = lines(dft(charge))
    assert (code, units) == ("", 0)
    assert why in note


def test_two_fields_that_state_two_codes_settle_nothing():
    found = lines(dft(ft1(own="62322^^CPT")))
    assert {code for code, _, _ in found} == {""}
    assert all("FT1[1]-25 says 62323 and FT1[1]-7 says 62322" in note for _, _, note in found)


@pytest.mark.parametrize("kind", ["PY", "CO"])
def test_money_that_came_in_is_no_charge(kind):
    assert lines(dft(ft1(kind=kind))) == []


def test_one_service_in_two_lines_of_one_order_is_asked_about_and_told_by_two_messages_is_not():
    first, second = (ft1(number=number).replace("|||62323", "|F9||62323") for number in ("T1", "T2"))
    ((code, _, note),) = lines(dft(first, second))  # FT1-23 is the order
    assert (code, "FT1[2]-25 of the same message states it again" in note) == ("", True)
    assert lines(dft(first), dft(second, hour=1)) == [("62323", 1, "")]


def test_a_credit_takes_back_its_charge_in_any_order():
    told = dft(ft1()), dft(ft1("CD"), hour=1)
    assert [lines(*order) for order in itertools.permutations(told)] == [[], []]


def test_a_credit_of_what_was_never_charged_is_shown():
    ((code, _, note),) = lines(dft(ft1("CD", number="T9")))
    assert code == ""
    assert "takes back 62323" in note
    assert ("62323", 1, "") in lines(dft(ft1()), dft(ft1("CD", number="T9"), hour=1)), (
        "which charge is meant?"
    )
