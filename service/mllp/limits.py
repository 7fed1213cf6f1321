"""What one listener takes, and what it has taken."""

from dataclasses import dataclass

from service.mllp.framing import FRAME_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """What a peer may ask of a listener."""

    frame_bytes: int = FRAME_BYTES
    connections: int = 256
    per_peer: int = 64  # connections from one address
    idle_seconds: float = 3600
    frame_seconds: float = 30  # from the first byte of a frame to its last
    stray_seconds: float = 1  # for a frame to begin after bytes that belong to none
    handshake_seconds: float = 10  # of TLS
    in_flight: int = 64  # frames of one connection that wait for their answer; it is not read beyond that
    linger_seconds: float = 2  # after the last word, for the peer to read it and close


@dataclass(frozen=True, slots=True)
class Counters:
    """A listener's figures at one moment, since its start; `connections` are those open now."""

    connections: int = 0
    accepted: int = 0  # connections
    turned_away: int = 0  # connections above a limit
    received: int = 0  # whole frames
    answered: int = 0  # answers sent
    refused: int = 0  # what never was a whole frame
    unanswered: int = 0  # frames whose commit failed
    not_secure: int = 0  # connections whose TLS did not come about
