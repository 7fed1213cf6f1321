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
from pathlib import Path
from typing import Annotated, BinaryIO, Self

import typer

from service.commands.sink_modes import CUTTING, REFUSING, Mixture, Mode, read_mix
from service.domain.errors import Fault, SetupError
from service.domain.ids import new_control_id
from service.hl7 import Message, Segment, admit, decode, refusal
from service.hl7.acknowledge import acknowledge
from service.hl7.header import read_header
from service.mllp import Listener, Origin, Tls, TlsFiles, encode, server_tls

_REFUSAL = Fault("FT1", "204", "refused, as this billing system was told to")
_REFUSALS = {
    Mode.AE: ("AE", _REFUSAL),
    Mode.AR: ("AR", _REFUSAL),
    Mode.BUSY: ("AE", Fault("", "207", "not now, as this billing system was told to")),
}
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


class _Answer(bytes):
    """An acknowledgement, and how it is to be given."""

    mode: Mode

    @classmethod
    def given(cls, answer: bytes, mode: Mode) -> "_Answer":
        """The answer to one message; of one that is cut off, what stands there is never sent."""
        made = cls(answer or (b"-" if mode in CUTTING else b""))
        made.mode = mode
        return made


class Sink:
    """A billing system on a thread of its own; `mode` may be changed while it runs."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        ledger: Path | None = None,
        mode: Mode = Mode.AA,
        mixture: Mixture | None = None,
        dedupe: bool = False,
        delay: float = 35.0,
        tls: Tls | None = None,
        tell: Callable[[ChargeLine], None] = lambda _line: None,
    ) -> None:
        self.port = port
        self.mode = mode
        self.messages: list[bytes] = []  # every DFT it took or refused, in order; duplicates are left out
        self.charges: list[ChargeLine] = []  # of those that it took
        self.met: list[tuple[str, Mode]] = []  # MSH-10, and how it was dealt with, in order
        self._mixture = mixture
        self._host = host
        self._ledger_path = ledger
        self._dedupe = dedupe
        self._delay = delay
        self._tls = tls
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
            # Now and then it looks up: a signal that comes just before it begins to wait would not wake it.
            while not self._progress.wait_for(lambda: self._has_handled(messages), timeout=1.0):
                pass

    def _has_handled(self, messages: int | None) -> bool:
        return messages is not None and self._handled >= messages

    async def _serve(self, bound: Future[int]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        listener = Listener(self._receive, _refuse, encode=self._encode, tls=self._tls)
        try:
            await listener.start(self._host, self.port)
        except OSError as error:
            bound.set_exception(SetupError(f"cannot listen on {self._host}:{self.port}: {error.strerror}"))
            return
        bound.set_result(listener.port)
        await self._stopped.wait()
        await listener.stop()

    def _receive(self, messages: Sequence[tuple[bytes, Origin]]) -> list[bytes]:
        answers: list[bytes] = [self._deal_with(body) for body, _peer in messages]
        if any(isinstance(answer, _Answer) and answer.mode is Mode.SLOW for answer in answers):
            self._ending.wait(self._delay)
        with self._progress:
            self._handled += len(messages)
            self._progress.notify_all()
        return answers

    def _deal_with(self, body: bytes) -> _Answer:
        mode = self._mixture.mode(len(self.met)) if self._mixture else self.mode
        self.met.append((read_header(body).value(10), mode))
        return _Answer.given(self._handle(body, mode), mode)

    def _handle(self, body: bytes, mode: Mode) -> bytes:
        """The answer to a message; booked and in the ledger, on disk, before it is given."""
        if mode is Mode.CUT_BEFORE:
            return b""
        now, ack_id = datetime.now(UTC), new_control_id()
        admission = admit(body, now=now, ack_id=ack_id)
        if admission.quarantine:
            return admission.answer
        header = read_header(body)
        if header.value(9) != "DFT":
            return acknowledge(header, "AR", [_NOT_TAKEN], now=now, ack_id=ack_id)
        if not (self._dedupe and admission.control_id in self._seen):
            self._book(body, admission.control_id, mode)
        if mode in REFUSING:
            code, fault = _REFUSALS[mode]
            return acknowledge(header, code, [fault], now=now, ack_id=ack_id)
        if mode is Mode.WRONG_ID and admission.answer:
            return _acknowledging_another(admission.answer)
        return b"" if mode is Mode.SILENT else admission.answer

    def _book(self, body: bytes, control_id: str, mode: Mode) -> None:
        segments = Message.parse(decode(body).text).of("FT1")
        lines = [_read_line(segment) for segment in segments]
        self._write_ledger(control_id, lines, mode)
        if mode not in REFUSING:  # what was refused may come again, and is then no repeat
            self._seen.add(control_id)
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
        records = [json.loads(line) for line in self._ledger if line.endswith(b"\n")]
        self._seen = {each["control_id"] for each in records if each["answer"] not in REFUSING}

    def _write_ledger(self, control_id: str, lines: list[ChargeLine], mode: Mode) -> None:
        if self._ledger:
            record = {
                "control_id": control_id,
                "charges": [asdict(line) for line in lines],
                "answer": str(mode),
            }
            self._ledger.write(json.dumps(record).encode() + b"\n")
            self._ledger.flush()
            os.fsync(self._ledger.fileno())

    def _encode(self, answer: bytes) -> bytes:
        mode = answer.mode if isinstance(answer, _Answer) else self.mode
        if mode in CUTTING:
            raise ValueError("cut off, as this billing system was told to")  # ends this connection alone
        if mode is Mode.GARBAGE:
            return b"HTTP/1.1 400 Bad Request\r\n\r\n"
        return encode(answer) * (2 if mode is Mode.TWO_ACKS else 1)


def sink(
    *,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one", min=0, max=65535)],
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    ledger: Annotated[Path | None, typer.Option(help="File to append a JSON line a message to")] = None,
    mode: Annotated[Mode, typer.Option(help="How to answer", case_sensitive=False)] = Mode.AA,
    mix: Annotated[str, typer.Option(help="A mixture instead: aa=6,silent=1,cut-after=1")] = "",
    seed: Annotated[int, typer.Option(help="Repeats a mixture, message by message")] = 0,
    delay: Annotated[float, typer.Option(help="Seconds that --mode slow waits", min=0)] = 35.0,
    dedupe: Annotated[bool, typer.Option("--dedupe", help="Book a repeated MSH-10 only once")] = False,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file: speak TLS, with this certificate")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file of its key, if not in the same file")] = None,
    ca: Annotated[Path | None, typer.Option(help="PEM file of who vouches for senders: ask them")] = None,
    once: Annotated[int | None, typer.Option(help="End after so many messages", min=1)] = None,
) -> None:
    """Play a billing system: print FT1-2, FT1-6, FT1-25, FT1-26 and FT1-10 of every charge that comes in."""
    mixture = Mixture(read_mix(mix), seed) if mix else None
    playing = Sink(
        host=host,
        port=port,
        ledger=ledger,
        mode=mode,
        mixture=mixture,
        dedupe=dedupe,
        delay=delay,
        tls=_tls(TlsFiles(certificate, key, ca)),
        tell=_print,
    )
    for number in (signal.SIGINT, signal.SIGTERM):  # whoever starts it in the background has it ignore Ctrl-C
        signal.signal(number, signal.default_int_handler)
    with playing:
        typer.echo(f"billing system on {host}:{playing.port}, mode {mix or mode}")
        try:
            playing.wait_for(once)
        except KeyboardInterrupt:
            typer.echo("stopping", err=True)


def _tls(files: TlsFiles) -> Tls | None:
    if (files.key or files.authorities) and not files.certificate:
        raise SetupError("--key and --ca are of no use without --certificate")
    return server_tls(files) if files.certificate else None


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


def _refuse(head: bytes, problem: str, _peer: str) -> bytes:
    return refusal(head, code="207", text=f"frame {problem}", now=datetime.now(UTC), ack_id=new_control_id())


def _acknowledging_another(answer: bytes) -> bytes:
    """The same acknowledgement, of a message that was never sent."""
    lines = answer.split(b"\r")
    at = next(number for number, line in enumerate(lines) if line.startswith(b"MSA"))
    fields = lines[at].split(lines[at][3:4])
    fields[2] = b"ANOTHER-MESSAGE"  # MSA-2
    lines[at] = lines[at][3:4].join(fields)
    return b"\r".join(lines)
