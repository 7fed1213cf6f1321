"""A report is understood by its feed and the vocabulary."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.documentation import (
    BillingContext,
    DocumentedElement,
    Narrative,
    ProcedureReport,
    Reading,
    Source,
    Value,
)
from service.domain.event import Format
from service.domain.feed import ElementPaths, Feed
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import load_terms
from service.mapping.senses import Senses

MAPPINGS = Path(__file__).parents[3] / "mappings"
VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
TERMS = load_terms(MAPPINGS / "terms", VOCABULARY)
FEED = Feed(
    name="hill",
    format=Format.HL7V2,
    accepts=("ORU^R01",),
    each="OBR",
    elements=(
        ElementPaths("imaging.modality", ("OBX[3.1=IMG]-5",), {"fl": "fluoroscopy", "nd": ""}),
        ElementPaths("status", ("OBX[3.1=ST]-5", "OBR-25"), {"f": "completed", "x9": "cancelled"}, ("f",)),
    ),
)
SENSES = Senses(VOCABULARY, TERMS, FEED)
CHICAGO = replace(FEED, timezone="America/Chicago")


def reading(element: str, text: str, path: str = "OBX[1]-5") -> Reading:
    return Reading(element, text, Source(path, 0, len(text), text, "e1"))


def report(*readings: Reading, notes: tuple[str, ...] = ()) -> ProcedureReport:
    narratives = tuple(
        Narrative(text, Source(f"OBX[{n}]-5", 0, len(text), text, "e1")) for n, text in enumerate(notes, 7)
    )
    return ProcedureReport("order:A-77", "note", "20260310", readings, narratives)


def values(found: tuple[DocumentedElement, ...], name: str) -> list[tuple[Value, str]]:
    return [(each.value, each.origin) for each in found if each.name == name]


def said(*readings: Reading, feed: Feed = FEED, notes: tuple[str, ...] = ()) -> tuple[DocumentedElement, ...]:
    return Senses(VOCABULARY, TERMS, feed).understand(report(*readings, notes=notes)).elements


@pytest.mark.parametrize(
    ("element", "text", "expected"),
    [
        ("imaging.modality", "FL", "fluoroscopy"),  # the feed's own code
        ("imaging.modality", " fl ", "fluoroscopy"),
        ("imaging.modality", "c-arm", "fluoroscopy"),  # an alias of the vocabulary
        ("imaging.modality", "none", "none"),
        ("entry_levels", "L2/3", "L2-L3"),
        ("imaging.images_archived", "Y", True),
        ("planned_dwell_days", "3", 3),
        ("service_date", "20260310113000-0500", "2026-03-10"),
        ("service_date", "2026-03-10", "2026-03-10"),
        ("catheter.removed_at", "20260311081500-0500", "2026-03-11T08:15:00-05:00"),
    ],
)
def test_a_reading_becomes_a_value_of_the_vocabulary(element: str, text: str, expected: Value) -> None:
    assert values(said(reading(element, text)), element) == [(expected, "structured")]


@pytest.mark.parametrize("text", ["", "  ", '""', "ND"], ids=["empty", "blank", "deleted", "not documented"])
def test_what_says_nothing_documents_nothing(text: str) -> None:
    told = SENSES.understand(report(reading("imaging.modality", text)))
    assert (told.elements, told.unknown) == ((), ())


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("imaging.modality", "XR7"),
        ("entry_levels", "L2-L5"),
        ("service_date", "202603"),
        ("infusion.end", "20260311"),  # a day is not midnight
        ("catheter.removed_at", "202603110815"),  # no offset, and this feed has no time zone
    ],
)
def test_a_code_that_nobody_translates_is_reported_and_never_a_value(element: str, text: str) -> None:
    told = SENSES.understand(report(reading(element, text, "OBX[4]-5")))
    assert told.elements == ()
    assert [(each.element, each.text, each.source.path) for each in told.unknown] == [
        (element, text, "OBX[4]-5")
    ]


@pytest.mark.parametrize(
    ("element", "text", "unit", "is_read"),
    [
        ("drug.amount_mg", "40", "mg", True),
        ("drug.amount_mg", "40", "", True),
        ("drug.amount_mg", "1", "mL", False),
        ("wound.length_cm", "35", "mm", False),
        ("wound.length_cm", "3.5", "centimeters", True),
        ("sedation.minutes", "25", "MIN", True),
        ("sedation.minutes", "1", "h", False),
        ("encounter.patient_age_years", "30", "mo", False),
        ("imaging.modality", "fluoroscopy", "1", True),  # of which there is no unit
    ],
)
def test_a_quantity_in_another_unit_is_reported_and_never_a_value(
    element: str, text: str, unit: str, *, is_read: bool
) -> None:
    told = SENSES.understand(report(replace(reading(element, text), unit=unit)))
    assert [each.element for each in told.unknown] == ([] if is_read else [element])
    assert bool(values(told.elements, element)) == is_read


def test_a_clock_time_is_the_feeds_and_its_zone_is_documented() -> None:
    found = said(reading("catheter.removed_at", "202603110815"), feed=CHICAGO)
    assert values(found, "catheter.removed_at") == [("2026-03-11T08:15:00-05:00", "structured")]
    assert values(found, "encounter.tz") == [("America/Chicago", "fallback")]


def test_a_date_in_text_is_the_day_of_a_moment_whatever_the_clock() -> None:
    day = reading("service_date", "20260302")
    removed = "The epidural catheter was removed on 3/4/2026 at 08:30."
    assert values(said(day, notes=(removed,)), "catheter.removed_at") == [("2026-03-04", "narrative")]
    assert values(said(notes=(removed,)), "catheter.removed_at") == [("2026-03-04", "narrative")]


def test_a_time_in_text_is_of_the_day_of_service_by_the_feeds_clock() -> None:
    note = "Ceftriaxone was infused for therapy from 0910 to 1010."
    day = reading("service_date", "20260310")
    found = said(day, feed=CHICAGO, notes=(note,))
    assert values(found, "infusion.start") == [("2026-03-10T09:10:00-05:00", "narrative")]
    assert values(found, "infusion.end") == [("2026-03-10T10:10:00-05:00", "narrative")]
    assert not values(said(day, notes=(note,)), "infusion.start")  # by which clock?
    assert not values(said(feed=CHICAGO, notes=(note,)), "infusion.start")  # of which day?


def test_field_and_text_that_differ_both_stand() -> None:
    found = said(reading("imaging.modality", "FL"), notes=("No fluoroscopy was used.",))
    assert values(found, "imaging.modality") == [("fluoroscopy", "structured"), ("none", "narrative")]


def test_the_evidence_of_text_lies_in_its_own_field() -> None:
    (element,) = said(notes=("Unremarkable.", "Under fluoroscopy."))
    assert element.source == Source("OBX[8]-5", 0, 17, "Under fluoroscopy", "e1")


def test_a_fallback_stands_where_nothing_else_documents_the_element() -> None:
    assert values(said(reading("status", "F")), "status") == [("completed", "fallback")]


@pytest.mark.parametrize(
    ("readings", "notes", "expected"),
    [
        ((reading("status", "F"),), ("The procedure was aborted.",), [("aborted_after_start", "narrative")]),
        ((reading("status", "F"), reading("status", "X9")), (), [("cancelled", "structured")]),
    ],
    ids=["text", "field"],
)
def test_a_fallback_gives_way(
    readings: tuple[Reading, ...], notes: tuple[str, ...], expected: list[tuple[Value, str]]
) -> None:
    assert values(said(*readings, notes=notes), "status") == expected


def test_a_constant_holds_unless_the_message_says_otherwise() -> None:
    feed = replace(FEED, constants={"encounter.setting": "professional"})
    assert values(said(feed=feed), "encounter.setting") == [("professional", "fallback")]
    otherwise = said(reading("encounter.setting", "facility"), feed=feed)
    assert values(otherwise, "encounter.setting") == [("facility", "structured")]


def test_understanding_keeps_what_the_report_says_of_itself() -> None:
    context = BillingContext(patient_id="P1")
    told = replace(report(reading("imaging.modality", "ZZ")), context=context, certain=True, withdrawn=True)
    understood = SENSES.understand(told)
    assert (understood.document, understood.version, understood.context) == ("note", "20260310", context)
    assert (understood.certain, understood.withdrawn) == (True, True)
    assert [each.text for each in understood.unknown] == ["ZZ"]
