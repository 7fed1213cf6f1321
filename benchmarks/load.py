"""Load: stop-and-wait MLLP senders, in a process of their own. `python -m benchmarks.load --port PORT`."""

import argparse
import asyncio
import json
import statistics
import sys
import time
from dataclasses import dataclass, field

#: A catheter placed in the epidural space: one candidate, 62327, by the generic feed.
_SAMPLE = (
    "MSH|^~\\&|ANES|NORTH|CC|MAIN|20270110083000||ORU^R01^ORU_R01|{control_id}|P|2.5.1\r"
    "PID|1||{patient}^^^NORTH^MR||TESTPERSON^BENCH||19600101|F\r"
    "PV1|1|O|PAIN^1|||||||||||||||||V{control_id}\r"
    "OBR|1||{control_id}^ANES|28570-0^Procedure note^LN|||20270110080000||||||||||||||||||F\r"
    "OBX|1|CWE|status||completed||||||F\r"
    "OBX|2|CWE|intent||therapeutic_injection||||||F\r"
    "OBX|3|CWE|target||epidural||||||F\r"
    "OBX|4|CWE|approach||interlaminar_midline||||||F\r"
    "OBX|5|CWE|entry_levels||L4-L5||||||F\r"
    "OBX|6|CWE|device||catheter||||||F\r"
    "OBX|7|CWE|catheter.disposition||left_indwelling||||||F\r"
    "OBX|8|CWE|imaging.modality||fluoroscopy||||||F\r"
    "OBX|9|CWE|imaging.images_archived||true||||||F\r"
    "OBX|10|CWE|substances.class||local_anesthetic||||||F\r"
    "OBX|11|CWE|delivery||continuous_infusion||||||F\r"
    "OBX|12|ST|9279-1^Respiratory rate^LN||16||||||F\r"
)


def message(control_id: str) -> bytes:
    """The sample as a message of its own: another patient, visit and procedure."""
    return _SAMPLE.format(control_id=control_id, patient=f"P{control_id}").encode()


@dataclass
class Tally:
    """What the senders saw."""

    run: str  # makes the control ids of this run unlike those of any other
    until: float
    acknowledged: int = 0
    refused: int = 0
    waits: list[float] = field(default_factory=list)


class Sender(asyncio.Protocol):
    """One connection: sends the next message when the last one is answered."""

    def __init__(self, tally: Tally, number: int, most: int) -> None:
        self._tally, self._number, self._left = tally, number, most
        self._sent = 0
        self._answer = b""
        self.done = asyncio.get_running_loop().create_future()

    def itself(self) -> "Sender":
        """What asyncio calls to have its protocol."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent += 1
        body = message(f"{self._tally.run}{self._number}-{self._sent}")
        self._started = time.perf_counter()
        self._transport.write(b"\x0b" + body + b"\x1c\r")

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._answer.endswith(b"\x1c\r"):
            return
        now = time.perf_counter()
        self._tally.waits.append(now - self._started)
        accepted = b"MSA|AA" in self._answer
        self._tally.acknowledged += accepted
        self._tally.refused += not accepted
        self._answer = b""
        self._left -= 1
        if now < self._tally.until and self._left:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(exc)


async def run(port: int, connections: int, seconds: float, messages: int) -> dict[str, float]:
    """Send from `connections` connections for `seconds`, or until each has sent its share of `messages`."""
    loop = asyncio.get_running_loop()
    started, started_at = time.perf_counter(), time.time()
    tally = Tally(f"{time.time_ns() // 1_000_000:x}", started + seconds)
    most = messages // connections if messages else sys.maxsize
    senders = [Sender(tally, number, most) for number in range(connections)]
    for sender in senders:
        await loop.create_connection(sender.itself, "127.0.0.1", port)
    await asyncio.gather(*(sender.done for sender in senders))
    return {"started_at": started_at, "seconds": time.perf_counter() - started, **_summary(tally)}


def _summary(tally: Tally) -> dict[str, float]:
    waits = sorted(tally.waits) or [0.0]
    return {
        "acknowledged": tally.acknowledged,
        "refused": tally.refused,
        "p50_ms": statistics.median(waits) * 1000,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1000,
    }


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--messages", type=int, default=0)
    given = parser.parse_args()
    found = asyncio.run(run(given.port, given.connections, given.seconds, given.messages))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
