"""ChargeItem: an approved charge, as a FHIR billing server takes it."""

from dataclasses import replace

import pytest
from fhirclient.models.bundle import Bundle
from fhirclient.models.chargeitem import ChargeItem

from service.domain.charge import Charge, ChargeKind
from service.domain.codes import DiagnosisCode, Modifier, ProcedureCode
from service.domain.documentation import BillingContext
from service.domain.errors import PostingRefused
from service.fhir import build_charge_item, transaction_of

CPT, HCPCS = "http://www.ama-assn.org/go/cpt", "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
CHARGE = Charge(
    key="7K3M9QX2B4ZD",
    facility="main",
    code=ProcedureCode("62323"),
    units=2,
    service_date="2026-03-02",
    context=BillingContext(
        patient_id="700123",
        patient_id_authority="urn:example:mrn",
        visit_number="9001",
        account_number="A-5",
        performer_id="PR-204",
        patient_reference="Patient/testperson-1",
        encounter_reference="Encounter/visit-9001",
    ),
    modifiers=(Modifier("59"), Modifier("RT")),
    diagnoses=(DiagnosisCode("M54.16"), DiagnosisCode("M48.061")),
    approved_by="coder-1",
)


def build(charge=CHARGE):
    return build_charge_item(charge, identifier_system="urn:test")


def test_everything_that_billing_needs_is_in_the_charge_item():
    assert build() == {
        "resourceType": "ChargeItem",
        "identifier": [{"system": "urn:test", "value": "7K3M9QX2B4ZD"}],
        "status": "billable",
        "code": {
            "coding": [
                {"system": CPT, "code": "62323"},
                {"system": CPT, "code": "59"},
                {"system": HCPCS, "code": "RT"},
            ]
        },
        "subject": {
            "reference": "Patient/testperson-1",
            "identifier": {"value": "700123", "system": "urn:example:mrn"},
            "type": "Patient",
        },
        "context": {
            "reference": "Encounter/visit-9001",
            "identifier": {"value": "9001"},
            "type": "Encounter",
        },
        "account": [{"identifier": {"value": "A-5"}, "type": "Account"}],
        "occurrenceDateTime": "2026-03-02",
        "quantity": {"value": 2},
        "performer": [{"actor": {"identifier": {"value": "PR-204"}, "type": "Practitioner"}}],
        "enterer": {"display": "coder-1"},
        "reason": [
            {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M54.16"}]},
            {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M48.061"}]},
        ],
    }


def test_fhirclient_reads_it_and_gives_the_same_back():
    assert ChargeItem(build()).as_json() == build()


def test_what_is_not_documented_is_left_out():
    bare = replace(
        CHARGE,
        context=BillingContext(patient_id="700123", account_number="A-5"),
        modifiers=(),
        diagnoses=(),
        approved_by="",
    )
    item = build(bare)
    assert item["subject"] == {"identifier": {"value": "700123"}, "type": "Patient"}
    assert not {"context", "performer", "enterer", "reason"} & item.keys()
    assert ChargeItem(item).as_json() == item


@pytest.mark.parametrize(
    ("code", "system"),
    [("62323", CPT), ("0213T", CPT), ("J1030", HCPCS)],
)
def test_a_code_goes_out_under_the_system_that_it_is_of(code, system):
    assert build(replace(CHARGE, code=ProcedureCode(code)))["code"]["coding"][0] == {
        "system": system,
        "code": code,
    }


@pytest.mark.parametrize(
    ("modifier", "system"), [("59", CPT), ("8P", CPT), ("P3", CPT), ("PT", HCPCS), ("XS", HCPCS)]
)
def test_a_modifier_goes_out_under_the_system_that_it_is_of(modifier, system):
    codings = build(replace(CHARGE, modifiers=(Modifier(modifier),)))["code"]["coding"]
    assert codings[1:] == [{"system": system, "code": modifier}]


def test_a_visit_may_be_known_by_its_reference_alone():
    context = replace(CHARGE.context, visit_number="")
    assert build(replace(CHARGE, context=context))["context"] == {
        "reference": "Encounter/visit-9001",
        "type": "Encounter",
    }


def test_an_authority_that_is_no_uri_assigns_the_patient_id():
    context = replace(CHARGE.context, patient_id_authority="NORTH")
    identifier = build(replace(CHARGE, context=context))["subject"]["identifier"]
    assert identifier == {"value": "700123", "assigner": {"display": "NORTH"}}


def test_a_credit_is_the_charges_own_item_entered_in_error():
    credit = build(replace(CHARGE, key="OTHERKEY", kind=ChargeKind.CREDIT, reverses=CHARGE.key))
    assert credit == {**build(), "status": "entered-in-error"}
    with pytest.raises(PostingRefused, match="which charge it takes back"):
        build(replace(CHARGE, kind=ChargeKind.CREDIT))


def test_r5_calls_the_visit_encounter():
    r4, r5 = build(), build_charge_item(CHARGE, identifier_system="urn:test", version="R5")
    assert r5 == {("encounter" if name == "context" else name): value for name, value in r4.items()}


def test_a_transaction_creates_each_item_on_its_own_condition():
    other = build(replace(CHARGE, key="OTHERKEY"))
    bundle = transaction_of([build(), other])
    requests = [entry["request"] for entry in bundle["entry"]]
    assert [request["ifNoneExist"] for request in requests] == [
        f"identifier=urn:test|{CHARGE.key}",
        "identifier=urn:test|OTHERKEY",
    ]
    assert {(request["method"], request["url"]) for request in requests} == {("POST", "ChargeItem")}
    assert len({entry["fullUrl"] for entry in bundle["entry"]}) == 2
    assert Bundle(bundle)


def test_a_charge_that_makes_no_charge_item_is_refused_without_quoting_it():
    charge = replace(CHARGE)
    object.__setattr__(charge, "service_date", "the day of Testperson")  # the domain refuses it at birth
    with pytest.raises(PostingRefused) as error:
        build(charge)
    assert "Testperson" not in str(error.value)
