"""MLLP, the wire: framing, listener, sender. Knows bytes, not HL7."""

from service.mllp.framing import FrameDecoder, encode
from service.mllp.group_commit import GroupCommit, Origin, Receive, Refuse
from service.mllp.limits import Counters, Limits
from service.mllp.listener import Listener
from service.mllp.sender import Connection
from service.mllp.tls import Tls, TlsFiles, client_tls, expiry_of, server_tls

__all__ = [
    "Connection",
    "Counters",
    "FrameDecoder",
    "GroupCommit",
    "Limits",
    "Listener",
    "Origin",
    "Receive",
    "Refuse",
    "Tls",
    "TlsFiles",
    "client_tls",
    "encode",
    "expiry_of",
    "server_tls",
]
