"""ChargeItem: an approved charge as FHIR R4 or R5.

FHIR has no credit: what takes a charge back is its own ChargeItem, marked entered-in-error. Nor is there an
element for modifiers. They follow the service's code as further codings of `code`, in the order
that payment depends on; a receiver that wants them elsewhere needs a destination of its own.
"""

import re
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fhirclient.models.chargeitem import ChargeItem
from fhirclient.models.fhirabstractbase import FHIRValidationError

from service.domain.charge import Charge, ChargeKind
from service.domain.codes import is_hcpcs
from service.domain.documentation import BillingContext
from service.domain.errors import PostingRefused
from service.fhir.resource import Resource

CPT = "http://www.ama-assn.org/go/cpt"
ENTERED_IN_ERROR = "entered-in-error"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
#: Level I modifiers begin with a digit, but for those of physical status.
_CPT_MODIFIER = re.compile(r"[0-9].|P[1-6]")


def build_charge_item(charge: Charge, *, identifier_system: str, version: str = "R4") -> Resource:
    """The ChargeItem of a charge, checked by fhirclient; PostingRefused when it cannot be made.

    That of a credit has the identifier of the charge that it takes back.
    """
    is_credit = charge.kind is ChargeKind.CREDIT
    if is_credit and not charge.reverses:
        raise PostingRefused("the credit does not say which charge it takes back")
    resource = {
        "resourceType": "ChargeItem",
        "identifier": [{"system": identifier_system, "value": charge.reverses or charge.key}],
        "status": ENTERED_IN_ERROR if is_credit else "billable",
        "code": {
            "coding": [service_coding(str(charge.code)), *map(modifier_coding, map(str, charge.modifiers))]
        },
        **whose(charge.context),
        "occurrenceDateTime": charge.service_date,
        "quantity": {"value": charge.units},
        **_who(charge),
        "reason": [{"coding": [{"system": ICD_10_CM, "code": str(code)}]} for code in charge.diagnoses],
    }
    resource = {name: value for name, value in resource.items() if value}
    _check(resource)
    return _as_r5(resource) if version == "R5" else resource


def _as_r5(resource: Resource) -> Resource:
    """The one element of ours that R5 renamed."""
    return {"encounter" if name == "context" else name: value for name, value in resource.items()}


def transaction_of(charge_items: Sequence[Resource]) -> Resource:
    """A transaction Bundle that creates each ChargeItem on condition that it is not there yet."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"urn:uuid:{uuid5(NAMESPACE_URL, identifier_of(item))}",
                "resource": item,
                "request": {
                    "method": "POST",
                    "url": "ChargeItem",
                    "ifNoneExist": f"identifier={identifier_of(item)}",
                },
            }
            for item in charge_items
        ],
    }


def identifier_of(charge_item: Resource) -> str:
    """What we know a ChargeItem by: "system|value"."""
    first = charge_item["identifier"][0]
    return f"{first['system']}|{first['value']}"


def _check(resource: Resource) -> None:
    try:
        ChargeItem(resource)
    except FHIRValidationError:
        # Its text quotes what it refuses.
        raise PostingRefused("this charge makes no valid FHIR ChargeItem") from None


def service_coding(code: str) -> dict[str, str]:
    """A CPT or HCPCS code."""
    return {"system": HCPCS if is_hcpcs(code) else CPT, "code": code}


def modifier_coding(modifier: str) -> dict[str, str]:
    """A modifier, as a further coding of the service."""
    return {"system": CPT if _CPT_MODIFIER.fullmatch(modifier) else HCPCS, "code": modifier}


def whose(context: BillingContext) -> Resource:
    """Patient, visit, account. Reference and identifier stand side by side: either may be known there."""
    patient = _reference("Patient", context.patient_reference, context.patient_id)
    if authority := context.patient_id_authority:
        is_uri = ":" in authority
        patient["identifier"] |= {"system": authority} if is_uri else {"assigner": {"display": authority}}
    return {
        "subject": patient,
        "context": _reference("Encounter", context.encounter_reference, context.visit_number),
        "account": [account] if (account := _reference("Account", "", context.account_number)) else [],
    }


def _reference(kind: str, reference: str, identifier: str) -> Resource:
    if not reference and not identifier:
        return {}
    found: Resource = {"reference": reference} if reference else {}
    if identifier:
        found["identifier"] = {"value": identifier}
    return {**found, "type": kind}


def _who(charge: Charge) -> dict[str, Any]:
    performer = _reference("Practitioner", "", charge.context.performer_id)
    return {
        "performer": [{"actor": performer}] if performer else [],
        "enterer": {"display": charge.approved_by} if charge.approved_by else {},  # FT1-24
    }
