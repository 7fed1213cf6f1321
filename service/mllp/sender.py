"""The sending end: one message out, its answer back, one at a time."""

import socket
import ssl
import time
from typing import Self

from service.domain.answers import Behaviour
from service.domain.errors import PostingUnavailable, PostingUncertain
from service.mllp.framing import FrameDecoder, encode
from service.mllp.tls import Tls

_CHUNK = 16384  # of TLS a record: of a first one that failed, the receiver can read nothing


class Connection:
    """Opened at the first exchange, and kept; after any error the next exchange opens a new one.

    A socket on which an answer was missed is never used again: the late answer would pass for that of the
    next message. Not thread-safe.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        connect_timeout: float = 5.0,
        answer_timeout: float = 30.0,
        tls: Tls | None = None,
        server_name: str = "",
    ) -> None:
        """Without `tls` in the clear; `server_name` is that of the receiver's certificate, if not `host`."""
        self._address = (host, port)
        self._connect_timeout = connect_timeout
        self._answer_timeout = answer_timeout  # from the first byte sent to the last of the answer
        self._tls = tls
        self._server_name = server_name or host
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket, if one is open."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def exchange(self, body: bytes) -> bytes:
        """Send a message and give the body of the one frame that answers it.

        Raises PostingUnavailable when the receiver has provably nothing of it, PostingUncertain when it may
        have it, ValueError when the body cannot be framed (nothing is sent).
        """
        frame = encode(body)
        try:
            connected = self._ready_socket()
            deadline = time.monotonic() + self._answer_timeout
            _send(connected, frame, deadline)
            return _read_answer(connected, deadline)
        except BaseException:  # whatever stops an exchange half way, the socket is of no more use
            self.close()
            raise

    def _ready_socket(self) -> socket.socket:
        """A socket with nothing waiting on it: what waits before we send cannot be our answer."""
        if self._socket and not _is_quiet(self._socket):
            self.close()
        if not self._socket:
            self._socket = self._connect()
            if not _is_quiet(self._socket):
                raise PostingUnavailable("the receiver speaks or hangs up before anything is sent")
        return self._socket

    def _connect(self) -> socket.socket:
        try:
            connected = socket.create_connection(self._address, self._connect_timeout)
        except (OSError, UnicodeError) as error:
            host, port = self._address
            raise PostingUnavailable(f"cannot connect to {host}:{port}: {error}") from error
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return self._secured(connected, self._tls) if self._tls else connected

    def _secured(self, connected: socket.socket, tls: Tls) -> ssl.SSLSocket:
        connected.settimeout(self._connect_timeout)
        try:
            return tls.context().wrap_socket(connected, server_hostname=self._server_name)
        except (OSError, ValueError) as error:  # ValueError: what cannot be the name of a host
            connected.close()
            host, port = self._address
            raise PostingUnavailable(f"no TLS with {host}:{port}: {error}") from error


def _is_quiet(connected: socket.socket) -> bool:
    """Whether the receiver has said nothing unasked, and not hung up."""
    connected.setblocking(False)
    try:
        connected.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    return False


def _send(connected: socket.socket, frame: bytes, deadline: float) -> None:
    rest = memoryview(frame)
    while rest:
        try:
            connected.settimeout(_remaining(deadline))
            rest = rest[connected.send(rest[:_CHUNK]) :]
        except OSError as error:
            if len(rest) == len(frame):
                raise PostingUnavailable("the connection broke before anything was sent") from error
            raise PostingUncertain("the connection broke while the message was sent") from error


def _read_answer(connected: socket.socket, deadline: float) -> bytes:
    decoder = FrameDecoder()
    while True:
        frames = decoder.feed(_receive(connected, deadline))
        if decoder.stray or len(frames) > 1 or any(frame.problem for frame in frames):
            several = len(frames) > 1 and not any(frame.problem for frame in frames)
            behaviour = Behaviour.SEVERAL_ANSWERS if several else Behaviour.GARBAGE
            raise PostingUncertain("the receiver answered something that is not one MLLP frame", behaviour)
        if frames and decoder.partial:
            raise PostingUncertain("the receiver answered more than once", Behaviour.SEVERAL_ANSWERS)
        if frames:
            return frames[0].body


def _receive(connected: socket.socket, deadline: float) -> bytes:
    try:
        connected.settimeout(_remaining(deadline))
        data = connected.recv(_CHUNK)
    except TimeoutError as error:
        raise PostingUncertain("the receiver did not answer in time") from error
    except OSError as error:
        if _refuses_us(error):
            raise PostingUnavailable("the receiver does not accept our certificate") from error
        raise PostingUncertain("the connection broke before the answer came") from error
    if not data:
        raise PostingUncertain("the receiver closed the connection before it answered")
    return data


def _refuses_us(error: OSError) -> bool:
    """Whether the receiver's TLS broke off over who we are. In TLS 1.3 it says so after our first bytes."""
    reason = (error.reason if isinstance(error, ssl.SSLError) else "") or ""
    return "ALERT" in reason and any(word in reason for word in ("CERT", "UNKNOWN_CA", "ACCESS_DENIED"))


def _remaining(deadline: float) -> float:
    """Seconds; raises TimeoutError when there are none (zero would make the socket non-blocking)."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
