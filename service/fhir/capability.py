"""CapabilityStatement: what this server takes, for GET /fhir/metadata."""

from service.fhir.admit import TAKEN_TYPES
from service.fhir.resource import Resource

_STATED_ON = "2026-11-23"  # the day on which what is stated here last changed


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
                "documentation": "Writing only. What is taken is answered with an OperationOutcome.",
                "resource": [_resource(kind) for kind in sorted(TAKEN_TYPES - {"Bundle"})],
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _resource(kind: str) -> Resource:
    return {
        "type": kind,
        "interaction": [{"code": "create"}, {"code": "update"}],
        "versioning": "no-version",
        "updateCreate": True,
        "conditionalCreate": False,
        "conditionalUpdate": False,
    }
