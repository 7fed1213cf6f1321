"""CapabilityStatement: what this server takes, for GET /fhir/metadata."""

from service.fhir.admit import TAKEN_TYPES
from service.fhir.resource import Resource

_STATED_ON = "2026-11-25"  # the day on which what is stated here last changed

_PROCESS_MESSAGE = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"
_DOCUMENTATION = (
    "What is written cannot be read, searched or deleted; status entered-in-error takes a resource back. "
    "Read and searched (by status) are the review queue's lines, as ChargeItem, and its questions, as Task. "
    "Bundles of type transaction, batch, message, collection, history and searchset are taken. "
    "R4, R4B and R5 are read; DSTU2 and STU3 are refused. "
    "A Procedure is charted together with the Patient, Encounter, Conditions, DiagnosticReports and "
    "DocumentReferences that it refers to, and with the Observations, DiagnosticReports and "
    "DocumentReferences that refer to it, whenever the same sender sends them. "
    "ifNoneExist is taken with the identifier of a Procedure that has no id; ifMatch is refused."
)


def capability_statement(base_url: str, version: str) -> Resource:
    """The statement of this instance; `version` is the software's."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _STATED_ON,
        "kind": "instance",
        "software": {"name": "charge-capture", "version": version},
        "implementation": {
            "description": "Charge capture: takes procedures, proposes charges",
            "url": base_url,
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _DOCUMENTATION,
                "resource": [
                    *(_resource(kind) for kind in sorted(TAKEN_TYPES - {"Bundle"})),
                    *map(_read_only, ("ChargeItem", "Task")),
                ],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
                "operation": [{"name": "process-message", "definition": _PROCESS_MESSAGE}],
            }
        ],
    }


def _read_only(kind: str) -> Resource:
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "searchParam": [{"name": "status", "type": "token"}],
    }


def _resource(kind: str) -> Resource:
    return {
        "type": kind,
        "interaction": [{"code": "create"}, {"code": "update"}],
        "versioning": "no-version",
        "updateCreate": True,
        "conditionalCreate": kind == "Procedure",
        "conditionalUpdate": False,
    }
