"""FHIR as JSON: admission, extraction, outcomes, ChargeItem and its client."""

from service.fhir.admit import TAKEN_TYPES, Admission, Conditions, admit, admit_posted
from service.fhir.capability import capability_statement
from service.fhir.charge_item import ENTERED_IN_ERROR, build_charge_item, identifier_of, transaction_of
from service.fhir.client import ChargeItemClient
from service.fhir.document import Companion
from service.fhir.ehr_server import EhrServer, is_signed
from service.fhir.embedded import embedded_in
from service.fhir.extract import Extractor
from service.fhir.links import Link, Role, links_of
from service.fhir.notification import Notification, Told, local, read_notification
from service.fhir.outcome import outcome
from service.fhir.persons import said_of_persons
from service.fhir.resource import Resource, as_text, assign_id, listed, read_resource
from service.fhir.review import (
    STATUSES,
    charge_item_of,
    queue_statuses,
    searchset,
    task_of,
    task_state,
)
from service.fhir.smart import public_key
from service.fhir.subscription import build_subscription

__all__ = [
    "ENTERED_IN_ERROR",
    "STATUSES",
    "TAKEN_TYPES",
    "Admission",
    "ChargeItemClient",
    "Companion",
    "Conditions",
    "EhrServer",
    "Extractor",
    "Link",
    "Notification",
    "Resource",
    "Role",
    "Told",
    "admit",
    "admit_posted",
    "as_text",
    "assign_id",
    "build_charge_item",
    "build_subscription",
    "capability_statement",
    "charge_item_of",
    "embedded_in",
    "identifier_of",
    "is_signed",
    "links_of",
    "listed",
    "local",
    "outcome",
    "public_key",
    "queue_statuses",
    "read_notification",
    "read_resource",
    "said_of_persons",
    "searchset",
    "task_of",
    "task_state",
    "transaction_of",
]
