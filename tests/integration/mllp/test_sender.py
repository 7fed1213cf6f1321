"""The sending end against receivers that misbehave: what is certain, what is not, and no wrong answer."""

import socket
import threading
from contextlib import ExitStack

import pytest

from service.domain.errors import PostingUnavailable, PostingUncertain
from service.mllp import Connection, FrameDecoder, encode
from tests.programs import DEADLINE

SOON = 1.0  # for silence to be noticed; whatever answers does so at once, on a busy machine too


class Receiver:
    """Serves one connection after the other; `scripts` says what each does with its socket."""

    def __init__(self, *scripts):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(DEADLINE)
        self.address = self.server.getsockname()
        self.read = []
        self.thread = threading.Thread(target=self._serve, args=(scripts,))
        self.thread.start()

    def _serve(self, scripts):
        with self.server:
            for script in scripts:
                peer, _ = self.server.accept()
                with peer:
                    peer.settimeout(DEADLINE)
                    script(self, peer)

    def take(self, peer):
        """Read one message."""
        decoder = FrameDecoder()
        while not (frames := decoder.feed(peer.recv(65536))):
            pass
        self.read.append(frames[0].body)

    def join(self):
        self.thread.join(DEADLINE)
        assert not self.thread.is_alive()


@pytest.fixture
def receiving():
    with ExitStack() as stack:

        def start(*scripts):
            receiver = Receiver(*scripts)
            stack.callback(receiver.join)
            return receiver

        yield start


@pytest.fixture
def connecting():
    with ExitStack() as stack:
        yield lambda receiver, **settings: stack.enter_context(Connection(*receiver.address, **settings))


def answering(*pieces):
    """Read a message and send these bytes, one write after the other; then wait for the sender to leave."""

    def script(receiver, peer):
        receiver.take(peer)
        for piece in pieces:
            peer.sendall(piece)
        assert wait_for_the_end(peer)

    return script


def wait_for_the_end(peer):
    try:
        return not peer.recv(1)
    except ConnectionResetError:
        return True


def hanging_up(receiver, peer):
    receiver.take(peer)


def hanging_up_early(_receiver, peer):
    peer.recv(1)


def resetting(receiver, peer):
    receiver.take(peer)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([encode(b"ack")], id="at once"),
        pytest.param([bytes([byte]) for byte in encode(b"ack")], id="byte by byte"),
        pytest.param([b"\r\n", encode(b"ack") + b"\r\n"], id="with line ends around it"),
    ],
)
def test_one_frame_is_the_answer(receiving, connecting, pieces):
    receiver = receiving(answering(*pieces))
    with connecting(receiver) as connection:
        assert connection.exchange(b"one") == b"ack"
    assert receiver.read == [b"one"]


def test_the_connection_is_kept(receiving, connecting):
    def twice(receiver, peer):
        for _ in range(2):
            receiver.take(peer)
            peer.sendall(encode(b"ack"))

    receiver = receiving(twice)
    connection = connecting(receiver)
    assert [connection.exchange(b"one"), connection.exchange(b"two")] == [b"ack", b"ack"]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(answering(), id="silence"),
        pytest.param(answering(b"\x0bhalf an ack"), id="half an answer, then silence"),
        pytest.param(answering(b"\x0bhalf\x1c"), id="all but the last byte"),
        pytest.param(answering(b"HTTP/1.1 400 Bad Request\r\n"), id="garbage"),
        pytest.param(answering(b"junk" + encode(b"ack")), id="garbage before the answer"),
        pytest.param(answering(encode(b"ack") + b"junk"), id="garbage behind the answer"),
        pytest.param(answering(encode(b"ack") + encode(b"ack")), id="two answers"),
        pytest.param(answering(encode(b"ack") + b"\x0ba"), id="one answer and the start of another"),
        pytest.param(answering(b"\x0bha" + encode(b"ack")), id="an answer begun anew"),
        pytest.param(hanging_up, id="hang up after reading"),
        pytest.param(hanging_up_early, id="hang up while reading"),
        pytest.param(resetting, id="reset"),
    ],
)
def test_anything_but_one_frame_is_uncertain_and_the_next_message_has_a_fresh_connection(
    receiving, connecting, script
):
    receiver = receiving(script, answering(encode(b"ack two")))
    with connecting(receiver, answer_timeout=SOON) as connection:
        with pytest.raises(PostingUncertain):
            connection.exchange(b"one" + b"." * 1000)
        assert connection.exchange(b"two") == b"ack two"


