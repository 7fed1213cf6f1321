"""FHIR DSTU2 and STU3: recognised, so that they are refused. Read as R4, they lose meaning in silence."""

import re
from collections.abc import Iterator, Mapping

from service.domain.errors import Fault
from service.fhir.resource import Resource

#: By type: elements that R4, R4B and R5 do not have, and what R4 says instead.
_ELEMENTS: Mapping[str, Mapping[str, str]] = {
    "Procedure": {
        "notPerformed": "status not-done",
        "reasonNotPerformed": "statusReason",
        "notDone": "status not-done",
        "notDoneReason": "statusReason",
        "context": "encounter",
        "definition": "instantiatesCanonical",
        "request": "basedOn",
        "reasonCodeableConcept": "reasonCode",
    },
    "Encounter": {"patient": "subject", "indication": "reasonReference", "incomingReferral": "basedOn"},
    "Patient": {"animal": "an extension", "careProvider": "generalPractitioner"},
    "Condition": {
        "patient": "subject",
        "dateRecorded": "recordedDate",
        "assertedDate": "recordedDate",
        "context": "encounter",
    },
    "Observation": {
        "context": "encounter",
        "comment": "note",
        "comments": "note",
        "related": "hasMember or derivedFrom",
    },
    "DiagnosticReport": {"context": "encounter", "image": "media", "codedDiagnosis": "conclusionCode"},
    "DocumentReference": {"indexed": "date", "created": "date", "class": "category"},
}
_PROFILE = re.compile(
    r"hl7\.org/fhir/(?:DSTU2|STU3|1\.0|3\.0)(?:\.[0-9])?/|fhir\.org/guides/argonaut/", re.IGNORECASE
)
#: R4, the ballot of R4B, R4B, R5.
_VERSIONS = frozenset({"4.0", "4.1", "4.3", "5.0"})


def former_faults(resource: Resource, at: str) -> Iterator[Fault]:
    """Where a resource shows that it is of DSTU2 or STU3."""
    for name, advice in _ELEMENTS.get(resource["resourceType"], {}).items():
        if name in resource:
            yield Fault(f"{at}.{name}", "203", f"this is an element of FHIR DSTU2 or STU3: R4 says {advice}")
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for profile in profiles if isinstance(profiles, list) else [profiles]:
        if isinstance(profile, str) and _PROFILE.search(profile):
            yield Fault(f"{at}.meta.profile", "203", "this is a profile of FHIR DSTU2 or STU3: send R4 or R5")


def takes_version(fhir_version: str) -> bool:
    """Whether a `fhirVersion` of a content type is one that is taken; "" = not said."""
    return not fhir_version or ".".join(fhir_version.split(".")[:2]) in _VERSIONS
