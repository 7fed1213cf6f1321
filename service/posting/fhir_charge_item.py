"""Charges as FHIR R4 ChargeItem, created on condition that they are not there yet."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from service.domain.answers import Patience
from service.domain.charge import Charge, Parcel, Receipt
from service.domain.errors import PostingRepeatable, PostingUncertain
from service.fhir import ChargeItemClient, build_charge_item
from service.posting.breaker import Breaker

IDENTIFIER_SYSTEM = "urn:charge-capture:charge"


class FhirChargeItem:
    """A FHIR server that takes ChargeItems. `If-None-Exist` is what it recognises a repeat by."""

    per_visit = False
    connections = 1

    def __init__(self, client: ChargeItemClient, patience: Patience = Patience()) -> None:  # noqa: B008  frozen
        self.patience = patience
        self.breaker = Breaker(patience)
        self._client = client

    def prepare(self, charges: Sequence[Charge], control_id: str, now: datetime) -> Parcel:  # noqa: ARG002
        """Fix the resource; its identifier is the charge's key."""
        (charge,) = charges
        resource = build_charge_item(charge, identifier_system=IDENTIFIER_SYSTEM)
        return Parcel(charge.key, orjson.dumps(resource))

    def send(self, parcel: Parcel) -> Receipt:
        """Create the resource, or find it there already."""
        resource = orjson.loads(parcel.body)
        key = resource["identifier"][0]["value"]
        try:
            return self._client.post(resource, identifier=f"{IDENTIFIER_SYSTEM}|{key}")
        except PostingUncertain as error:
            raise PostingRepeatable(str(error)) from error
