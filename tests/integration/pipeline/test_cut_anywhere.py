"""A message and its answer, cut at every byte: what is not known for certain is never taken for an answer."""

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from service.domain.errors import PostingUncertain
from service.mllp import encode
from tests.integration.pipeline.billing import ack_of, way_to
from tests.unit.hl7.test_dft import CHARGE

PATIENCE = 10.0


class _Receiver:
    """Takes so many bytes on each connection, gives these pieces, hangs up."""

    def __init__(self):
        self.takes = 0
        self.pieces = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]

    def serve(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(PATIENCE)
                taken = 0
                while taken < self.takes and (data := connection.recv(self.takes - taken)):
                    taken += len(data)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for piece in self.pieces:
                    connection.sendall(piece)

    def close(self):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@contextmanager
def receiving():
    receiver = _Receiver()
    thread = threading.Thread(target=receiver.serve)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.close()
        thread.join()


@pytest.fixture
def sent():
    """(a receiver, a way to it, a message ready to be sent)."""
    with receiving() as receiver:
        way = way_to(receiver.port, timeout=PATIENCE)
        parcel = way.prepare([CHARGE], "ID", datetime(2026, 1, 15, tzinfo=UTC))
        receiver.takes = len(encode(parcel.body))
        yield receiver, way, parcel
        way.close()


def test_an_answer_that_is_cut_at_any_byte_says_nothing(sent):
    receiver, way, parcel = sent
    answer = encode(ack_of(parcel.body))
    for cut in range(len(answer)):
        receiver.pieces = [answer[:cut]] if cut else []
        with pytest.raises(PostingUncertain):
            way.send(parcel)
    receiver.pieces = [answer]
    assert way.send(parcel).note == "AA"


def test_an_answer_in_pieces_of_a_byte_is_whole(sent):
    receiver, way, parcel = sent
    receiver.pieces = [bytes([byte]) for byte in encode(ack_of(parcel.body))]
    assert way.send(parcel).note == "AA"


def test_a_message_that_is_cut_at_any_byte_may_have_arrived(sent):
    receiver, way, parcel = sent
    for taken in range(1, receiver.takes + 1):
        receiver.takes = taken
        with pytest.raises(PostingUncertain):
            way.send(parcel)
