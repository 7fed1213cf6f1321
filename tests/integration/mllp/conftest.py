"""Listeners on real sockets, each in a thread of its own."""

import asyncio
import socket
import threading
from contextlib import ExitStack, contextmanager

import pytest

from service.mllp import FrameDecoder, Limits, Listener
from tests.programs import DEADLINE


class RunningListener:
    """A listener and the loop that it lives in."""

    def __init__(self, receive, refuse, limits, tls=None):
        self.listener = Listener(receive, refuse, limits, tls=tls)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.call(self.listener.start("127.0.0.1", 0))
        self.port = self.listener.port
        self.address = ("127.0.0.1", self.port)

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(DEADLINE)

    def stop(self, grace=5.0):
        self.call(self.listener.stop(grace))

    def counters(self):
        async def read():
            return self.listener.counters()

        return self.call(read())

    def close(self):
        self.stop(0.0)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(DEADLINE)
        self.loop.close()


class Client:
    """A peer that sends any bytes, and reads frames."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, DEADLINE)
        self.decoder = FrameDecoder()
        self.answers = []

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """The next answer; EOFError when the listener closes first."""
        while not self.answers:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError
            self.answers += [frame.body for frame in self.decoder.feed(data)]
        return self.answers.pop(0)

    def is_closed(self):
        """Whether the listener closes, without another answer."""
        try:
            return not self.socket.recv(65536)
        except ConnectionResetError:
            return True


def _refuse(_head, problem, _peer):
    return b"refused " + problem.encode()


@contextmanager
def connected(address):
    client = Client(address)
    with client.socket:
        yield client


@pytest.fixture
def listening():
    """Start a listener: listening(receive, limits) -> RunningListener."""
    with ExitStack() as stack:

        def start(receive, limits=None, refuse=_refuse, tls=None):
            running = RunningListener(receive, refuse, limits or Limits(), tls)
            stack.callback(running.close)
            return running

        yield start


@pytest.fixture
def connect():
    """Connect to a listener: connect(running) -> Client."""
    with ExitStack() as stack:
        yield lambda running: stack.enter_context(connected(running.address))
