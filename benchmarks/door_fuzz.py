"""`POST /hl7/v2` and the event stream under requests that no sensible client sends.

Schemathesis can make up neither HL7 nor a stream that has no end: here samples are bent at random (`seed`
says how), and each answer is judged. None may be 5xx; what is not taken says what is wrong with it.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

from benchmarks.processes import REPOSITORY

_SAMPLES: Final = REPOSITORY / "docs" / "samples" / "hl7v2"
_ER7: Final = "application/hl7-v2+er7"
_TYPES: Final = (
    *(_ER7, "x-application/hl7-v2+er7", _ER7.upper(), f"{_ER7};", f"{_ER7}; charset", f"{_ER7};=;;"),
    *("text/plain", "application/json", "*/*", "", ";", "a" * 4000, "application/hl7-v2+xml", "\xe9/\xff"),
)
_CHARSETS: Final = (
    *(
        "utf-8",
        "UTF8",
        "iso-8859-1",
        "us-ascii",
        "utf-16",
        "utf-16le",
        "utf-32",
        "utf-7",
        "shift_jis",
        "gb18030",
    ),
    *("base64", "zlib", "rot13", "idna", "punycode", "unicode_escape", "undefined", "mbcs", "oem", "hex"),
    *("klingon", "", " ", '"utf-8"', "'utf-8'", "utf-8\xff", "../x", "8859/1", "x" * 4000, "UNICODE UTF-8"),
)
_CODECS: Final = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-32",
    "utf-7",
    "cp1252",
    "cp037",
    "shift_jis",
)
_PLACES: Final = (
    *("", "x", "1", "1.0", "-1.000000", "nan", "inf", "1e9", "9" * 12 + ".000000", "9" * 13 + ".000000"),
    *("0.000000", "1773241445.5000000", "\u0661.000000", "\xb2.000000", "1.000000, 1.000000", "'; --"),
    *("a" * 4000, "\xff", "1773241445.500000 ", "0x1.000000", "\t1.000000"),
)
_SECONDS: Final = 10.0


@dataclass(frozen=True)
class _Answer:
    status: int
    kind: str  # its media type
    body: bytes


@dataclass(frozen=True)
class Service:
    """Where a service is, and a token of one who may send and read."""

    url: str
    token: str

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None, *, most: int = -1
    ) -> _Answer:
        """What is answered; of a body that has no end, the first `most` bytes."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=_SECONDS)
        try:
            said = {"Authorization": f"Bearer {self.token}", **headers}
            connection.request(method, path, body, said)
            answer = connection.getresponse()
            read = answer.read(most) if most >= 0 else answer.read()
            return _Answer(answer.status, answer.getheader("Content-Type", ""), read)
        finally:
            connection.close()


def tell_of_doors(url: str, token: str, *, seed: int, rounds: int) -> int:
    """Try them, and print what was answered, and what of it was wrong; gives the exit code."""
    statuses: Counter[int] = Counter()
    faults = list(_faults_of(Service(url, token), statuses, seed=seed, rounds=rounds))
    print(*faults, sep="\n")
    print(f"seed {seed}: answers {dict(sorted(statuses.items()))}, faults {len(faults)}")
    return 1 if faults else 0


def _faults_of(service: Service, statuses: Counter[int], *, seed: int, rounds: int) -> Iterator[str]:
    chance = random.Random(seed)
    for number in range(rounds):
        kind, body = _content_type(chance), _bent(chance)
        answer = service.answer("POST", "/hl7/v2", {"Content-Type": kind}, body)
        statuses[answer.status] += 1
        if fault := _fault_of_ack(answer):
            yield f"round {number}: {fault}; Content-Type {kind[:60]!r}, {len(body)} bytes: {body[:60]!r}"
    for place in _PLACES:
        headers = {"Last-Event-ID": place}
        answer = service.answer("GET", "/v1/events-stream", _latin(headers), most=len("retry:"))
        statuses[answer.status] += 1
        if fault := _fault_of_stream(answer):
            yield f"Last-Event-ID {place[:40]!r}: {fault}"


