"""Background: work in a thread of a process that does something else, until that ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOP_SECONDS = 4.0


@contextmanager
def in_background(name: str, run: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run until the event that it is given is set."""
    stopped = threading.Event()
    thread = threading.Thread(target=run, args=(stopped,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(STOP_SECONDS)
