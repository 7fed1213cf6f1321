"""Whether a thousand configured feeds cost a message more than one: `python -m benchmarks.many_feeds`.

The same reports of as many senders are received and charted, once with one feed for all of them, once with a
feed for each of a thousand senders; the figure is the ratio of the processor time a message.
"""

import gc
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from time import process_time

from benchmarks.load import message
from service.mapping import Mappings, load
from service.mllp import Origin
from service.settings import Settings
from service.wiring.opening import open_service
from service.wiring.service import Service

FEEDS = 1_000
AIM = 1.1
_MESSAGES = 4_000
_ROUNDS = 3


def _with_feeds(mappings: Mappings, count: int) -> Mappings:
    """As many feeds as there are senders, each a copy of the generic one for reports."""
    generic = next(feed for feed in mappings.feeds if feed.name == "generic-oru")
    own = [
        replace(generic, name=f"own-{n}", match={"MSH-3": f"ANES{n}", "MSH-4": "NORTH"}) for n in range(count)
    ]
    return replace(mappings, feeds=(*mappings.feeds, *own))


def _open(mappings: Mappings, folder: Path) -> Service:
    return open_service(Settings(data=folder), mappings)


def _seconds(service: Service, run: str) -> float:
    """Processor time for all messages, received in groups and charted."""
    origin = Origin("127.0.0.1:1")
    bodies = [
        message(f"{run}-{n}").replace(b"|ANES|", b"|ANES%d|" % (n % FEEDS), 1) for n in range(_MESSAGES)
    ]
    began = process_time()
    for start in range(0, _MESSAGES, 64):
        service.door.receive_frames([(body, origin) for body in bodies[start : start + 64]])
    while service.drain("chart"):
        pass
    return process_time() - began


def main() -> None:
    """Measure in turn, and print the ratio of the best."""
    mappings = load(Path(__file__).parents[1] / "mappings")
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        services = [_open(mappings, Path(few)), _open(_with_feeds(mappings, FEEDS), Path(many))]
        gc.collect()
        times = [[_seconds(service, f"r{n}") for service in services] for n in range(_ROUNDS)]
        for service in services:
            service.close()
    one, thousand = (min(column) / _MESSAGES for column in zip(*times, strict=True))
    sys.stdout.write(
        f"one feed {one * 1e6:.0f} us a message, {FEEDS} feeds {thousand * 1e6:.0f} us: "
        f"{thousand / one:.2f} times (aim {AIM})\n"
    )


if __name__ == "__main__":
    main()