def _latin(headers: dict[str, str]) -> dict[str, str]:
    """Headers as HTTP can carry them: other letters as the bytes of UTF-8."""
    return {name: value.encode().decode("latin-1") for name, value in headers.items()}


def _content_type(chance: random.Random) -> str:
    if chance.random() < 0.2:
        return chance.choice(_TYPES)
    return f"{_ER7}; charset={chance.choice(_CHARSETS)}"


def _bent(chance: random.Random) -> bytes:
    """A sample, bent a few times; or nothing of the kind."""
    samples = sorted(_SAMPLES.glob("*.hl7"))
    body = chance.choice(samples).read_bytes()
    for _ in range(chance.randrange(4)):
        body = chance.choice(_BENDS)(body, chance)
    return body


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _recoded(body: bytes, chance: random.Random) -> bytes:
    text = body.decode("latin-1").replace("e", "\u00e9\u4e2d", 3)
    return text.encode(chance.choice(_CODECS), "replace")


def _half_a_letter(body: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(body) + 1)
    return (
        body[:at]
        + chance.choice((b"\xc3", b"\xe4\xb8", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xff"))
        + body[at:]
    )


def _flipped(body: bytes, chance: random.Random) -> bytes:
    bent = bytearray(body)
    for _ in range(min(8, len(bent))):
        bent[chance.randrange(len(bent))] = chance.randrange(256)
    return bytes(bent)


def _odd_delimiters(body: bytes, chance: random.Random) -> bytes:
    odd = chance.choice(
        (b"||||||||", b"|^~\\&#", b"|^^^^", b"abcde", b"\r\r\r\r", b"", b"    ", b"\x00\x01\x02\x03")
    )
    return body.replace(b"|^~\\&", odd, 1)


def _several(body: bytes, chance: random.Random) -> bytes:
    return chance.choice((b"", b"\r", b"\n\n", b"\x1c\r\x0b", b"BHS|^~\\&|\r")).join(
        [body] * chance.randrange(2, 5)
    )


def _enveloped(body: bytes, chance: random.Random) -> bytes:
    head, tail = chance.choice(
        ((b"FHS|^~\\&\rBHS|^~\\&\r", b"BTS|9\rFTS|1\r"), (b"BHS|^~\\&\r", b""), (b"FHS\r", b"FTS\r"))
    )
    return head + body + tail


def _no_message(_body: bytes, chance: random.Random) -> bytes:
    return chance.choice(
        (b"", b" ", b"\r", b"MSH", b"MSH|", b"\x0b\x1c\r", b"PID|1\r", b"{}", b"<x/>", b"\x00" * 99)
    )


def _swollen(body: bytes, chance: random.Random) -> bytes:
    return body + chance.choice((b"|" * 70_000, b"NTE|1||x\r" * 5000, b"~" * 70_000 + b"\r", b"\\" * 70_000))


_BENDS: Final = (
    *(_cut, _recoded, _half_a_letter, _flipped, _odd_delimiters, _several, _enveloped, _no_message, _swollen),
)


def _fault_of_ack(answer: _Answer) -> str:
    if answer.status == 200:
        text = answer.body.replace(b"\x00", b"")  # in UTF-16 and UTF-32 as well
        said = b"MSA" in text or b"BTS" in text
        refused = any(code in text for code in (b"MSA|AE", b"MSA|AR", b"MSA|CE", b"MSA|CR"))
        return (
            "" if said and (b"ERR" in text or not refused) else f"no ACK that says why: {answer.body[:80]!r}"
        )
    return _fault_of_problem(answer)


def _fault_of_stream(answer: _Answer) -> str:
    if answer.status == 200:
        return "" if answer.body == b"retry:" else f"it begins with {answer.body!r}"
    return _fault_of_problem(answer)


def _fault_of_problem(answer: _Answer) -> str:
    if answer.status == 204:
        return ""
    if answer.status >= 500:
        return f"status {answer.status}"
    try:
        said = json.loads(answer.body).get("detail")
    except ValueError:
        said = answer.body.decode("latin-1")  # of the server itself: no request of HTTP reached the service
    return "" if said else f"status {answer.status} without a reason"
