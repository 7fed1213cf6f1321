"""Charges as FHIR R4 ChargeItem, created on condition that they are not there yet."""

from datetime import datetime

import orjson

from service.domain.charge import Charge, Parcel, Receipt
from service.fhir import ChargeItemClient, build_charge_item

IDENTIFIER_SYSTEM = "urn:charge-capture:charge"


class FhirChargeItem:
    """A FHIR server that takes ChargeItems. `If-None-Exist` is what it recognises a repeat by."""

    deduplicates = True

    def __init__(self, client: ChargeItemClient) -> None:
        self._client = client

    def prepare(self, charge: Charge, control_id: str, now: datetime) -> Parcel:  # noqa: ARG002
        """Fix the resource; its identifier is the charge's key."""
        resource = build_charge_item(charge, identifier_system=IDENTIFIER_SYSTEM)
        return Parcel(charge.key, orjson.dumps(resource))

    def send(self, parcel: Parcel) -> Receipt:
        """Create the resource, or find it there already."""
        resource = orjson.loads(parcel.body)
        key = resource["identifier"][0]["value"]
        return self._client.post(resource, identifier=f"{IDENTIFIER_SYSTEM}|{key}")
