"""Charges by the operations of one vendor on ChargeItem: `$create`, `$credit`, `$modify` (Millennium).

Before a call is sent again, what came of it is looked for by our key. Where that settles nothing, it is sent
again only to a server that is said to recognise its transactionId; else a person decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import orjson

from service.domain.answers import SAFE_ACTIONS, Behaviour, Outcome, Patience
from service.domain.charge import Charge, Parcel, Receipt
from service.domain.errors import (
    PostingPutOff,
    PostingRefused,
    PostingRepeatable,
    PostingUncertain,
)
from service.fhir import ChargeItemClient
from service.fhir.millennium import CREATE, Call, MillenniumSite, about, call_of, items_of
from service.fhir.resource import Resource
from service.posting.breaker import Breaker

_MOST_ITEMS = "1000"  # of one encounter


class MillenniumChargeItem:
    """A server of this vendor. With `modifies`, a correction is one `$modify`, else a credit and a charge."""

    connections = 1

    def __init__(
        self,
        client: ChargeItemClient,
        patience: Patience,
        site: MillenniumSite,
        actions: Mapping[Behaviour, Outcome] = SAFE_ACTIONS,
        *,
        modifies: bool = False,
    ) -> None:
        self.patience = patience
        self.breaker = Breaker(patience)
        self.per_visit = modifies
        self._client = client
        self._site = site
        self._repeats = actions[Behaviour.NO_ANSWER] is Outcome.RETRY

    def prepare(self, charges: Sequence[Charge], control_id: str, now: datetime) -> Parcel:  # noqa: ARG002
        """Fix the call, but for the item that it is about: its version there may change until it leaves."""
        return Parcel(control_id, orjson.dumps(asdict(call_of(charges, self._site))))

    def is_ours(self, body: bytes) -> bool:
        """Whether it is a call."""
        return body.startswith(b'{"operation"')

    def send(self, parcel: Parcel) -> Receipt:
        """Call the operation, unless what it would do is done."""
        call = Call(**orjson.loads(parcel.body))
        found = self._items(call) if parcel.sent_before or call.takes_back else []
        standing, _ = items_of(found, call.key, self._site)
        if call.key and standing:
            return Receipt(orjson.dumps(standing), "it is there already")
        if call.operation == CREATE:
            return self._called(call, parcel)
        return self._called_about(call, parcel, found)

    def tend(self) -> None:
        """Nothing is ever due."""

    def _items(self, call: Call) -> list[Resource]:
        """Among which ours may be; none where nothing tells ours from others'."""
        if self._site.key_attribute is None:
            return []
        asked = {"context": call.encounter, "-status": "billable", "_count": _MOST_ITEMS}
        return self._client.items(**asked)

    def _called_about(self, call: Call, parcel: Parcel, found: list[Resource]) -> Receipt:
        standing, was_taken_back = items_of(found, call.takes_back, self._site)
        if not standing and was_taken_back and not call.key:
            return Receipt(orjson.dumps(found), "it was taken back already")
        if len(standing) > 1 or was_taken_back:
            raise PostingRefused(
                f"{call.takes_back} is not one item that stands: correct it in billing, by hand"
            )
        if not standing:
            # An item appears some time after its $create was answered; or it is billed, and shown no more.
            missing = f"billing shows no item of {call.takes_back} that stands"
            raise PostingPutOff(missing, of_this_charge=True)
        return self._called(call, parcel, standing[0])

    def _called(self, call: Call, parcel: Parcel, item: Resource | None = None) -> Receipt:
        if parcel.may_be_held and not self._repeats:
            raise PostingRepeatable("sent before, and billing does not show what came of it")
        parameters, item_id = (about(call, item), str(item["id"])) if item else (call.parameters, "")
        try:
            return self._client.operate(call.operation, parameters, item_id=item_id)
        except PostingRepeatable as error:
            if self._repeats or self._site.key_attribute:
                raise
            raise PostingUncertain(str(error)) from error
