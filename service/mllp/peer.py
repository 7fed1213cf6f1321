"""One peer of the listener, on one connection: its frames in, its answers out, in order."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from service.mllp.framing import Frame, FrameDecoder
from service.mllp.group_commit import Answered, GroupCommit, Origin
from service.mllp.limits import Limits
from service.mllp.tls import names_of

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Switchboard:
    """What the peers of one listener share."""

    commit: GroupCommit
    encode: Callable[[bytes], bytes]
    limits: Limits
    peers: set["Peer"] = field(default_factory=set)
    per_host: Counter[str] = field(default_factory=Counter)
    count: Counter[str] = field(default_factory=Counter)

    def admit(self, host: str) -> bool:
        """Give a connection its place, if there is one left."""
        full = self.per_host.total() >= self.limits.connections
        if full or self.per_host[host] >= self.limits.per_peer:
            self.count["turned_away"] += 1
            return False
        self.per_host[host] += 1
        return True

    def leave(self, host: str) -> None:
        """Take the place back."""
        self.per_host[host] -= 1
        if not self.per_host[host]:
            del self.per_host[host]


class Peer(asyncio.Protocol):
    """Reads until something ends it; from then on it only answers what it has taken, and says goodbye."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport
        self._decoder = FrameDecoder(board.limits.frame_bytes)
        self._answered = self._on_answer  # bound once, not once a message
        self._host = ""
        self._origin = Origin("")
        self._secure = False
        self._heard_at = 0.0
        self._in_flight: deque[int] = deque()  # sizes of the frames that wait for their answer
        self._bytes_in_flight = 0
        self._out: list[bytes] = []
        self._paused = self._peer_reads_slowly = self._told = False
        self._goodbye: Callable[[], None] | None = None  # set = nothing more is taken
        self._idle_timer: asyncio.TimerHandle | None = None
        self._frame_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None

    # -- called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._host, port = (transport.get_extra_info("peername") or ("", 0))[:2]
        self._secure = transport.get_extra_info("sslcontext") is not None
        self._origin = Origin(f"{self._host}:{port}", names_of(transport.get_extra_info("peercert")))
        board = self._board
        if not board.admit(self._host):
            self._end(transport.close)
            return
        board.peers.add(self)
        board.count["accepted"] += 1
        self._heard_at = self._loop.time()
        self._idle_timer = self._loop.call_later(board.limits.idle_seconds, self._check_idle)

    def data_received(self, data: bytes) -> None:
        if self._goodbye:
            return
        self._heard_at = self._loop.time()
        frames = self._decoder.feed(data)
        for frame in frames:
            if not frame.problem:
                self._submit(frame, self._answered)
            elif not self._decoder.broken or frame is not frames[-1]:
                self._refuse(frame, self._on_unsaid)
            else:
                self._refuse(frame, self._answered)
        if self._decoder.broken:
            self._end(self._half_close)
        elif self._frame_timer or self._decoder.partial or self._decoder.stray:
            self._watch(anew=bool(frames))
        self._pace()

    def eof_received(self) -> bool:
        if not self._goodbye and (self._decoder.partial or self._decoder.stray):
            self._refuse(self._fragment("cut"), self._answered)
        self._end(self._transport.close)
        # Stay open for the answers: the peer may only have closed its sending half. TLS knows no half.
        return not self._secure

    def pause_writing(self) -> None:
        self._peer_reads_slowly = True
        self._pace()

    def resume_writing(self) -> None:
        self._peer_reads_slowly = False
        self._pace()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the peer repeats what has no answer
        for timer in (self._idle_timer, self._frame_timer, self._linger_timer):
            if timer:
                timer.cancel()
        if self in self._board.peers:
            self._board.peers.remove(self)
            self._board.leave(self._host)
        self.closed.set_result(None)

    # -- called by the listener

    def drain(self) -> None:
        """Take nothing more, answer what was taken, close."""
        self._end(self._transport.close)

    def abort(self) -> None:
        self._transport.abort()

    # -- frames in

    def _submit(self, frame: Frame, answered: Answered) -> None:
        self._board.count["refused" if frame.problem else "received"] += 1
        self._in_flight.append(len(frame.body))
        self._bytes_in_flight += len(frame.body)
        self._board.commit.submit(frame, self._origin, answered)

    def _refuse(self, fragment: Frame, answered: Answered) -> None:
        if not self._told:  # once: a flood of broken frames must not become a flood of lines
            log.info("not a frame", problem=fragment.problem)
            self._told = True
        self._submit(fragment, answered)

    def _fragment(self, problem: str) -> Frame:
        return Frame(self._decoder.head, problem if self._decoder.partial else "outside")

    def _pace(self) -> None:
        """Read no further than can be answered; half of it must be answered before reading goes on."""
        limits = self._board.limits
        waiting = len(self._in_flight)
        full = (
            self._peer_reads_slowly
            or self._bytes_in_flight > limits.frame_bytes
            or waiting > (limits.in_flight // 2 if self._paused else limits.in_flight - 1)
        )
        if self._paused and (self._goodbye or not full):
            self._paused = False
            self._transport.resume_reading()
            self._watch(anew=True)
        elif full and not self._paused and not self._goodbye:
            self._paused = True
            self._transport.pause_reading()

    # -- answers out

    def _on_answer(self, answer: bytes | None) -> None:
        self._bytes_in_flight -= self._in_flight.popleft()
        if answer is None:
            self._board.count["unanswered"] += 1
            self._end(self._transport.close, wait=False)
        elif not self._transport.is_closing():
            self._write(answer)
            self._pace()
            self._settle()

    def _on_unsaid(self, _answer: bytes | None) -> None:
        """The sender went on to a whole frame; it would take a second answer for that of its next message."""
        self._on_answer(b"")

    def _write(self, answer: bytes) -> None:
        """Put an answer with those of the same group: one system call sends them."""
        if not answer:
            return
        if not self._out:
            self._loop.call_soon(self._flush)
        self._board.count["answered"] += 1
        try:
            self._out.append(self._board.encode(answer))
        except ValueError:  # left out, the next answer would be taken for this one
            log.error("answer cannot be framed")  # noqa: TRY400 - its text is the sender's
            self._end(self._transport.close, wait=False)

    def _flush(self) -> None:
        if self._out and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()

    # -- the end

    def _end(self, goodbye: Callable[[], None], *, wait: bool = True) -> None:
        """Take nothing more; say goodbye when all that was taken is answered, or at once."""
        self._goodbye = goodbye
        self._watch(anew=True)
        self._pace()
        if wait:
            self._settle()
        else:
            self._flush()
            goodbye()

    def _settle(self) -> None:
        if self._goodbye and not self._in_flight:
            self._flush()
            self._goodbye()

    def _half_close(self) -> None:
        """Closing with bytes unread would reset the connection, and the peer might never see the answer.

        TLS has no half to close: what still comes is dropped until the peer closes, or the timer does.
        """
        if not self._secure:
            self._transport.write_eof()
        if not self._linger_timer:
            self._linger_timer = self._loop.call_later(
                self._board.limits.linger_seconds, self._transport.abort
            )

    # -- time limits

    def _watch(self, *, anew: bool) -> None:
        """Time what waits for its end, from its first byte."""
        waits = not self._goodbye and (self._decoder.partial or self._decoder.stray)
        if self._frame_timer and (anew or not waits):
            self._frame_timer.cancel()
            self._frame_timer = None
        if waits and not self._frame_timer:
            limits = self._board.limits
            seconds = limits.frame_seconds if self._decoder.partial else limits.stray_seconds
            self._frame_timer = self._loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        if self._paused:  # not the peer's fault
            self._watch(anew=True)
            return
        self._refuse(self._fragment("slow"), self._answered)
        self._end(self._half_close)

    def _check_idle(self) -> None:
        idle_at = self._heard_at + self._board.limits.idle_seconds
        if self._in_flight or idle_at > self._loop.time():
            delay = max(idle_at - self._loop.time(), self._board.limits.idle_seconds / 10)
            self._idle_timer = self._loop.call_later(delay, self._check_idle)
        else:
            self._transport.abort()
