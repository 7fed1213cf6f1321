"""MLLP over TLS: who is let in, what changes without a restart, and what a sender may rely on."""

import shutil
import socket
import ssl
import threading
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.errors import PostingError, PostingUnavailable, PostingUncertain, SetupError
from service.mllp import Connection, Limits, TlsFiles, client_tls, encode, server_tls
from tests.certificates import Authority
from tests.integration.mllp.conftest import DEADLINE, Client, connected
from tests.service_process import wait_until

HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(authority):
    return authority.issue("server", [HOST, "hl7.example"])


@pytest.fixture(scope="module")
def client(authority):
    return authority.issue("lab.example", ["lab.example", "lab2.example"])


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("strange"), "stranger")


@pytest.fixture
def running(listening, server):
    return listening(echo, tls=server_tls(server))


def echo(messages):
    return [b"ack " + body for body, _origin in messages]


def dialled(running, files, **settings):
    return Connection(*running.address, tls=client_tls(files), answer_timeout=DEADLINE, **settings)


@pytest.fixture
def raw():
    """A client of any kind, its handshake done: raw(running, files, **options of its context)."""
    with ExitStack() as stack:

        def connect(running, files, **options):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            for name, value in options.items():
                setattr(context, name, value)
            context.load_verify_locations(files.authorities)
            if files.certificate:
                context.load_cert_chain(files.certificate, files.key)
            client = Client(running.address)
            stack.callback(client.socket.close)
            client.socket = context.wrap_socket(client.socket, server_hostname=HOST)
            stack.callback(client.socket.close)
            return client

        yield connect


def serial_of(client):
    return client.socket.getpeercert()["serialNumber"]


def test_messages_come_and_answers_go_and_the_names_of_the_sender_are_told(listening, server, client):
    names = []

    def receive(messages):
        names.extend(origin.names for _body, origin in messages)
        return echo(messages)

    running = listening(receive, tls=server_tls(server))
    with dialled(running, client) as connection:
        large = b"x" * 300_000
        assert connection.exchange(b"one") == b"ack one"
        assert connection.exchange(large) == b"ack " + large
    assert set(names) == {("lab.example", "lab2.example")}
    assert running.counters().accepted == 1, "the connection is kept"


def test_what_is_sent_with_the_last_of_the_handshake_is_taken_in_order(running, client, raw):
    peer = raw(running, client)
    peer.send(b"".join(encode(b"%d" % n) for n in range(100)))
    assert [peer.answer() for _ in range(100)] == [b"ack %d" % n for n in range(100)]


@pytest.fixture
def unwelcome(request, client, stranger, authority):
    """Files of a sender that is not to be let in."""
    of_others = {
        "without certificate": replace(client, certificate=None, key=None),
        "of a stranger": stranger.issue("lab.example"),
        "expired": authority.issue("old.example", days=-1),
    }
    return replace(of_others[request.param], authorities=authority.path)


@pytest.mark.parametrize("unwelcome", ["without certificate", "of a stranger", "expired"], indirect=True)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_who_cannot_show_a_certificate_of_our_authority_is_not_let_in(
    running, client, unwelcome, version, raw
):
    def ask():
        peer = raw(running, unwelcome, maximum_version=version)
        peer.send(encode(b"let me in"))
        return peer.answer()

    with pytest.raises((ssl.SSLError, EOFError, ConnectionError)):
        ask()
    wait_until(lambda: running.counters().not_secure == 1, "the refusal")
    assert running.counters().received == 0
    with dialled(running, client) as connection:
        assert connection.exchange(b"one") == b"ack one"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_of_tls_are_refused(running, client, version, raw):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        raw(running, client, minimum_version=version, maximum_version=version)


def test_bytes_in_the_clear_are_not_answered(running, connect):
    peer = connect(running)
    peer.send(encode(b"one"))
    with pytest.raises((EOFError, ConnectionError)):
        peer.answer()
    wait_until(lambda: running.counters().not_secure == 1, "the refusal")
    assert running.counters().received == 0


def test_a_certificate_that_changes_is_read_anew_and_connections_stay(
    listening, authority, stranger, client, tmp_path, raw
):
    files = authority.issue("server", [HOST], stem="changing")
    files = TlsFiles(
        *(Path(shutil.copy(path, tmp_path)) for path in (files.certificate, files.key, authority.path))
    )
    running = listening(echo, tls=server_tls(files))
    first = raw(running, client)

    renewed = authority.issue("server", [HOST], stem="renewed")
    shutil.copy(renewed.certificate, files.certificate)  # half of it: of no use yet
    second = raw(running, client)
    assert serial_of(second) == serial_of(first)
    shutil.copy(renewed.key, files.key)
    third = raw(running, client)
    assert serial_of(third) != serial_of(first)

    shutil.copy(stranger.path, files.authorities)  # who was let in before is not any more
    with pytest.raises(PostingError), dialled(running, client) as connection:
        connection.exchange(b"one")
    newcomer = replace(stranger.issue("new.example"), authorities=authority.path)
    for peer in (first, second, third, raw(running, newcomer)):
        peer.send(encode(b"one"))
        assert peer.answer() == b"ack one"


