"""sink: plays a billing system. Takes DFT over MLLP, keeps a ledger, and can misbehave on purpose."""

import asyncio
import json
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, Self

import typer

from service.domain.errors import Fault, SetupError
from service.domain.ids import new_control_id
from service.hl7 import Message, Segment, admit, decode, refusal
from service.hl7.acknowledge import acknowledge
from service.hl7.header import read_header
from service.mllp import Listener, Origin, encode


class Mode(StrEnum):
    """How the billing system behaves."""

    AA = "aa"
    AE = "ae"
    AR = "ar"
    SILENT = "silent"  # takes it, never answers
    SLOW = "slow"  # takes it, answers late
    CUT_BEFORE = "cut-before"  # hangs up, has nothing
    CUT_AFTER = "cut-after"  # takes it, hangs up
    GARBAGE = "garbage"  # takes it, answers what is no MLLP
    WRONG_MSA2 = "wrong-msa2"  # takes it, acknowledges another message
    TWO_ACKS = "two-acks"  # takes it, acknowledges it twice


_REFUSING = frozenset({Mode.AE, Mode.AR})
_CUTTING = frozenset({Mode.CUT_BEFORE, Mode.CUT_AFTER})
_REFUSAL = Fault("FT1", "204", "refused, as this billing system was told to")
_NOT_TAKEN = Fault("MSH-9", "200", "this billing system takes DFT")


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """What billing reads of one FT1. Of the patient it keeps nothing."""

    transaction_id: str  # FT1-2
    type: str  # FT1-6
    code: str  # FT1-25
    modifiers: tuple[str, ...]  # FT1-26
    units: str  # FT1-10

    def __str__(self) -> str:
        modifiers = ",".join(self.modifiers) or "-"
        return "  ".join([self.transaction_id, self.type, self.code, modifiers, self.units or "-"])


