"""Charges for a server that takes them by operations on ChargeItem, with bill codes of its own (Millennium).

`$create` makes a charge event, of which one or more items come, under ids of their own; its answer names
none. So that an item is found again, our key is written into an attribute that the site has made for it.
`$credit` makes an offsetting item for one that stands, `$modify` puts another in its place. Each call has a
transactionId that stays the same however often it is sent.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from service.domain.charge import Charge, ChargeKind
from service.domain.codes import is_hcpcs
from service.domain.errors import PostingRefused
from service.fhir.charge_item import build_charge_item
from service.fhir.resource import Resource, listed, version_of

CREATE, CREDIT, MODIFY = "$create", "$credit", "$modify"
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_CERNER = "https://fhir.cerner.com/{tenant}"
_EXTENSION = "https://fhir-ehr.cerner.com/r4/StructureDefinition/"
#: What the operations read of a ChargeItem; the rest they may refuse.
_TAKEN = ("resourceType", "status", "subject", "context", "occurrenceDateTime", "quantity", "performer")


class KeyAttribute(NamedTuple):
    """The custom attribute of a site in which its charge items keep our key."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class MillenniumSite:
    """What one site's server calls things."""

    tenant: str
    schedules: Mapping[str, str]  # of CPT, HCPCS, MODIFIER and ICD: their codes in code set 14002
    key_attribute: KeyAttribute | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One operation: fixed before the first byte is sent, but for the item that it is about."""

    operation: str
    key: str  # of the charge that it makes; "" = a credit makes none
    takes_back: str  # key of the charge whose item it is about; "" = none
    encounter: str  # whose items are looked through
    parameters: Resource


def call_of(charges: Sequence[Charge], site: MillenniumSite) -> Call:
    """How charges are said; PostingRefused for what the operations have no way to say."""
    match charges:
        case [charge] if charge.kind is ChargeKind.CREDIT:
            return _credit(charge, site)
        case [charge]:
            return _of_item(CREATE, charge, "", site)
        case [credit, charge] if credit.reverses and credit.reverses == charge.replaces:
            is_charge = charge.kind is ChargeKind.CHARGE
            if is_charge and credit.context.encounter_reference == charge.context.encounter_reference:
                _refuse_without_key(credit, site)
                return _of_item(MODIFY, charge, credit.reverses, site)
    raise PostingRefused("only a credit and the charge in its place leave together")


def _of_item(operation: str, charge: Charge, takes_back: str, site: MillenniumSite) -> Call:
    name = charge.key if operation == CREATE else f"{operation} {charge.key}"
    parameters = [_transaction(name), {"name": "chargeItem", "resource": _charge_item(charge, site)}]
    return _call(operation, charge.key, takes_back, charge, parameters)


def _credit(credit: Charge, site: MillenniumSite) -> Call:
    _refuse_without_key(credit, site)
    context = credit.context
    if not context.patient_reference:
        raise PostingRefused("ChargeItem.subject: to credit it, this server needs the reference of a Patient")
    parameters = [
        _transaction(credit.key),
        {"name": "subject", "valueReference": {"reference": context.patient_reference}},
        {"name": "context", "valueReference": {"reference": context.encounter_reference}},
    ]
    return _call(CREDIT, "", credit.reverses, credit, parameters)


def _refuse_without_key(credit: Charge, site: MillenniumSite) -> None:
    """What a credit is about is found by our key alone."""
    if site.key_attribute is None:
        raise PostingRefused(
            f"credit {credit.reverses} in billing, by hand: no attribute of its items keeps our key"
        )


def _call(operation: str, key: str, takes_back: str, charge: Charge, parameters: list[Resource]) -> Call:
    encounter = charge.context.encounter_reference
    if not encounter:
        raise PostingRefused("ChargeItem.context: this server needs the reference of an Encounter")
    return Call(
        operation, key, takes_back, encounter, {"resourceType": "Parameters", "parameter": parameters}
    )


def _transaction(name: str) -> Resource:
    return {"name": "transactionId", "valueUuid": f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"}


def _charge_item(charge: Charge, site: MillenniumSite) -> Resource:
    built = build_charge_item(charge, identifier_system="")
    item: Resource = {name: built[name] for name in _TAKEN if name in built}
    code = str(charge.code)
    item["code"] = {"coding": [_bill_code("HCPCS" if is_hcpcs(code) else "CPT", code, site)]}
    item["reason"] = [
        {"coding": [_bill_code("ICD", str(code), site)], "extension": [_priority(number)]}
        for number, code in enumerate(charge.diagnoses, 1)
    ]
    item["extension"] = [*_modifiers(charge, site), *_key(charge, site)]
    return {name: value for name, value in item.items() if value}


def _bill_code(kind: str, code: str, site: MillenniumSite) -> Resource:
    tenant = _CERNER.format(tenant=site.tenant)
    coding: Resource = {"system": f"{tenant}/CodeSystem/BillCodes-{kind}", "code": code}
    if schedule := site.schedules.get(kind):
        of_set = {"system": f"{tenant}/codeSet/14002", "code": schedule}
        coding["extension"] = [{"url": f"{_EXTENSION}bill-code-schedule", "valueCoding": of_set}]
    return coding


def _modifiers(charge: Charge, site: MillenniumSite) -> list[Resource]:
    """In the order that payment depends on, which is said: extensions have none."""
    return [
        {
            "url": f"{_EXTENSION}modifier-code",
            "extension": [
                {
                    "url": "code",
                    "valueCodeableConcept": {"coding": [_bill_code("MODIFIER", str(modifier), site)]},
                },
                _priority(number),
            ],
        }
        for number, modifier in enumerate(charge.modifiers, 1)
    ]


def _priority(number: int) -> Resource:
    return {"url": f"{_EXTENSION}priority", "valueUnsignedInt": number}


def _key(charge: Charge, site: MillenniumSite) -> list[Resource]:
    if site.key_attribute is None:
        return []
    name = {
        "id": site.key_attribute.id,
        "url": "custom-attribute-name",
        "valueString": site.key_attribute.name,
    }
    value = {"url": "custom-attribute-value", "valueString": charge.key}
    return [{"url": f"{_EXTENSION}custom-attribute", "extension": [name, value]}]


def items_of(found: Sequence[Resource], key: str, site: MillenniumSite) -> tuple[list[Resource], bool]:
    """The items of a charge that stand, among those of its encounter; and whether one was taken back."""
    ours = [item for item in found if site.key_attribute and key in _keys_of(item, site.key_attribute.name)]
    debits = [item for item in ours if _ID.fullmatch(str(item.get("id"))) and not _is_negative(item)]
    standing = [item for item in debits if not _extensions(item, f"{_EXTENSION}offset-by")]
    return standing, len(standing) < len(debits)


def _keys_of(item: Resource, attribute: str) -> set[str]:
    keys = set()
    for each in _extensions(item, f"{_EXTENSION}custom-attribute"):
        names = {part.get("valueString") for part in _extensions(each, "custom-attribute-name")}
        if attribute in names:
            keys |= {str(part.get("valueString")) for part in _extensions(each, "custom-attribute-value")}
    return keys


def _extensions(element: Any, url: str) -> list[Resource]:
    extensions = listed(element.get("extension"))
    return [each for each in extensions if isinstance(each, dict) and each.get("url") == url]


def _is_negative(item: Resource) -> bool:
    quantity = item.get("quantity")
    value = quantity.get("value") if isinstance(quantity, dict) else None
    return isinstance(value, int | float) and value < 0


def about(call: Call, item: Resource) -> Resource:
    """The parameters of a call, aimed at the item as it was seen: another version of it is refused."""
    version = version_of(item)
    parameters: list[Resource] = call.parameters["parameter"]
    if call.operation == CREDIT:
        seen: list[Resource] = [{"name": "versionId", "valueId": version}] if version else []
        return {**call.parameters, "parameter": [*parameters, *seen]}
    transaction, told = parameters
    replacing: Resource = {
        "url": f"{_EXTENSION}replacing",
        "valueReference": {"reference": f"ChargeItem/{item['id']}"},
    }
    if version:
        replacing["extension"] = [{"url": "item-version", "valueId": version}]
    resource = told["resource"]
    aimed = {**resource, "extension": [*resource.get("extension", ()), replacing]}
    return {**call.parameters, "parameter": [transaction, {**told, "resource": aimed}]}
