"""The reports of one procedure are put together."""

from dataclasses import replace

import pytest

from service.domain.documentation import (
    BillingContext,
    Documentation,
    DocumentedElement,
    Source,
    StatedCode,
    Value,
)
from service.mapping.documented.document import Understood, combine


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