class Sink:
    """A billing system on a thread of its own; `mode` may be changed while it runs."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        ledger: Path | None = None,
        mode: Mode = Mode.AA,
        dedupe: bool = False,
        delay: float = 35.0,
        tell: Callable[[ChargeLine], None] = lambda _line: None,
    ) -> None:
        self.port = port
        self.mode = mode
        self.messages: list[bytes] = []  # every DFT it took or refused, in order; duplicates are left out
        self.charges: list[ChargeLine] = []  # of those that it took
        self._host = host
        self._ledger_path = ledger
        self._dedupe = dedupe
        self._delay = delay
        self._tell = tell
        self._seen: set[str] = set()  # MSH-10
        self._ledger: BinaryIO | None = None
        self._handled = 0  # messages, whatever became of them
        self._progress = threading.Condition()
        self._ending = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; `port` is then the bound one. Raises SetupError when the address cannot be had."""
        self._open_ledger()
        bound: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(bound)), name="sink")
        self._thread.start()
        self.port = bound.result()

    def stop(self) -> None:
        """Answer what is in hand, and end."""
        if self._thread.is_alive():
            self._ending.set()
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        if self._ledger:
            self._ledger.close()

    def wait_for(self, messages: int | None) -> None:
        """Wait until so many messages have come; None = for ever."""
        with self._progress:
            self._progress.wait_for(lambda: messages is not None and self._handled >= messages)

    async def _serve(self, bound: Future[int]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        listener = Listener(self._receive, _refuse, encode=self._encode)
        try:
            await listener.start(self._host, self.port)
        except OSError as error:
            bound.set_exception(SetupError(f"cannot listen on {self._host}:{self.port}: {error.strerror}"))
            return
        bound.set_result(listener.port)
        await self._stopped.wait()
        await listener.stop()

    def _receive(self, messages: Sequence[tuple[bytes, Origin]]) -> list[bytes]:
        answers = [self._handle(body) for body, _peer in messages]
        if self.mode is Mode.SLOW:
            self._ending.wait(self._delay)
        with self._progress:
            self._handled += len(messages)
            self._progress.notify_all()
        if self.mode in _CUTTING:
            raise ConnectionAbortedError
        return answers

    def _handle(self, body: bytes) -> bytes:
        """The answer to a message; booked and in the ledger, on disk, before it is given."""
        if self.mode is Mode.CUT_BEFORE:
            return b""
        now, ack_id = datetime.now(UTC), new_control_id()
        admission = admit(body, now=now, ack_id=ack_id)
        if admission.quarantine:
            return admission.answer
        header = read_header(body)
        if header.value(9) != "DFT":
            return acknowledge(header, "AR", [_NOT_TAKEN], now=now, ack_id=ack_id)
        if not (self._dedupe and admission.control_id in self._seen):
            self._book(body, admission.control_id)
        if self.mode in _REFUSING:
            return acknowledge(header, self.mode.upper(), [_REFUSAL], now=now, ack_id=ack_id)
        if self.mode is Mode.WRONG_MSA2 and admission.answer:
            return _acknowledging_another(admission.answer)
        return b"" if self.mode is Mode.SILENT else admission.answer

    def _book(self, body: bytes, control_id: str) -> None:
        segments = Message.parse(decode(body).text).of("FT1")
        lines = [_read_line(segment) for segment in segments]
        self._write_ledger(control_id, lines)
        self._seen.add(control_id)
        if self.mode not in _REFUSING:
            self.charges += lines
        self.messages.append(body)
        for line in lines:
            self._tell(line)

    def _open_ledger(self) -> None:
        if not self._ledger_path:
            return
        try:
            self._ledger = self._ledger_path.open("a+b")
        except OSError as error:
            raise SetupError(f"{self._ledger_path}: {error.strerror}") from None
        self._ledger.seek(0)
        self._seen = {json.loads(line)["control_id"] for line in self._ledger if line.endswith(b"\n")}

    def _write_ledger(self, control_id: str, lines: list[ChargeLine]) -> None:
        if self._ledger:
            record = {
                "control_id": control_id,
                "charges": [asdict(line) for line in lines],
                "answer": str(self.mode),
            }
            self._ledger.write(json.dumps(record).encode() + b"\n")
            self._ledger.flush()
            os.fsync(self._ledger.fileno())

    def _encode(self, answer: bytes) -> bytes:
        if self.mode is Mode.GARBAGE:
            return b"HTTP/1.1 400 Bad Request\r\n\r\n"
        return encode(answer) * (2 if self.mode is Mode.TWO_ACKS else 1)


def sink(
    *,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one", min=0, max=65535)],
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    ledger: Annotated[Path | None, typer.Option(help="File to append a JSON line a message to")] = None,
    mode: Annotated[Mode, typer.Option(help="How to answer")] = Mode.AA,
    delay: Annotated[float, typer.Option(help="Seconds that --mode slow waits", min=0)] = 35.0,
    dedupe: Annotated[bool, typer.Option("--dedupe", help="Book a repeated MSH-10 only once")] = False,
    once: Annotated[int | None, typer.Option(help="End after so many messages", min=1)] = None,
) -> None:
    """Play a billing system: print FT1-2, FT1-6, FT1-25, FT1-26 and FT1-10 of every charge that comes in."""
    playing = Sink(host=host, port=port, ledger=ledger, mode=mode, dedupe=dedupe, delay=delay, tell=_print)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with playing:
        typer.echo(f"billing system on {host}:{playing.port}, mode {mode}")
        try:
            playing.wait_for(once)
        except KeyboardInterrupt:
            typer.echo("stopping", err=True)


def _print(line: ChargeLine) -> None:
    typer.echo(str(line))


def _read_line(segment: Segment) -> ChargeLine:
    repetitions = segment.repetitions(26)
    modifiers = (segment.component_of(repetition, 1) for repetition in repetitions)
    return ChargeLine(
        transaction_id=segment.component(2, 1),
        type=segment.component(6, 1),
        code=segment.component(25, 1),
        modifiers=tuple(filter(None, modifiers)),
        units=segment.component(10, 1),
    )


def _refuse(head: bytes, problem: str) -> bytes:
    return refusal(head, code="207", text=f"frame {problem}", now=datetime.now(UTC), ack_id=new_control_id())


def _acknowledging_another(answer: bytes) -> bytes:
    """The same acknowledgement, of a message that was never sent."""
    lines = answer.split(b"\r")
    at = next(number for number, line in enumerate(lines) if line.startswith(b"MSA"))
    fields = lines[at].split(lines[at][3:4])
    fields[2] = b"ANOTHER-MESSAGE"  # MSA-2
    lines[at] = lines[at][3:4].join(fields)
    return b"\r".join(lines)
