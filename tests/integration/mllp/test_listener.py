"""The listener on real sockets: who is answered what, when, and in which order."""

import threading
import time

import pytest

from service.mllp import Limits, encode
from tests.programs import DEADLINE

VT = b"\x0b"


def acknowledge(messages):
    return [b"ack " + body for body, _peer in messages]


def wait_until(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def send_for_ever(client):
    while True:
        client.send(b"x" * 65_536)


class Gate:
    """A receive that waits until it is opened."""

    def __init__(self):
        self.entered = threading.Event()
        self.opened = threading.Event()
        self.batches = []

    def __call__(self, messages):
        self.batches.append([body for body, _peer in messages])
        self.entered.set()
        assert self.opened.wait(DEADLINE)
        return acknowledge(messages)


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.opened.set()


def test_pipelined_messages_are_answered_in_their_order(listening, connect):
    client = connect(listening(acknowledge))
    client.send(b"".join(encode(b"%d" % number) for number in range(2000)))
    assert [client.answer() for _ in range(2000)] == [b"ack %d" % number for number in range(2000)]


def test_nothing_is_acknowledged_before_receive_returns(listening, connect, gate):
    client = connect(listening(gate))
    client.send(encode(b"one"))
    assert gate.entered.wait(DEADLINE)
    client.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.answer()
    gate.opened.set()
    client.socket.settimeout(DEADLINE)
    assert client.answer() == b"ack one"


def test_what_waits_during_a_commit_is_committed_together_afterwards(listening, connect, gate):
    running = listening(gate)
    first, *others = [connect(running) for _ in range(6)]
    first.send(encode(b"first"))
    assert gate.entered.wait(DEADLINE)
    for client in others:
        client.send(encode(b"other"))
    wait_until(lambda: running.counters().received == 6)  # so a slow commit keeps nobody from being read
    gate.opened.set()
    assert [client.answer() for client in others] == [b"ack other"] * 5
    assert gate.batches == [[b"first"], [b"other"] * 5]


def test_the_peer_is_told_by_its_address(listening, connect):
    running = listening(lambda messages: [origin.address.encode() for _body, origin in messages])
    client = connect(running)
    client.send(encode(b"one"))
    host, port = client.socket.getsockname()
    assert client.answer().decode() == f"{host}:{port}"


def test_an_empty_answer_is_not_sent_and_does_not_hold_up_the_next(listening, connect):
    client = connect(listening(lambda messages: [b"" if b == b"quiet" else b for b, _ in messages]))
    client.send(encode(b"quiet") + encode(b"loud"))
    assert client.answer() == b"loud"


def test_a_frame_of_16_mib_is_taken(listening, connect):
    client = connect(listening(lambda messages: [b"%d" % len(body) for body, _ in messages]))
    client.send(encode(b"x" * 16 * 1024 * 1024))
    assert client.answer() == b"16777216"


def test_a_frame_over_the_limit_is_answered_and_its_connection_closed(listening, connect):
    running = listening(acknowledge, Limits(frame_bytes=1024 * 1024))
    client, neighbour = connect(running), connect(running)
    client.send(encode(b"before") + encode(b"x" * 4 * 1024 * 1024))
    assert client.answer() == b"ack before"
    assert client.answer() == b"refused too long"
    assert client.is_closed()
    neighbour.send(encode(b"mine"))
    assert neighbour.answer() == b"ack mine"


def test_a_sender_in_the_middle_of_a_frame_over_the_limit_is_not_reset(listening, connect):
    client = connect(listening(acknowledge, Limits(frame_bytes=1000)))
    client.send(VT + b"x" * 1001)
    assert client.answer() == b"refused too long"
    for _ in range(100):  # a reset could cost it the answer that it has not read yet
        client.send(b"x" * 65_536)
    assert client.is_closed()


def test_a_sender_that_never_stops_is_cut_off(listening, connect):
    running = listening(acknowledge, Limits(frame_bytes=1000, linger_seconds=0.1))
    client = connect(running)
    client.send(VT + b"x" * 1001)
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        send_for_ever(client)
    wait_until(lambda: running.counters().connections == 0)


def test_half_a_frame_then_silence_is_answered_and_closed(listening, connect):
    heads = []
    running = listening(
        acknowledge,
        Limits(frame_seconds=0.1),
        refuse=lambda head, problem, peer: heads.append((head, peer)) or b"refused " + problem.encode(),
    )
    client, neighbour = connect(running), connect(running)
    client.send(encode(b"before") + VT + b"MSH|half")
    assert [client.answer(), client.answer()] == [b"ack before", b"refused slow"]
    assert client.is_closed()
    assert heads == [(b"MSH|half", "{}:{}".format(*client.socket.getsockname()))]
    neighbour.send(encode(b"mine"))
    assert neighbour.answer() == b"ack mine"


def test_beginning_the_frame_again_and_again_earns_no_more_time(listening, connect):
    client = connect(listening(acknowledge, Limits(frame_seconds=0.2)))
    client.socket.settimeout(0.02)
    answers = []
    end = time.monotonic() + DEADLINE
    while not answers and time.monotonic() < end:
        client.send(VT + b"MSH|again")
        try:
            answers.append(client.answer())
        except TimeoutError:
            continue
    assert answers == [b"refused slow"]


def test_bytes_that_no_frame_follows_are_answered_and_closed(listening, connect):
    client = connect(listening(acknowledge, Limits(stray_seconds=0.1)))
    client.send(b"MSH|^~\\&|unframed\r")
    assert client.answer() == b"refused outside"
    assert client.is_closed()


@pytest.mark.parametrize(
    ("sent", "problem"), [(VT + b"MSH|half", "cut"), (b"MSH|unframed\r", "outside")], ids=["half", "unframed"]
)
def test_a_sender_that_ends_in_the_middle_is_told_so(listening, connect, sent, problem):
    client = connect(listening(acknowledge))
    client.send(sent)
    client.socket.shutdown(1)
    assert client.answer() == b"refused " + problem.encode()
    assert client.is_closed()


@pytest.mark.parametrize("rubbish", [VT + b"MSH|ha", b"junk"], ids=["begun anew", "junk before it"])
def test_a_sender_that_goes_on_to_a_whole_frame_gets_one_answer_to_it(listening, connect, rubbish):
    refused = []
    running = listening(acknowledge, refuse=lambda head, _problem, _peer: refused.append(head) or b"refused")
    client = connect(running)
    for number in range(3):
        client.send(rubbish + encode(b"%d" % number))
        assert client.answer() == b"ack %d" % number
    assert len(refused) == running.counters().refused == 3


def test_a_sender_that_closes_its_half_still_gets_its_answers(listening, connect):
    client = connect(listening(acknowledge))
    client.send(encode(b"one") + encode(b"two"))
    client.socket.shutdown(1)
    assert [client.answer(), client.answer()] == [b"ack one", b"ack two"]
    assert client.is_closed()


def test_a_failed_commit_is_not_acknowledged_and_the_next_one_is(listening, connect):
    def receive(messages):
        if any(body == b"bad" for body, _ in messages):
            raise OSError("disk full")
        return acknowledge(messages)

    running = listening(receive)
    bad, good = connect(running), connect(running)
    bad.send(encode(b"bad"))
    assert bad.is_closed()
    good.send(encode(b"good"))
    assert good.answer() == b"ack good"
    assert running.counters().unanswered == 1


@pytest.mark.parametrize(
    "answers", [[], [b"a", b"b"], [b"\x1c\r\x0bMSA|AA"]], ids=["too few", "too many", "two frames in one"]
)
def test_an_answer_that_cannot_be_given_in_order_closes_the_connection(listening, connect, answers):
    running = listening(lambda messages: answers if messages[0][0] == b"bad" else acknowledge(messages))
    bad, good = connect(running), connect(running)
    bad.send(encode(b"bad"))
    assert bad.is_closed()
    good.send(encode(b"good"))
    assert good.answer() == b"ack good"


def test_a_refusal_that_fails_harms_no_neighbour(listening, connect):
    def refuse(_head, _problem, _peer):
        raise OSError("disk full")

    running = listening(acknowledge, Limits(frame_bytes=10), refuse=refuse)
    bad, good = connect(running), connect(running)
    bad.send(encode(b"x" * 11))
    assert bad.is_closed()
    good.send(encode(b"good"))
    assert good.answer() == b"ack good"


def test_a_sender_that_is_gone_before_its_answer_harms_no_neighbour(listening, connect, gate):
    running = listening(gate)
    gone, stays = connect(running), connect(running)
    gone.send(encode(b"gone"))
    stays.send(encode(b"stays"))
    wait_until(lambda: running.counters().received == 2)
    gone.socket.close()
    gate.opened.set()
    assert stays.answer() == b"ack stays"
    wait_until(lambda: running.counters().connections == 1)


@pytest.mark.parametrize("limits", [Limits(in_flight=4), Limits(frame_bytes=3)], ids=["frames", "bytes"])
def test_a_connection_with_enough_in_flight_is_not_read_further(listening, connect, gate, limits):
    running = listening(gate, limits)
    eager, modest = connect(running), connect(running)
    for number in range(6):  # one at a time, so that each is read by itself
        eager.send(encode(b"%d" % number))
        wait_until(lambda number=number: running.counters().received == min(number + 1, 4))
    modest.send(encode(b"mod"))
    wait_until(lambda: running.counters().received == 5)
    gate.opened.set()
    assert [eager.answer() for _ in range(6)] == [b"ack %d" % number for number in range(6)]
    assert modest.answer() == b"ack mod"


def test_a_sender_held_back_for_long_is_not_called_slow(listening, connect, gate):
    running = listening(gate, Limits(in_flight=1, frame_seconds=0.05))
    client = connect(running)
    client.send(encode(b"one") + VT + b"tw")
    assert gate.entered.wait(DEADLINE)
    time.sleep(0.2)  # several times what a frame may take
    client.send(b"o\x1c\r")
    gate.opened.set()
    assert [client.answer(), client.answer()] == [b"ack one", b"ack two"]


def test_a_client_that_never_reads_is_held_back_not_buffered_for(listening, connect):
    running = listening(lambda messages: [b"a" * 100_000] * len(messages), Limits(in_flight=2))
    client = connect(running)
    client.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.send(encode(b"x" * 10_000) * 4000)
    assert running.counters().received < 2000


@pytest.mark.parametrize("limits", [Limits(connections=2), Limits(per_peer=2)], ids=["in all", "per peer"])
def test_connections_above_the_limit_are_turned_away(listening, connect, limits):
    running = listening(acknowledge, limits)
    inside = [connect(running) for _ in range(2)]
    wait_until(lambda: running.counters().connections == 2)
    assert connect(running).is_closed()
    assert running.counters().turned_away == 1
    inside[0].socket.close()
    wait_until(lambda: running.counters().connections == 1)
    late = connect(running)
    late.send(encode(b"late"))
    assert late.answer() == b"ack late"


def test_an_idle_connection_is_closed_and_a_busy_one_is_not(listening, connect):
    running = listening(acknowledge, Limits(idle_seconds=1))
    idle, busy = connect(running), connect(running)
    wait_until(lambda: running.counters().connections == 2)
    while running.counters().connections == 2:
        busy.send(encode(b"x"))
        assert busy.answer() == b"ack x"
    assert idle.is_closed()
    assert running.counters().connections == 1


def test_stop_answers_the_frames_in_hand_and_takes_no_more(listening, connect, gate):
    running = listening(gate)
    client, silent = connect(running), connect(running)
    client.send(encode(b"one") + encode(b"two") + VT + b"thr")
    assert gate.entered.wait(DEADLINE)
    wait_until(lambda: running.counters().received == 2)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    assert silent.is_closed()
    client.send(b"ee\x1c\r")
    gate.opened.set()
    assert [client.answer(), client.answer()] == [b"ack one", b"ack two"]
    assert client.is_closed()
    stopping.join(DEADLINE)
    with pytest.raises(ConnectionRefusedError):
        connect(running)
    assert [body for batch in gate.batches for body in batch] == [b"one", b"two"]


def test_stop_does_not_wait_for_a_commit_that_hangs(listening, connect, gate):
    running = listening(gate)
    client = connect(running)
    client.send(encode(b"one"))
    assert gate.entered.wait(DEADLINE)
    running.stop(grace=0.05)
    assert client.is_closed()


def test_the_counters_tell_what_was_done(listening, connect):
    running = listening(acknowledge)
    client = connect(running)
    client.send(encode(b"one") + b"junk" + encode(b"two"))
    assert [client.answer(), client.answer()] == [b"ack one", b"ack two"]
    counters = running.counters()
    assert (counters.accepted, counters.connections) == (1, 1)
    assert (counters.received, counters.refused, counters.answered) == (2, 1, 2)
    assert (counters.turned_away, counters.unanswered) == (0, 0)
