"""What is said to a server that takes charges by operations of its own."""

from dataclasses import replace

import pytest
from fhirclient.models.chargeitem import ChargeItem
from fhirclient.models.parameters import Parameters

from service.domain.charge import ChargeKind
from service.domain.errors import PostingRefused
from service.fhir.millennium import (
    CREATE,
    CREDIT,
    MODIFY,
    KeyAttribute,
    MillenniumSite,
    about,
    call_of,
    items_of,
)
from tests.unit.fhir.test_charge_item import CHARGE

TENANT = "https://fhir.cerner.com/T1"
EXTENSION = "https://fhir-ehr.cerner.com/r4/StructureDefinition/"
SITE = MillenniumSite(
    "T1", {"CPT": "615214", "MODIFIER": "3692", "HCPCS": ""}, KeyAttribute("17", "Charge key")
)
NAMELESS = MillenniumSite("T1", {})
CREDIT_OF_IT = replace(CHARGE, key="CREDITKEY", kind=ChargeKind.CREDIT, reverses=CHARGE.key)
IN_ITS_PLACE = replace(CHARGE, key="NEWKEY", units=1, replaces=CHARGE.key)
ITEM = {"resourceType": "ChargeItem", "id": "77", "meta": {"versionId": "2"}, "status": "billable"}


def named(call):
    return {each["name"]: each for each in call.parameters["parameter"]}


def item_of(call):
    return named(call)["chargeItem"]["resource"]


def extensions(element, name):
    return [each for each in element["extension"] if each["url"] in (name, f"{EXTENSION}{name}")]


def kept(*keys, **more):
    """An item that keeps our key, as such a server shows it."""
    parts = [
        {"url": "custom-attribute-name", "id": "17", "valueString": "Charge key"},
        *({"url": "custom-attribute-value", "valueString": key} for key in keys),
    ]
    return {**ITEM, "extension": [{"url": f"{EXTENSION}custom-attribute", "extension": parts}], **more}


def offset(item):
    by = {"url": f"{EXTENSION}offset-by", "valueReference": {"reference": "ChargeItem/78"}}
    return {**item, "extension": [*item["extension"], by]}


def test_a_charge_is_created_under_one_bill_code_of_the_site():
    call = call_of([CHARGE], SITE)
    assert (call.operation, call.key, call.takes_back) == (CREATE, CHARGE.key, "")
    (coding,) = item_of(call)["code"]["coding"]
    assert (coding["system"], coding["code"]) == (f"{TENANT}/CodeSystem/BillCodes-CPT", "62323")
    (schedule,) = extensions(coding, "bill-code-schedule")
    assert schedule["valueCoding"] == {"system": f"{TENANT}/codeSet/14002", "code": "615214"}


def test_modifiers_stand_at_the_item_where_they_are_read_and_in_their_order():
    modifiers = extensions(item_of(call_of([CHARGE], SITE)), "modifier-code")
    codes = [extensions(each, "code")[0]["valueCodeableConcept"]["coding"][0] for each in modifiers]
    assert [(code["system"], code["code"]) for code in codes] == [
        (f"{TENANT}/CodeSystem/BillCodes-MODIFIER", "59"),
        (f"{TENANT}/CodeSystem/BillCodes-MODIFIER", "RT"),
    ]
    assert [extensions(each, "priority")[0]["valueUnsignedInt"] for each in modifiers] == [1, 2]


def test_diagnoses_keep_their_order():
    reasons = item_of(call_of([CHARGE], SITE))["reason"]
    assert [each["coding"][0]["code"] for each in reasons] == ["M54.16", "M48.061"]
    assert [extensions(each, "priority")[0]["valueUnsignedInt"] for each in reasons] == [1, 2]


def test_the_item_keeps_our_key_where_the_site_has_an_attribute_for_it():
    (attribute,) = extensions(item_of(call_of([CHARGE], SITE)), "custom-attribute")
    name, value = attribute["extension"]
    assert (name["id"], name["valueString"], value["valueString"]) == ("17", "Charge key", CHARGE.key)
    assert not extensions(item_of(call_of([CHARGE], NAMELESS)), "custom-attribute")


@pytest.mark.parametrize("charges", [[CHARGE], [CREDIT_OF_IT, IN_ITS_PLACE]], ids=["create", "modify"])
def test_fhirclient_reads_what_is_sent(charges):
    call = call_of(charges, SITE)
    assert ChargeItem(item_of(call)).as_json() == item_of(call)
    assert Parameters(about(call, ITEM) if call.takes_back else call.parameters)


