"""ChargeItem: an approved charge as FHIR R4.

R4 has no element for modifiers. They follow the service's code as further codings of `code`, in the order
that payment depends on; a receiver that wants them elsewhere needs a destination of its own.
"""

import re
from typing import Any

from fhirclient.models.chargeitem import ChargeItem
from fhirclient.models.fhirabstractbase import FHIRValidationError

from service.domain.charge import Charge, ChargeKind
from service.domain.documentation import BillingContext
from service.domain.errors import PostingRefused
from service.fhir.resource import Resource

CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
#: Level I modifiers begin with a digit, but for those of physical status.
_CPT_MODIFIER = re.compile(r"[0-9].|P[1-6]")


def build_charge_item(charge: Charge, *, identifier_system: str) -> Resource:
    """The ChargeItem of a charge, checked by fhirclient; PostingRefused when it cannot be made."""
    if charge.kind is ChargeKind.CREDIT:
        raise PostingRefused(
            f"FHIR has no credit: mark ChargeItem {charge.reverses} entered-in-error in billing, by hand"
        )
    resource = {
        "resourceType": "ChargeItem",
        "identifier": [{"system": identifier_system, "value": charge.key}],
        "status": "billable",
        "code": {"coding": [_service(charge), *map(_modifier, map(str, charge.modifiers))]},
        **_whose(charge.context),
        "occurrenceDateTime": charge.service_date,
        "quantity": {"value": charge.units},
        **_who(charge),
        "reason": [{"coding": [{"system": ICD_10_CM, "code": str(code)}]} for code in charge.diagnoses],
    }
    resource = {name: value for name, value in resource.items() if value}
    _check(resource)
    return resource


def _check(resource: Resource) -> None:
    try:
        ChargeItem(resource)
    except FHIRValidationError:
        # Its text quotes what it refuses.
        raise PostingRefused("this charge makes no valid FHIR ChargeItem") from None


def _service(charge: Charge) -> dict[str, str]:
    code = str(charge.code)
    return {"system": HCPCS if code[0].isalpha() else CPT, "code": code}


def _modifier(modifier: str) -> dict[str, str]:
    return {"system": CPT if _CPT_MODIFIER.fullmatch(modifier) else HCPCS, "code": modifier}


def _whose(context: BillingContext) -> Resource:
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
