"""FHIR as JSON: admission, extraction, outcomes, ChargeItem and its client."""

from service.fhir.admit import Admission, Conditions, admit
from service.fhir.capability import capability_statement
from service.fhir.charge_item import ENTERED_IN_ERROR, build_charge_item, identifier_of, transaction_of
from service.fhir.client import ChargeItemClient
from service.fhir.document import Companion
from service.fhir.extract import Extractor
from service.fhir.links import Link, Role, links_of
from service.fhir.millennium import create_parameters
from service.fhir.outcome import outcome
from service.fhir.resource import assign_id

__all__ = [
    "ENTERED_IN_ERROR",
    "Admission",
    "ChargeItemClient",
    "Companion",
    "Conditions",
    "Extractor",
    "Link",
    "Role",
    "admit",
    "assign_id",
    "build_charge_item",
    "capability_statement",
    "create_parameters",
    "identifier_of",
    "links_of",
    "outcome",
    "transaction_of",
]
