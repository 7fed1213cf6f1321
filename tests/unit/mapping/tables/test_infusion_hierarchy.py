"""What is billed of infusions, pushes and injections: each rule with the encounters that show it."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.mapping.tables.infusion import ROLES, Administration, Options, arrange
from tests.unit.mapping.encounters import (
    CODES,
    FACILITY,
    INITIAL,
    PROFESSIONAL,
    answer,
    asked,
    at,
    codes,
    fluid,
    infused,
    numbered,
    once,
    pushed,
    under_skin,
)

RULES = {
    # ---- how long is an infusion -----------------------------------------------------------------------
    "an infusion of 15 minutes is a push": ([infused("a", 0, 15)], ["96374"]),
    "one of 16 minutes is an infusion": ([infused("a", 0, 16)], ["96365"]),
    "the first hour reaches to minute 90": ([infused("a", 0, 90)], ["96365"]),
    "a further hour begins with minute 91": ([infused("a", 0, 91)], ["96365", "96366"]),
    "and reaches to minute 150": ([infused("a", 0, 150)], ["96365", "96366"]),
    "the next one begins with minute 151": ([infused("a", 0, 151)], ["96365", "96366 x2"]),
    "the minutes of one drug add up": ([infused("a", 0, 60), infused("A ", 300, 360)], ["96365", "96366"]),
    "two bags of one drug at once are one infusion": (
        [infused("a", 0, 60), infused("a", 0, 60)],
        ["96365"],
    ),
    # ---- several drugs ---------------------------------------------------------------------------------
    "another drug afterwards is sequential": (
        [infused("a", 0, 60), infused("b", 60, 120)],
        ["96365", "96367"],
    ),
    "another drug of 15 minutes is a push": ([infused("a", 0, 60), infused("b", 60, 75)], ["96365", "96375"]),
    "another drug of 16 minutes is sequential": (
        [infused("a", 0, 60), infused("b", 60, 76)],
        ["96365", "96367"],
    ),
    "its further hours count too": (
        [infused("a", 0, 100), infused("b", 100, 191)],
        ["96365", "96366 x2", "96367"],
    ),
    "a drug is sequential once, its minutes add up": (
        [infused("a", 0, 90), infused("b", 90, 140), infused("b", 200, 239)],
        ["96365", "96367"],
    ),
    "its minutes add up to a further hour": (
        [infused("a", 0, 150), infused("b", 150, 200), infused("b", 200, 241)],
        ["96365", "96366 x2", "96367"],
    ),
    "two further drugs are two": (
        [infused("a", 0, 60), infused("b", 60, 90), infused("c", 90, 120)],
        ["96365", "96367 x2"],
    ),
    "another drug at the same time is concurrent": (
        [infused("a", 0, 60), infused("b", 10, 50)],
        ["96365", "96368"],
    ),
    "concurrent is once an encounter, without hours": (
        [infused("a", 0, 300), infused("b", 10, 250), infused("c", 10, 290)],
        ["96365", "96366 x4", "96368"],
    ),
    "one that ran on for 15 minutes was concurrent": (
        [infused("a", 0, 60), infused("b", 30, 75)],
        ["96365", "96368"],
    ),
    "marked as alone, the time beside the other is the other's": (
        [infused("a", 0, 200), infused("b", 140, 300, concurrent=False)],
        ["96365", "96366 x3", "96367"],
    ),
    # ---- hydration -------------------------------------------------------------------------------------
    "hydration of 30 minutes is nothing": ([fluid(0, 30)], []),
    "hydration of 31 minutes": ([fluid(0, 31)], ["96360"]),
    "hydration of 90 minutes": ([fluid(0, 90)], ["96360"]),
    "hydration of 91 minutes": ([fluid(0, 91)], ["96360", "96361"]),
    "hydration of 151 minutes": ([fluid(0, 151)], ["96360", "96361 x2"]),
    "hydration beside a drug is nothing": ([infused("a", 0, 60), fluid(0, 60)], ["96365"]),
    "only its own minutes count, 30": ([infused("a", 0, 60), fluid(0, 90)], ["96365"]),
    "only its own minutes count, 31": ([infused("a", 0, 60), fluid(0, 91)], ["96365", "96361"]),
    "only its own minutes count, 91": ([infused("a", 0, 60), fluid(0, 151)], ["96365", "96361 x2"]),
    "its minutes before and after add up": ([infused("a", 20, 60), fluid(0, 80)], ["96365", "96361"]),
    "hydration after a push": ([pushed("a"), fluid(0, 60)], ["96374", "96361"]),
    "a drug infused for 15 minutes still takes its minutes": (
        [infused("a", 0, 15), fluid(0, 45)],
        ["96374"],
    ),
    # ---- pushes ----------------------------------------------------------------------------------------
    "one push": ([pushed("a")], ["96374"]),
    "each further drug": ([pushed("a"), pushed("b"), pushed("c")], ["96374", "96375 x2"]),
    "an infusion comes before a push that was first": (
        [pushed("a", 0), infused("b", 10, 40)],
        ["96365", "96375"],
    ),
    "the same drug 30 minutes later is nothing": ([pushed("a", 0), pushed("a", 30)], ["96374"]),
    "the same drug 31 minutes later": ([pushed("a", 0), pushed("a", 31)], ["96374", "96376"]),
    "the time counts from a push that is reported": (
        [pushed("a", 0), pushed("a", 25), pushed("a", 50)],
        ["96374", "96376"],
    ),
    "a bolus before the infusion of a drug is nothing": ([pushed("a", 0), infused("a", 5, 65)], ["96365"]),
    "a push 31 minutes after its infusion is a repeat": (
        [infused("a", 0, 60), pushed("a", 91)],
        ["96365", "96376"],
    ),
    # ---- outside of the hierarchy ----------------------------------------------------------------------
    "injections count each": ([once("injection"), once("injection"), pushed("a")], ["96372 x2", "96374"]),
    "given into an artery, each": ([once("intra_arterial"), once("intra_arterial")], ["96373 x2"]),
    "an on-body injector is once": ([once("on_body_injector"), once("on_body_injector")], ["96377"]),
    "under the skin, 15 minutes": ([under_skin("a", 0, 15)], ["96372"]),
    "under the skin, 16 minutes": ([under_skin("a", 0, 16)], ["96369"]),
    "under the skin, 91 minutes": (
        [under_skin("a", 0, 91), infused("b", 0, 60)],
        ["96365", "96369", "96370"],
    ),
    "a further pump under the skin is once": (
        [replace(under_skin(drug, 0, 60), further_pump=True) for drug in ("a", "b")],
        ["96369", "96371"],
    ),
    # ---- access sites ----------------------------------------------------------------------------------
    "two sites, two initial services": (
        [infused("a", 0, 60, by="left arm"), infused("b", 0, 60, by="port")],
        ["96365", "96365-59"],
    ),
    "the second is the one of lower rank": (
        [pushed("a", 0, by="left arm"), infused("b", 10, 60, by="port")],
        ["96365", "96374-59"],
    ),
    "hydration at a site of its own": (
        [infused("a", 0, 60, by="left arm"), fluid(0, 60, by="port")],
        ["96360-59", "96365"],
    ),
    "one site, written in two ways of spacing": (
        [infused("a", 0, 60, by="Left arm"), infused("b", 60, 90, by="left  arm")],
        ["96365", "96367"],
    ),
    "at once by two sites, a drug is not pushed again": (
        [pushed("a", 0, by="left arm"), pushed("a", 31, by="left arm"), pushed("a", 31, by="port")],
        ["96374", "96374-59"],
    ),
    "a drug is new once an encounter": (
        [
            infused("a", 0, 60, by="left arm"),
            infused("b", 0, 60, by="port"),
            pushed("c", 10, by="port"),
            pushed("c", 20, by="left arm"),
        ],
        ["96365", "96365-59", "96375"],
    ),
}


@pytest.mark.parametrize(("several", "expected"), RULES.values(), ids=RULES)
def test_a_rule_in_a_facility(several, expected):
    billed, unanswered = answer(*several)
    assert unanswered == ()
    assert codes(billed) == sorted(expected)


QUESTIONS = {
    "no end": ([infused("a", 0, None)], {("end", 1)}),
    "no start": ([infused("a", None, 60)], {("start", 1)}),
    "an end before the start": ([infused("a", 60, 0)], {("end", 1)}),
    "no minute between them": ([infused("a", 60, 60)], {("end", 1)}),
    "no route": ([once(None), pushed("a")], {("route", 1)}),
    "no category": ([infused("a", 0, 60, category=None), once("injection")], {("category", 1)}),
    "hydration that was pushed": (
        [infused("saline", 0, 60, route="push", category="hydration")],
        {("category", 1)},
    ),
    "no drug beside another": ([pushed(None), pushed("a")], {("drug", 1)}),
    "a site for one of two": ([pushed("a", by="port"), pushed("b")], {("access", 2)}),
    "no time of a push whose drug came twice": ([pushed("a", 0), pushed("a"), pushed("b")], {("start", 2)}),
    "no time of a push whose drug was infused": ([infused("a", 0, 60), pushed("a")], {("start", 2)}),
    "partly beside another drug, partly alone": (
        [infused("a", 0, 60), infused("b", 40, 90)],
        {("concurrent", 2)},
    ),
    "hardly beside another drug": ([infused("a", 0, 60), infused("b", 50, 80)], {("concurrent", 2)}),
    "half beside another drug": ([infused("a", 0, 60), infused("b", 45, 75)], {("concurrent", 2)}),
    "no time of a push, with two sites and a drug by both": (
        [pushed("a", 0, by="port"), pushed("a", 60, by="left arm"), pushed("b", by="left arm")],
        {("start", 3)},
    ),
    "marked as concurrent with nothing": ([infused("a", 0, 60, concurrent=True)], {("concurrent", 1)}),
    "marked as alone, and ran beside": (
        [infused("a", 0, 60), infused("b", 10, 50, concurrent=False)],
        {("concurrent", 2)},
    ),
    "the long one marked as alone": (
        [infused("a", 0, 60, concurrent=False), infused("b", 10, 50)],
        {("concurrent", 1)},
    ),
    "no end under the skin": ([under_skin("a", 0, None), once("injection")], {("end", 1)}),
}


@pytest.mark.parametrize(("several", "expected"), QUESTIONS.values(), ids=QUESTIONS)
def test_what_is_not_documented_is_asked_and_not_billed(several, expected):
    billed, unanswered = answer(*several)
    assert asked(unanswered) == expected
    assert billed == ()


def test_what_does_not_hang_on_a_question_is_billed():
    billed, _ = answer(infused("a", 0, None), once("injection"), under_skin("b", 0, 60))
    assert codes(billed) == ["96369", "96372"]
    billed, _ = answer(infused("a", 0, 60), under_skin("b", 0, None), once("on_body_injector"))
    assert codes(billed) == ["96365", "96377"]


@pytest.mark.parametrize(("concurrent", "expected"), [(True, "96368"), (False, "96367")])
def test_partly_beside_a_drug_what_is_documented_decides(concurrent, expected):
    # 6:00 to 7:30, and the long one from 7:00 to 16:00: the time beside each other counts once.
    billed, unanswered = answer(infused("a", 0, 90, concurrent=concurrent), infused("b", 60, 600))
    assert unanswered == ()
    assert codes(billed) == ["96365", "96366 x8", expected]


def test_a_site_that_does_not_matter_is_not_asked():
    assert codes(answer(pushed("a", by="port"), fluid(0, 20))[0]) == ["96374"]
    assert codes(answer(pushed("a", by="port"), once("injection"))[0]) == ["96372", "96374"]


@pytest.mark.parametrize(
    ("several", "element"),
    [
        ((infused("a", 0, 60), infused("b", 60, 90)), "infusion.access"),
        ((infused("a", 0, 60), infused("b", 10, 50)), "infusion.concurrent"),
    ],
)
def test_what_could_be_left_out_is_asked_for_when_it_is_disputed(several, element):
    assert answer(*several)[1] == ()
    _, unanswered = answer(*several, disputed={(2, element)})
    assert (element, 2, True) in {(each.element, each.number, each.conflict) for each in unanswered}


def test_short_hydration_is_asked_for_no_site_but_a_long_one_is():
    assert asked(answer(pushed("a", by="port"), fluid(0, 31))[1]) == {("access", 2)}


# ---- the setting -----------------------------------------------------------------------------------------
MIXED = (pushed("a", 0), infused("b", 10, 60))
TWICE = (pushed("a", 0), pushed("a", 60))


def test_a_professional_chooses_by_the_reason_for_the_visit():
    assert answer(*MIXED, setting=PROFESSIONAL)[0] == ()
    assert asked(answer(*MIXED, setting=PROFESSIONAL)[1]) == {("category", 2)}
    by_hierarchy = answer(*MIXED, setting=PROFESSIONAL, professional_by_hierarchy=True)
    assert codes(by_hierarchy[0]) == ["96365", "96375"]


def test_a_professional_reports_no_push_again_whenever_it_was():
    billed, unanswered = answer(pushed("a"), pushed("a"), setting=PROFESSIONAL)
    assert (codes(billed), unanswered) == (["96374"], ())
    assert billed[0].numbers == (1, 2)
    assert "for a professional" in billed[0].because


@pytest.mark.parametrize("several", [MIXED, TWICE], ids=["mixed", "twice"])
def test_no_setting_is_asked_for_where_it_decides(several):
    billed, unanswered = answer(*several, setting=None, disputed={(0, "encounter.setting")})
    assert billed == ()
    assert [(each.element, each.number, each.conflict) for each in unanswered] == [
        ("encounter.setting", 0, True)
    ]


@pytest.mark.parametrize(
    "several", [(infused("a", 0, 60), infused("b", 60, 90)), (pushed("a", 0), pushed("a", 20))]
)
def test_no_setting_is_asked_for_where_it_does_not(several):
    assert answer(*several, setting=None) == answer(*several)


# ---- what a site settles ---------------------------------------------------------------------------------
def test_an_infusion_without_an_end_may_count_as_a_push():
    assert codes(answer(infused("a", 0, None), missing_stop="push")[0]) == ["96374"]


@pytest.mark.parametrize("given_", [infused("a", None, None), fluid(0, None), under_skin("a", 0, None)])
def test_but_not_one_without_a_start_or_hydration_or_under_the_skin(given_):
    billed, unanswered = answer(given_, missing_stop="push")
    assert billed == ()
    assert ("end", 1) in asked(unanswered)


def test_nor_one_with_two_ends():
    _, unanswered = answer(infused("a", 0, None), missing_stop="push", disputed={(1, "infusion.end")})
    assert [(each.element, each.conflict) for each in unanswered] == [("infusion.end", True)]


def test_stretches_of_hydration_may_count_each_for_itself():
    several = infused("a", 20, 60), fluid(0, 80)
    assert codes(answer(*several)[0]) == ["96361", "96365"]
    assert codes(answer(*several, hydration_adds_up=False)[0]) == ["96365"]


# ---- time, reasons, order --------------------------------------------------------------------------------
def test_midnight_does_not_matter():
    assert codes(answer(infused("a", 15 * 60, 17 * 60 + 31))[0]) == ["96365", "96366 x2"]


def test_the_change_of_the_clocks_does_not_matter():
    zone = ZoneInfo("America/Chicago")
    start = datetime(2026, 11, 1, 0, 30, tzinfo=zone)
    end = datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=zone)  # one hour by the wall, two by the clock
    billed, _ = answer(replace(infused("a", 0, 1), start=start, end=end))
    assert codes(billed) == ["96365", "96366"]


def test_a_started_minute_does_not_count():
    long = replace(infused("a", 0, 15), end=at(15) + timedelta(seconds=59))
    assert codes(answer(long)[0]) == ["96374"]


def test_each_line_says_why_and_what_is_not_billed():
    billed, _ = answer(infused("heparin", 0, 100), pushed("Zofran", 5), pushed("zofran", 10), fluid(80, 120))
    assert [(line.role, line.numbers, line.because) for line in billed] == [
        (
            "therapeutic_infusion_initial",
            (1, 4),
            "heparin ran 100 minutes: the initial service; hydration of 20 minutes by itself is not reported",
        ),
        ("therapeutic_infusion_hour", (1,), "heparin ran 100 minutes: 1 further hour"),
        (
            "push_sequential",
            (2, 3),
            "Zofran was pushed: a further drug; zofran pushed again is not reported within 30 minutes",
        ),
    ]


def test_the_roles_are_those_that_a_table_gives_codes():
    assert set(ROLES) == set(CODES)


# ---- any encounter ---------------------------------------------------------------------------------------
MOMENTS = st.sampled_from([0, 10, 15, 16, 30, 31, 60, 61, 75, 90, 91, 120, 150, 151, 240])
DRUGS = st.sampled_from(["a", "b", "c"])
SITES = st.sampled_from(["left arm", "port"])


@st.composite
def administrations(draw, access=SITES):
    start, length = draw(MOMENTS), draw(MOMENTS.filter(bool))
    one = draw(st.sampled_from(["infusion", "infusion", "fluid", "push", "push", "other"]))
    if one == "other":
        route = draw(
            st.sampled_from(["injection", "subcutaneous_infusion", "intra_arterial", "on_body_injector"])
        )
        return infused(draw(DRUGS), start, start + length, route=route)
    concurrent = draw(st.sampled_from([None, None, True, False]))
    if one == "fluid":
        return fluid(start, start + length, by=draw(access), concurrent=concurrent)
    category = draw(st.sampled_from(["therapeutic", "therapeutic", "chemotherapy"]))
    if one == "push":
        moment = draw(st.sampled_from([start, None]))
        return pushed(draw(DRUGS), moment, by=draw(access), category=category)
    return infused(
        draw(DRUGS), start, start + length, by=draw(access), category=category, concurrent=concurrent
    )


ENCOUNTERS = st.one_of(
    st.lists(administrations(), max_size=5), st.lists(administrations(access=st.none()), max_size=5)
).map(numbered)
SETTINGS = st.sampled_from([FACILITY, PROFESSIONAL, None])
OPTIONS = st.builds(Options, professional_by_hierarchy=st.booleans(), hydration_adds_up=st.booleans())
ADDED = ("96361", "96366", "96367", "96368", "96375", "96376", "96411", "96415", "96417")
FIELDS = [field.name for field in fields(Administration) if field.name != "number"]


@given(ENCOUNTERS, SETTINGS, OPTIONS, st.randoms())
@settings(deadline=None, max_examples=300)
def test_the_order_of_the_input_does_not_matter(several, setting, options, random):
    shuffled = random.sample(several, len(several))
    assert arrange(shuffled, setting=setting, options=options) == arrange(
        several, setting=setting, options=options
    )


@given(ENCOUNTERS, SETTINGS, OPTIONS, st.randoms())
@settings(deadline=None, max_examples=300)
def test_nor_do_the_numbers_change_a_code(several, setting, options, random):
    other = numbered(random.sample(several, len(several)))
    before, after = (arrange(each, setting=setting, options=options) for each in (several, other))
    assert codes(before[0]) == codes(after[0])


def with_one_missing(several, setting):
    """Every way in which one documented value could be missing, and its place."""
    for place, each in enumerate(several):
        for name in FIELDS:
            if getattr(each, name) is not None:
                poorer = [*several[:place], replace(each, **{name: None}), *several[place + 1 :]]
                yield poorer, setting, (each.number, f"infusion.{name}")
    if setting:
        yield several, None, (0, "encounter.setting")


@given(ENCOUNTERS, SETTINGS, OPTIONS)
@settings(deadline=None, max_examples=400)
def test_a_value_that_is_missing_or_disputed_is_asked_for_or_changes_nothing(several, setting, options):
    billed, unanswered = arrange(several, setting=setting, options=options)
    if unanswered:
        return
    for poorer, its_setting, missing in with_one_missing(several, setting):
        less, questions = arrange(poorer, setting=its_setting, options=options)
        assert questions or codes(less) == codes(billed), missing
        less, questions = arrange(poorer, setting=its_setting, options=options, disputed=frozenset({missing}))
        assert questions or codes(less) == codes(billed), missing
        assert all(each.conflict for each in questions if (each.number, each.element) == missing)


@given(ENCOUNTERS, SETTINGS, OPTIONS)
@settings(deadline=None, max_examples=300)
def test_what_is_billed_hangs_together(several, setting, options):
    billed, unanswered = arrange(several, setting=setting, options=options)
    if unanswered:
        return
    found = codes(billed)
    initial = [code for code in found if code.startswith(INITIAL)]
    assert len([code for code in initial if "-59" not in code]) == bool(initial)
    assert len(initial) <= len({each.access for each in several if each.route in ("infusion", "push")})
    added = [code for code in found if code[:5] in ADDED]
    assert initial or not added
    stand = {number for line in billed for number in line.numbers}
    given_as = ("therapeutic", "chemotherapy")
    assert stand >= {each.number for each in several if each.category in given_as}
