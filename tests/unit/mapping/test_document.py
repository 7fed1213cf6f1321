"""A report is understood by feed and vocabulary; the reports of one procedure are put together."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.documentation import (
    BillingContext,
    Documentation,
    DocumentedElement,
    Narrative,
    ProcedureReport,
    Reading,
    Source,
    StatedCode,
    Value,
)
from service.domain.event import Format
from service.domain.feed import ElementPaths, Feed
from service.mapping.document import Understood, combine, document, understand
from service.mapping.terms import load_terms
from service.mapping.vocabulary import read_vocabulary

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
    return document(VOCABULARY, TERMS, feed, report(*readings, notes=notes))[0]


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
    assert document(VOCABULARY, TERMS, FEED, report(reading("imaging.modality", text))) == ((), ())


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
    found, unknown = document(VOCABULARY, TERMS, FEED, report(reading(element, text, "OBX[4]-5")))
    assert found == ()
    assert [(each.element, each.text, each.source.path) for each in unknown] == [(element, text, "OBX[4]-5")]


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
    found, unknown = document(VOCABULARY, TERMS, FEED, report(replace(reading(element, text), unit=unit)))
    assert [each.element for each in unknown] == ([] if is_read else [element])
    assert bool(values(found, element)) == is_read


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


# ---- the reports of one procedure, together ------------------------------------------------------


def element(name: str, value: Value, origin: str = "structured") -> DocumentedElement:
    return DocumentedElement(name, value, Source(f"path of {name}"), origin)


def part(doc: str, version: str, *elements: DocumentedElement, **more: object) -> Understood:
    return replace(Understood(doc, version, BillingContext(), elements), **more)


def together(*parts: Understood) -> Documentation:
    return combine("order:A-77", parts)


FLUOROSCOPY = element("imaging.modality", "fluoroscopy")
ULTRASOUND = element("imaging.modality", "ultrasound")
LEFT = element("catheter.disposition", "left_indwelling")


def test_different_documents_add_to_each_other() -> None:
    found = together(part("report", "1", FLUOROSCOPY), part("note", "1", LEFT))
    assert found.values("imaging.modality") == ("fluoroscopy",)
    assert found.values("catheter.disposition") == ("left_indwelling",)


def test_documents_that_differ_both_stand() -> None:
    found = together(part("report", "1", FLUOROSCOPY), part("note", "1", ULTRASOUND))
    assert set(found.values("imaging.modality")) == {"fluoroscopy", "ultrasound"}


@pytest.mark.parametrize(
    "parts",
    [
        (part("note", "20260310", FLUOROSCOPY), part("note", "20260311", ULTRASOUND)),
        (part("note", "20260311", ULTRASOUND), part("note", "20260310", FLUOROSCOPY)),
        (part("note", "20260310", FLUOROSCOPY), part("note", "2026031009", ULTRASOUND)),
        (part("note", "20260310", FLUOROSCOPY), part("note", "20260310", ULTRASOUND)),
    ],
    ids=["in order", "out of order", "finer time", "same time: the last to arrive"],
)
def test_of_one_document_the_latest_version_counts(parts: tuple[Understood, ...]) -> None:
    assert together(*parts).values("imaging.modality") == ("ultrasound",)


def test_a_document_taken_back_says_nothing_any_more() -> None:
    found = together(
        part("report", "1", FLUOROSCOPY), part("note", "1", LEFT), part("note", "2", LEFT, withdrawn=True)
    )
    assert [each.name for each in found.elements] == ["imaging.modality"]
    assert not found.withdrawn


def test_a_procedure_is_withdrawn_when_all_its_documents_are() -> None:
    context = BillingContext(patient_id="P1")
    found = together(
        part("note", "1", LEFT, context=context), part("note", "2", context=context, withdrawn=True)
    )
    assert found.withdrawn
    assert found.elements == ()
    assert found.context.patient_id == "P1"


def test_a_document_sent_again_after_it_was_taken_back_counts() -> None:
    found = together(part("note", "2", withdrawn=True), part("note", "3", LEFT))
    assert not found.withdrawn
    assert found.values("catheter.disposition") == ("left_indwelling",)


REMOVED = element("catheter.disposition", "removed")


def test_a_document_that_another_replaces_says_nothing_any_more() -> None:
    found = together(part("D-1", "1", FLUOROSCOPY, LEFT), part("D-2", "2", REMOVED, replaces="D-1"))
    assert [each.name for each in found.elements] == ["catheter.disposition"]
    assert found.values("catheter.disposition") == ("removed",)


@pytest.mark.parametrize(
    ("parts", "stands"),
    [
        pytest.param([("D-2", "2", "D-1"), ("D-1", "1", "")], {"D-2"}, id="the replacement came first"),
        pytest.param([("D-1", "3", ""), ("D-2", "2", "D-1")], {"D-2"}, id="edited after it was replaced"),
        pytest.param([("D-1", "1", ""), ("D-2", "2", "D-1"), ("D-3", "3", "D-2")], {"D-3"}, id="a chain"),
        pytest.param(
            [("D-1", "1", ""), ("D-2", "2", "D-1"), ("D-2", "3", "")], {"D-2"}, id="edited in its turn"
        ),
        pytest.param([("D-2", "2", "D-1"), ("D-1", "3", "D-2")], {"D-1"}, id="put back in its place"),
        pytest.param([("D-1", "1", "D-1")], {"D-1"}, id="itself"),
        pytest.param([("D-2", "2", "D-1"), ("D-3", "1", "")], {"D-2", "D-3"}, id="another"),
    ],
)
def test_a_replaced_document_is_out(parts: list[tuple[str, str, str]], stands: set[str]) -> None:
    found = together(*(part(d, v, element("substances.name", d), replaces=r) for d, v, r in parts))
    assert set(found.values("substances.name")) == stands


def test_a_replacement_that_is_taken_back_does_not_bring_back_what_it_replaced() -> None:
    found = together(
        part("D-1", "1", LEFT), part("D-2", "2", replaces="D-1"), part("D-2", "3", withdrawn=True)
    )
    assert found.withdrawn


@pytest.mark.parametrize(
    ("issued", "stands"), [("4", ("left_indwelling",)), ("2", ())], ids=["after", "before"]
)
def test_what_was_issued_again_after_its_replacement_was_taken_back_counts(
    issued: str, stands: tuple[str, ...]
) -> None:
    found = together(
        part("D-2", "1", replaces="D-1"), part("D-2", "3", withdrawn=True), part("D-1", issued, LEFT)
    )
    assert found.values("catheter.disposition") == stands


@pytest.mark.parametrize(
    ("namespaces", "origins"),
    [
        (("pain", "pain"), {"structured"}),
        (("pain", ""), {"structured"}),
        (("pain", "lab"), {"conflict"}),
        (("pain", "", "lab"), {"conflict"}),
    ],
)
def test_a_number_that_two_namespaces_assigned_settles_nothing(
    namespaces: tuple[str, ...], origins: set[str]
) -> None:
    found = together(*(part(f"D-{n}", "1", LEFT, namespace=each) for n, each in enumerate(namespaces)))
    assert {each.origin for each in found.elements} == origins


def test_a_fallback_gives_way_to_another_document() -> None:
    completed = element("status", "completed", "fallback")
    aborted = element("status", "aborted_after_start", "narrative")
    assert together(part("report", "1", completed), part("note", "1", aborted)).values("status") == (
        "aborted_after_start",
    )


def test_of_each_field_of_the_context_the_latest_that_is_said_counts() -> None:
    found = together(
        part("report", "1", context=BillingContext(patient_id="P1", visit_number="V1", location="A")),
        part("note", "2", context=BillingContext(patient_id="P1", location="B")),
    )
    assert found.context == BillingContext(patient_id="P1", visit_number="V1", location="B")


def test_a_stated_code_counts_once_however_often_it_is_repeated() -> None:
    code = StatedCode("62323", (), "1", Source("FT1[1]-25"))
    other = StatedCode("62323", (), "1", Source("PR1[1]-3"))
    found = together(part("charge", "1", stated=(code,)), part("coding", "2", stated=(other,)))
    assert found.stated == (code,)
    assert not found.certain


def test_one_certain_document_makes_the_procedure_certain() -> None:
    assert together(part("note", "1"), part("charge", "1", certain=True)).certain


@pytest.mark.parametrize(
    ("elements", "ages"),
    [
        ((element("service_date", "2026-03-10"),), (5,)),
        ((element("service_date", "2026-03-10"), element("service_date", "2026-03-12")), ()),
        ((), ()),
        ((element("service_date", "2026-03-10"), element("encounter.patient_age_years", 44)), (44,)),
    ],
    ids=["computed", "day in dispute", "no day", "stated"],
)
def test_age_is_that_on_the_day_of_service(
    elements: tuple[DocumentedElement, ...], ages: tuple[int, ...]
) -> None:
    context = BillingContext(patient_birth_date="2020-03-11")
    found = together(part("note", "1", *elements, context=context))
    assert found.values("encounter.patient_age_years") == ages


def test_a_computed_age_names_all_that_it_rests_on() -> None:
    context = BillingContext(patient_birth_date="2020-03-11")
    found = together(part("note", "1", element("service_date", "2026-03-10"), context=context))
    (age,) = (each for each in found.elements if each.name == "encounter.patient_age_years")
    assert age.source.beside == "the date of birth"


def test_understanding_keeps_what_the_report_says_of_itself() -> None:
    context = BillingContext(patient_id="P1")
    told = replace(report(reading("imaging.modality", "ZZ")), context=context, certain=True, withdrawn=True)
    understood = understand(VOCABULARY, TERMS, FEED, told)
    assert (understood.document, understood.version, understood.context) == ("note", "20260310", context)
    assert (understood.certain, understood.withdrawn) == (True, True)
    assert [each.text for each in understood.unknown] == ["ZZ"]
