"""Chemotherapy leads the hierarchy: each rule with the encounters that show it."""

from dataclasses import replace

import pytest

from tests.unit.mapping.encounters import (
    FACILITY,
    PROFESSIONAL,
    answer,
    asked,
    codes,
    fluid,
    infused,
    once,
    pushed,
)


def chemo(drug, start, end, *, by=None, concurrent=None):
    return infused(drug, start, end, by=by, category="chemotherapy", concurrent=concurrent)


def chemo_push(drug, start=None, *, by=None):
    return pushed(drug, start, by=by, category="chemotherapy")


def other(route, *, category="chemotherapy", hormonal=None):
    return replace(once(route, "x"), category=category, hormonal=hormonal)


RULES = {
    "one infusion": ([chemo("p", 0, 60)], ["96413"]),
    "its further hours": ([chemo("p", 0, 151)], ["96413", "96415 x2"]),
    "fifteen minutes are a push": ([chemo("p", 0, 15)], ["96409"]),
    "a push": ([chemo_push("d")], ["96409"]),
    "a second substance pushed": ([chemo_push("d"), chemo_push("v")], ["96409", "96411"]),
    "a push beside an infusion": ([chemo("p", 0, 60), chemo_push("d")], ["96411", "96413"]),
    "one substance pushed twice counts once": ([chemo_push("d", 0), chemo_push("d", 90)], ["96409"]),
    "a second substance infused after the first": (
        [chemo("p", 0, 180), chemo("c", 180, 240)],
        ["96413", "96415 x2", "96417"],
    ),
    "its further hours too": (
        [chemo("p", 0, 200), chemo("c", 200, 300)],
        ["96413", "96415 x3", "96417"],
    ),
    "drugs before it are no initial service": (
        [infused("o", 0, 20), pushed("x"), chemo("p", 30, 90)],
        ["96367", "96375", "96413"],
    ),
    "nor where they ran longer": (
        [infused("o", 0, 200), chemo("p", 200, 220)],
        ["96366 x2", "96367", "96413"],
    ),
    "a push of it leads an infusion of another drug": (
        [infused("o", 0, 60), chemo_push("d", 70)],
        ["96367", "96409"],
    ),
    "a drug beside it": ([chemo("p", 0, 120), infused("l", 0, 120)], ["96368", "96413", "96415"]),
    "hydration before it": ([fluid(0, 60), chemo("p", 60, 120)], ["96361", "96413"]),
    "a pump that goes home, after an infusion and a push": (
        [chemo("o", 0, 120), chemo_push("f", 120), other("portable_pump")],
        ["96411", "96413", "96415", "96416"],
    ),
    "an injection": ([other("injection", hormonal=False)], ["96401"]),
    "an injection of a hormone": ([other("injection", hormonal=True)], ["96402"]),
    "a further site": (
        [chemo("p", 0, 60, by="port"), infused("a", 0, 60, by="hand")],
        ["96365-59", "96413"],
    ),
    "the site of chemotherapy leads, whatever came first": (
        [infused("a", 0, 60, by="hand"), chemo_push("d", 90, by="port")],
        ["96365-59", "96409"],
    ),
}
QUESTIONS = {
    "an injection, hormonal or not is not said": ([other("injection")], {("hormonal", 1)}),
    "into an artery": ([other("intra_arterial")], {("route", 1)}),
    "under the skin for an hour": (
        [infused("x", 0, 60, route="subcutaneous_infusion", category="chemotherapy")],
        {("route", 1)},
    ),
    "a pump that goes home, with another drug": (
        [other("portable_pump", category="therapeutic")],
        {("route", 1)},
    ),
    "a complex biologic": ([infused("r", 0, 60, category="complex_biologic")], {("category", 1)}),
    "one drug in two categories": (
        [chemo("m", 0, 60), infused("m", 60, 120)],
        {("category", 1), ("category", 2)},
    ),
    "two at the same time": ([chemo("c", 0, 60), chemo("p", 0, 60)], {("concurrent", 2)}),
    "no end": ([chemo("p", 0, None)], {("end", 1)}),
}


@pytest.mark.parametrize(("given", "expected"), RULES.values(), ids=RULES)
def test_rule(given, expected):
    billed, unanswered = answer(*given)
    assert (unanswered, codes(billed)) == ((), expected)


@pytest.mark.parametrize(("given", "expected"), QUESTIONS.values(), ids=QUESTIONS)
def test_question(given, expected):
    billed, unanswered = answer(*given)
    assert asked(unanswered) == expected
    assert billed == ()


def test_an_end_that_is_missing_makes_no_push_of_chemotherapy():
    _, unanswered = answer(chemo("p", 0, None), missing_stop="push")
    assert [each.element for each in unanswered] == ["infusion.end"]


@pytest.mark.parametrize(("site", "code"), [("chemotherapy", "96413"), ("therapeutic", "96365")])
def test_a_complex_biologic_is_what_the_site_says(site, code):
    billed, unanswered = answer(infused("r", 0, 60, category="complex_biologic"), complex_biologic=site)
    assert (unanswered, codes(billed)) == ((), [code])


@pytest.mark.parametrize("setting", [PROFESSIONAL, None])
def test_outside_a_facility_the_initial_service_is_asked_for(setting):
    given = (chemo("p", 0, 60), infused("o", 60, 120))
    assert answer(*given, setting=setting)[1]
    assert not answer(*given, setting=FACILITY)[1]
