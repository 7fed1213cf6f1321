"""Charges for a server that takes them by `ChargeItem/$create`, with bill codes of its own (Millennium).

Such a server makes one or more items of one charge event, under ids of its own. It recognises a repeat by
`transactionId`, and cannot be asked for an item by our identifier: a credit is left to a person.
"""

from uuid import NAMESPACE_URL, uuid5

from service.domain.charge import Charge, ChargeKind
from service.domain.errors import PostingRefused
from service.fhir.charge_item import build_charge_item
from service.fhir.resource import Resource

CREATE = "$create"
_BILL_CODES = "https://fhir.cerner.com/{tenant}/CodeSystem/BillCodes-{kind}"
_MODIFIER = "https://fhir-ehr.cerner.com/r4/StructureDefinition/modifier-code"


def create_parameters(charge: Charge, *, identifier_system: str, tenant: str) -> Resource:
    """The Parameters of $create; PostingRefused for what the operation has no way to say."""
    if charge.kind is ChargeKind.CREDIT:
        raise PostingRefused(f"credit {charge.reverses} in billing, by hand: its items have ids of their own")
    if not charge.context.encounter_reference:
        raise PostingRefused("ChargeItem.context: this server needs the reference of an Encounter")
    item = build_charge_item(charge, identifier_system=identifier_system)
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "transactionId", "valueUuid": f"urn:uuid:{uuid5(NAMESPACE_URL, charge.key)}"},
            {"name": "chargeItem", "resource": {**item, "code": {"coding": [_bill_code(charge, tenant)]}}},
        ],
    }


def _bill_code(charge: Charge, tenant: str) -> Resource:
    """Exactly one coding; the modifiers hang on it, in the order that payment depends on."""
    code = str(charge.code)
    system = _BILL_CODES.format(tenant=tenant, kind="HCPCS" if code[0].isalpha() else "CPT")
    modifiers = [
        {"url": _MODIFIER, "valueCodeableConcept": {"coding": [{"code": str(modifier)}]}}
        for modifier in charge.modifiers
    ]
    coding: Resource = {"system": system, "code": code}
    return coding | ({"extension": modifiers} if modifiers else {})