def test_a_repeat_has_the_same_transaction_and_nothing_else_has():
    calls = [[CHARGE], [IN_ITS_PLACE], [CREDIT_OF_IT], [CREDIT_OF_IT, IN_ITS_PLACE]]
    first, again = (
        [named(call_of(each, SITE))["transactionId"]["valueUuid"] for each in calls] for _ in "12"
    )
    assert first == again
    assert len(set(first)) == len(calls)


def test_a_credit_is_of_the_item_as_it_was_seen():
    call = call_of([CREDIT_OF_IT], SITE)
    assert (call.operation, call.key, call.takes_back) == (CREDIT, "", CHARGE.key)
    said = {each["name"]: each for each in about(call, ITEM)["parameter"]}
    assert said["versionId"]["valueId"] == "2"
    assert said["subject"]["valueReference"] == {"reference": "Patient/testperson-1"}
    assert said["context"]["valueReference"] == {"reference": "Encounter/visit-9001"}
    unversioned = {**ITEM, "meta": None}
    assert "versionId" not in {each["name"] for each in about(call, unversioned)["parameter"]}


def test_a_credit_names_its_patient_or_is_for_a_person():
    without = replace(CREDIT_OF_IT, context=replace(CREDIT_OF_IT.context, patient_reference=""))
    with pytest.raises(PostingRefused, match=r"^ChargeItem\.subject: "):
        call_of([without], SITE)


def test_two_credits_are_no_correction():
    another = replace(CREDIT_OF_IT, key="CREDITKEY2", reverses="NEWKEY", replaces=CHARGE.key)
    with pytest.raises(PostingRefused, match="only a credit and the charge in its place"):
        call_of([CREDIT_OF_IT, another], SITE)


def test_a_correction_puts_its_charge_in_the_place_of_the_item_as_it_was_seen():
    call = call_of([CREDIT_OF_IT, IN_ITS_PLACE], SITE)
    assert (call.operation, call.key, call.takes_back) == (MODIFY, "NEWKEY", CHARGE.key)
    _transaction, told = about(call, ITEM)["parameter"]
    (replacing,) = extensions(told["resource"], "replacing")
    assert replacing["valueReference"] == {"reference": "ChargeItem/77"}
    assert extensions(replacing, "item-version")[0]["valueId"] == "2"
    assert told["resource"]["quantity"] == {"value": 1}


@pytest.mark.parametrize(
    ("charges", "site"),
    [
        ([CREDIT_OF_IT], NAMELESS),
        ([CREDIT_OF_IT, IN_ITS_PLACE], NAMELESS),
        ([CREDIT_OF_IT, replace(IN_ITS_PLACE, replaces="OTHER")], SITE),
        ([CREDIT_OF_IT, replace(IN_ITS_PLACE, replaces="")], SITE),
        (
            [CREDIT_OF_IT, replace(IN_ITS_PLACE, context=replace(CHARGE.context, encounter_reference="E/2"))],
            SITE,
        ),
        ([CHARGE, IN_ITS_PLACE], SITE),
        ([CREDIT_OF_IT, IN_ITS_PLACE, CHARGE], SITE),
        ([replace(CHARGE, context=replace(CHARGE.context, encounter_reference=""))], SITE),
    ],
    ids=[
        "no key",
        "no key to modify by",
        "of another",
        "of none",
        "elsewhere",
        "two",
        "three",
        "no encounter",
    ],
)
def test_what_the_operations_cannot_say_is_not_said(charges, site):
    with pytest.raises(PostingRefused):
        call_of(charges, site)


def test_the_items_of_a_charge_are_those_that_keep_its_key_and_stand():
    mine, others, nameless = kept("K1"), kept("K2"), ITEM
    assert items_of([nameless, others, mine], "K1", SITE) == ([mine], False)
    assert items_of([offset(mine)], "K1", SITE) == ([], True)
    assert items_of([offset(mine), kept("K1", id="79")], "K1", SITE) == ([kept("K1", id="79")], True)
    assert items_of([kept("K1", quantity={"value": -1})], "K1", SITE) == ([], False), "that is a credit"
    assert items_of([mine], "K1", NAMELESS) == ([], False)


def test_another_attribute_of_the_same_value_is_not_our_key():
    other = kept("K1")
    other["extension"][0]["extension"][0]["valueString"] = "Line note"
    assert items_of([other], "K1", SITE) == ([], False)
