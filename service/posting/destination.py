"""Destination: what every way out can do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from service.domain.answers import Patience
from service.domain.charge import Charge, Parcel, Receipt
from service.posting.breaker import Breaker


class Destination(Protocol):
    """Somewhere that charges go to."""

    #: How long a charge is tried.
    patience: Patience
    #: Whether to try now.
    breaker: Breaker
    #: Whether charges of one visit that wait together leave as one parcel.
    per_visit: bool
    #: How many parcels may be on their way at once.
    connections: int

    def prepare(self, charges: Sequence[Charge], control_id: str, now: datetime) -> Parcel:
        """Fix the bytes of charges; PostingRefused when they cannot be made."""

    def is_ours(self, body: bytes) -> bool:
        """Whether bytes fixed earlier are for this kind of receiver: the setting may have changed."""

    def send(self, parcel: Parcel) -> Receipt:
        """Deliver, and wait for the answer.

        PostingRefused, PostingUnavailable (provably nothing arrived), or PostingUncertain.
        """

    def tend(self) -> None:
        """Do what is due although no charge is: called now and again, by every process that sweeps."""
