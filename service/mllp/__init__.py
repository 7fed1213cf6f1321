"""MLLP, the wire: framing, listener, sender. Knows bytes, not HL7."""

from service.mllp.framing import FrameDecoder, encode
from service.mllp.group_commit import GroupCommit, Receive, Refuse
from service.mllp.limits import Counters, Limits
from service.mllp.listener import Listener
from service.mllp.sender import Connection

__all__ = [
    "Connection",
    "Counters",
    "FrameDecoder",
    "GroupCommit",
    "Limits",
    "Listener",
    "Receive",
    "Refuse",
    "encode",
]
