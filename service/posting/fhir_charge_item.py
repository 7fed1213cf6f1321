"""Charges as FHIR ChargeItems, created on condition that they are not there yet."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from service.domain.answers import Patience
from service.domain.charge import Charge, ChargeKind, Parcel, Receipt
from service.domain.errors import PostingRefused
from service.fhir import (
    ENTERED_IN_ERROR,
    ChargeItemClient,
    build_charge_item,
    identifier_of,
    transaction_of,
)
from service.posting.breaker import Breaker

IDENTIFIER_SYSTEM = "urn:charge-capture:charge"


class FhirChargeItem:
    """A FHIR server that takes ChargeItems. `If-None-Exist` is what it recognises a repeat by."""

    connections = 1

    def __init__(
        self,
        client: ChargeItemClient,
        patience: Patience = Patience(),  # noqa: B008  frozen
        *,
        version: str = "R4",
        per_visit: bool = False,
    ) -> None:
        self.patience = patience
        self.breaker = Breaker(patience)
        self.per_visit = per_visit
        self._client = client
        self._version = version

    def prepare(self, charges: Sequence[Charge], control_id: str, now: datetime) -> Parcel:  # noqa: ARG002
        """Fix the resource; its identifier is the charge's key. Several are a transaction."""
        items = [
            build_charge_item(charge, identifier_system=IDENTIFIER_SYSTEM, version=self._version)
            for charge in charges
        ]
        if len(items) == 1:
            return Parcel(control_id, orjson.dumps(items[0]))
        if any(charge.kind is ChargeKind.CREDIT for charge in charges):
            raise PostingRefused("a charge that is taken back leaves alone")
        return Parcel(control_id, orjson.dumps(transaction_of(items)))

    def is_ours(self, body: bytes) -> bool:
        """Whether it is a resource."""
        return body.startswith(b'{"resourceType"')

    def send(self, parcel: Parcel) -> Receipt:
        """Create the resource, or find it there already; take it back where it is a credit's."""
        resource = orjson.loads(parcel.body)
        if resource["resourceType"] == "Bundle":
            return self._client.transact(resource)
        identifier = identifier_of(resource)
        if resource["status"] == ENTERED_IN_ERROR:
            return self._client.withdraw(identifier)
        return self._client.post(resource, identifier=identifier, sent_before=parcel.sent_before)

    def tend(self) -> None:
        """Nothing is ever due."""