def test_a_late_answer_is_never_credited_to_the_next_message(receiving, connecting):
    sent_late = threading.Event()
    gave_up = threading.Event()

    def late(receiver, peer):
        receiver.take(peer)
        assert gave_up.wait(DEADLINE)
        peer.sendall(encode(b"ack one"))
        sent_late.set()

    receiver = receiving(late, answering(encode(b"ack two")))
    with connecting(receiver, answer_timeout=SOON) as connection:
        with pytest.raises(PostingUncertain):
            connection.exchange(b"one")
        gave_up.set()
        assert sent_late.wait(DEADLINE)
        assert connection.exchange(b"two") == b"ack two"


def test_a_second_answer_that_comes_afterwards_is_not_that_to_the_next_message(receiving, connecting):
    came_after = threading.Event()
    first_read = threading.Event()

    def twice(receiver, peer):
        receiver.take(peer)
        peer.sendall(encode(b"ack one"))
        assert first_read.wait(DEADLINE)
        peer.sendall(encode(b"ack one again"))
        came_after.set()
        assert wait_for_the_end(peer)

    receiver = receiving(twice, answering(encode(b"ack two")))
    with connecting(receiver) as connection:
        assert connection.exchange(b"one") == b"ack one"
        first_read.set()
        assert came_after.wait(DEADLINE)
        assert connection.exchange(b"two") == b"ack two"
    assert receiver.read == [b"one", b"two"]


def test_the_time_limit_is_for_the_whole_answer_not_for_each_byte(receiving, connecting):
    given_up = threading.Event()

    def dripping(receiver, peer):
        receiver.take(peer)
        for byte in encode(b"a" * 500):
            if given_up.wait(0.02):
                return
            peer.sendall(bytes([byte]))

    connection = connecting(receiving(dripping), answer_timeout=0.2)
    with pytest.raises(PostingUncertain, match="in time"):
        connection.exchange(b"one")
    given_up.set()


def test_a_receiver_that_stops_reading_in_the_middle_leaves_it_uncertain(receiving, connecting):
    done = threading.Event()

    def half_reading(_receiver, peer):
        peer.recv(1)
        assert done.wait(DEADLINE)

    connection = connecting(receiving(half_reading), answer_timeout=0.2)
    with pytest.raises(PostingUncertain):
        connection.exchange(b"x" * 15_000_000)
    done.set()


def test_a_closed_port_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
    with Connection(*address) as connection, pytest.raises(PostingUnavailable):
        connection.exchange(b"one")


def test_a_name_that_nobody_has_is_unavailable():
    with Connection("billing.invalid", 2575) as connection, pytest.raises(PostingUnavailable):
        connection.exchange(b"one")


def test_a_receiver_that_hung_up_while_idle_is_connected_to_again(receiving, connecting):
    hung_up = threading.Event()

    def once(receiver, peer):
        receiver.take(peer)
        peer.sendall(encode(b"ack one"))
        peer.shutdown(socket.SHUT_RDWR)
        hung_up.set()

    receiver = receiving(once, answering(encode(b"ack two")))
    with connecting(receiver) as connection:
        assert connection.exchange(b"one") == b"ack one"
        assert hung_up.wait(DEADLINE)
        assert connection.exchange(b"two") == b"ack two"


def test_a_body_that_would_be_two_frames_is_not_sent(receiving, connecting):
    receiver = receiving(answering(encode(b"ack")))
    with connecting(receiver) as connection:
        with pytest.raises(ValueError, match="cannot be sent"):
            connection.exchange(b"one\x1c\r\x0btwo")
        assert connection.exchange(b"three") == b"ack"
    assert receiver.read == [b"three"]
