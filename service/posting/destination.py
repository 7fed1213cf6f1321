"""Destination: what every way out can do."""

from datetime import datetime
from typing import Protocol

from service.domain.charge import Charge, Parcel, Receipt


class Destination(Protocol):
    """Somewhere that charges go to."""

    #: What a repeated parcel is recognised by there: it may then be sent again when its fate is unknown.
    deduplicates: bool

    def prepare(self, charge: Charge, control_id: str, now: datetime) -> Parcel:
        """Fix the bytes of a charge; PostingRefused when they cannot be made."""

    def send(self, parcel: Parcel) -> Receipt:
        """Deliver, and wait for the answer.

        PostingRefused, PostingUnavailable (provably nothing arrived), or PostingUncertain.
        """