def test_whoever_only_shakes_hands_takes_a_place_and_loses_it(listening, connect, server, client):
    limits = Limits(connections=2, handshake_seconds=1.5)
    running = listening(echo, limits, tls=server_tls(server))
    idlers = [connect(running) for _ in range(2)]
    wait_until(lambda: connect(running).is_closed(), "the limit")
    assert all(idler.is_closed() for idler in idlers)
    with dialled(running, client) as connection:
        assert connection.exchange(b"one") == b"ack one"


def test_a_sender_in_the_middle_of_a_frame_over_the_limit_sees_why(listening, server, client, raw):
    running = listening(echo, Limits(frame_bytes=1000, linger_seconds=0.5), tls=server_tls(server))
    peer = raw(running, client)
    peer.send(b"\x0b" + b"x" * 500_000)
    assert peer.answer() == b"refused too long"
    assert peer.is_closed()


def test_stop_answers_the_frames_in_hand(listening, server, client, raw):
    running = listening(echo, Limits(linger_seconds=0.2), tls=server_tls(server))
    peer = raw(running, client)
    peer.send(encode(b"one"))
    wait_until(lambda: running.counters().received == 1, "the frame")
    with connected(running.address) as shaking:  # as nobody who is heard yet is answered
        wait_until(lambda: running.counters().connections == 2, "the other")
        running.stop()
        assert peer.answer() == b"ack one"
        assert peer.is_closed()
        assert shaking.is_closed()


def test_a_receiver_is_only_sent_to_when_it_is_who_it_should_be(listening, authority, stranger, client):
    running = listening(echo, tls=server_tls(authority.issue("other", ["hl7.example"])))
    with (
        pytest.raises(PostingUnavailable, match=r"no TLS with 127\.0\.0\.1"),
        dialled(running, client) as connection,
    ):
        connection.exchange(b"one")
    with dialled(running, client, server_name="hl7.example") as connection:
        assert connection.exchange(b"one") == b"ack one"
    distrustful = replace(client, authorities=stranger.path)
    with (
        pytest.raises(PostingUnavailable, match="certificate verify failed"),
        dialled(running, distrustful, server_name="hl7.example") as connection,
    ):
        connection.exchange(b"one")


@pytest.fixture
def refusing(server):
    """The address of a receiver that shakes hands with its own kind only, and says so."""
    context = server_tls(server).context()
    opened = socket.create_server((HOST, 0))

    def serve():
        with suppress(OSError), opened:
            while True:
                peer, _ = opened.accept()
                with peer, suppress(ssl.SSLError), context.wrap_socket(peer, server_side=True):
                    raise AssertionError

    thread = threading.Thread(target=serve)
    thread.start()
    yield opened.getsockname()
    opened.shutdown(socket.SHUT_RDWR)
    thread.join(DEADLINE)


def test_that_our_certificate_is_not_taken_is_known_to_have_delivered_nothing(refusing, client, stranger):
    files = replace(stranger.issue("us"), authorities=client.authorities)
    for bare in (files, replace(files, certificate=None, key=None)):
        connection = Connection(*refusing, tls=client_tls(bare), answer_timeout=DEADLINE)
        with (
            pytest.raises(PostingUnavailable, match=r"not accept our certificate|before anything is sent"),
            connection,
        ):
            connection.exchange(b"one")


def test_a_receiver_that_goes_away_after_the_message_leaves_it_uncertain(listening, server, client):
    def receive(_messages):
        raise RuntimeError

    running = listening(receive, tls=server_tls(server))
    with pytest.raises(PostingUncertain), dialled(running, client) as connection:
        connection.exchange(b"one")


def test_a_receiver_that_speaks_no_tls_is_unavailable(listening, client):
    running = listening(echo)
    with (
        pytest.raises(PostingUnavailable, match="no TLS with"),
        dialled(running, client, connect_timeout=0.3) as connection,
    ):
        connection.exchange(b"one")
    assert running.counters().received == 0


@pytest.mark.parametrize("spoil", ["missing", "other key", "no PEM", "encrypted", "expiring"])
def test_files_that_cannot_be_used_are_told_at_once(authority, server, tmp_path, spoil, capsys):
    files = authority.issue("server", days=3 if spoil == "expiring" else 365, stem="spoilt")
    bad = tmp_path / "bad.pem"
    bad.write_text("no PEM" if spoil == "no PEM" else _ENCRYPTED)
    changes = {
        "missing": {"certificate": tmp_path / "none.pem"},
        "other key": {"key": server.key},
        "no PEM": {"authorities": bad},
        "encrypted": {"key": bad},
        "expiring": {},
    }
    if spoil == "expiring":
        server_tls(files)
        assert "certificate expires" in capsys.readouterr().out
        return
    with pytest.raises(SetupError, match=r"^TLS: .*(cannot be read|cannot be used)"):
        server_tls(replace(files, **changes[spoil]))


_ENCRYPTED = """-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHjME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAg=
-----END ENCRYPTED PRIVATE KEY-----
"""
