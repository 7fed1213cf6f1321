"""Bad input at the doors of a running service: the right answer, kept where it can be, no harm to others."""

import json
import socket
import threading
import time
from contextlib import closing, contextmanager

import pytest

from service.hl7 import Message, decode
from service.mllp import FrameDecoder, encode
from tests.service_process import start_embedded, stopping, wait_until

MIB = 1024 * 1024
SECRETS = ("Testperson", "Zephyrine", "MRN-CANARY")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One service for all the bad input of this file; half a frame it awaits longer than 16 MiB may take."""
    data = tmp_path_factory.mktemp("bad") / "data"
    with stopping(start_embedded(data, CHARGE_CAPTURE_FRAME_SECONDS="4")) as running:
        yield running


@pytest.fixture(autouse=True)
def neighbour(service):
    """A good peer on a connection of its own, before, during and after: each of its messages gets its AA."""
    with good_peer(service) as wait_for_more:
        wait_for_more()
        yield
        wait_for_more()


@contextmanager
def good_peer(service):
    codes, stopped = [], threading.Event()
    peer = threading.Thread(target=_send_until, args=(service, codes, stopped))
    peer.start()

    def wait_for_more():
        before = len(codes)
        wait_until(lambda: len(codes) > before or not peer.is_alive(), "an ACK of the neighbour")
        assert set(codes) == {"AA"}

    try:
        yield wait_for_more
    finally:
        stopped.set()
        peer.join()


def _send_until(service, codes, stopped):
    with closing(socket.create_connection(service.mllp, 30)) as peer:
        while not stopped.wait(0.02):
            peer.sendall(encode(message(f"GOOD{time.monotonic_ns()}")))
            codes.append(read_answer(peer).get("MSA-1"))


def message(control_id="BAD1", *, kind="ORU^R01", version="2.5.1", charset="", rest=""):
    head = f"MSH|^~\\&|ATTACK|EAST|CC|EAST|20260301||{kind}|{control_id}|P|{version}||||||{charset}"
    return f"{head}\rPID|1||MRN-CANARY^^^E^MR||Testperson^Zephyrine\r{rest}".encode()


def padded(body, size):
    """The message, made so many bytes long by a note."""
    return body + b"NTE|1||" + b"x" * (size - len(body) - 8) + b"\r"


def read_answer(peer):
    """The one message that the service answers, or None when it hangs up without."""
    decoder = FrameDecoder()
    while data := peer.recv(65536):
        frames = decoder.feed(data)
        if frames:
            assert len(frames) == 1
            return Message.parse(decode(frames[0].body).text)
    return None


def answer_to(service, sent, *, hang_up=False):
    with closing(socket.create_connection(service.mllp, 20)) as peer:
        peer.sendall(sent)
        if hang_up:
            peer.shutdown(socket.SHUT_WR)
        return read_answer(peer)


def newest_in_quarantine(service):
    answer = service.ask("GET", "/v1/quarantine?limit=1")
    assert not any(secret in answer.body.decode() for secret in SECRETS), "a reason holds no patient data"
    return answer.json["items"][0]


REFUSED = {
    "no MSH": (encode(b"PID|1||MRN-CANARY\r"), "AR", "100", "does not begin with an MSH"),
    "empty frame": (encode(b""), "AR", "100", "does not begin with an MSH"),
    "delimiters that are none": (encode(b"MSHA^~\\&A\r"), "AR", "102", "MSH-2"),
    "unknown version": (encode(message(version="7.7")), "AR", "203", "2.1 to 2.9"),
    "no version": (encode(message(version="")), "AR", "101", "MSH-12"),
    "unknown message type": (encode(message(kind="XYZ^Z01")), "AR", "200", "MSH-9"),
    "no message type": (encode(message(kind="")), "AR", "101", "MSH-9"),
    "no control id": (encode(message("")), "AE", "101", "MSH-10"),
    "no VT": (message(), "AR", "100", "0x0B stands before a message"),
    "lines instead of frames": (message().replace(b"\r", b"\n"), "AR", "100", "0x0B stands before a message"),
    "another protocol": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "AR", "100", "0x0B stands before a message"),
    "half a frame, then silence": (b"\x0b" + message("HALF"), "AR", "207", "in time"),
    "a frame that ends with LF": (b"\x0b" + message("LF") + b"\x1c\n", "AR", "207", "0x1C 0x0D"),
    "longer than the limit": (encode(padded(message(), 16 * MIB + 1)), "AR", "104", "longer"),
}


@pytest.mark.parametrize(("sent", "code", "error", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_message_that_cannot_be_taken_is_refused_and_kept(service, sent, code, error, reason):
    answer = answer_to(service, sent)

    assert (answer.get("MSA-1"), answer.get("ERR-3.1")) == (code, error)
    assert answer.get("ERR-3.3") == "HL70357"
    assert reason in newest_in_quarantine(service)["reason"]
    assert not any(secret in segment.raw for segment in answer.segments for secret in SECRETS)


def test_half_a_frame_and_a_hang_up_is_refused_and_kept(service):
    answer = answer_to(service, b"\x0b" + message("GONE"), hang_up=True)
    assert (answer.get("MSA-1"), answer.get("MSA-2")) == ("AR", "GONE")
    assert "broke off" in newest_in_quarantine(service)["reason"]


def test_a_frame_begun_anew_does_not_spoil_the_next(service):
    answer = answer_to(service, b"\x0b" + message("CUT") + encode(message("WHOLE")))
    assert (answer.get("MSA-1"), answer.get("MSA-2")) == ("AA", "WHOLE")
    assert "began anew" in newest_in_quarantine(service)["reason"]


LATIN1 = "PID|2||5||Testpersön\r"
TAKEN = {
    "UTF-8 declared, Latin-1 sent": message("C1", charset="UNICODE UTF-8") + LATIN1.encode("latin-1"),
    "a charset that nobody knows": message("C2", charset="KLINGON") + LATIN1.encode("utf-8"),
    "UTF-16 with a mark": message("C3").decode().encode("utf-16"),
    "UTF-16 without a mark": message("C4").decode().encode("utf-16-le"),
    "LF between segments": message("C5").replace(b"\r", b"\n"),
    "NUL in a name": message("C6").replace(b"Zephyrine", b"Zeph\0rine"),
    "a control id of 9000 characters": message("L" * 9000),
    "16 MiB": padded(message("BIG"), 16 * MIB),
    "16 MiB of line ends": message("CRS") + b"\r" * (15 * MIB),
    "a million segments": message("SEG") + b"OBX|1|ST|a||b\r" * 200_000,
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_a_message_that_is_odd_and_lawful_is_taken(service, body):
    assert answer_to(service, encode(body)).get("MSA-1") == "AA"


def test_sixty_connections_that_drip_are_dropped(service):
    peers = [socket.create_connection(service.mllp, 20, source_address=("127.0.0.2", 0)) for _ in range(60)]
    for byte in b"\x0bMSH|":
        for peer in peers:
            peer.sendall(bytes((byte,)))
    assert all(read_answer(peer).get("MSA-1") == "AR" for peer in peers)
    for peer in peers:
        peer.close()


# -- FHIR

PROCEDURE = {
    "resourceType": "Procedure",
    "id": "MRN-7",
    "status": "completed",
    "code": {"text": "Zephyrine"},
    "subject": {"display": "Testperson", "reference": "Patient/1"},
}


def without(name):
    return {key: value for key, value in PROCEDURE.items() if key != name}


def bundle(*resources, kind="transaction"):
    requests = [{"resource": each, "request": {"method": "POST", "url": "Procedure"}} for each in resources]
    return {"resourceType": "Bundle", "type": kind, "entry": requests}


NESTED = json.dumps(PROCEDURE)[:-1] + ', "extension": ' + "[" * 500 + "]" * 500 + "}"
FHIR_REFUSED = {
    "not JSON": ("/Procedure", b"Zephyrine", 400, "structure", "not JSON"),
    "not FHIR": ("/Procedure", b'{"name": "Zephyrine"}', 400, "required", "not FHIR"),
    "no object": ("/Procedure", b'["Zephyrine"]', 400, "structure", "not an object"),
    "empty": ("/Procedure", b"", 400, "structure", "not JSON"),
    "XML": ("/Procedure", b"<Procedure/>", 415, "not-supported", "XML"),
    "Latin-1": ("/Procedure", '{"a": "ö"}'.encode("latin-1"), 400, "structure", "UTF-8"),
    "UTF-16": ("/Procedure", json.dumps(PROCEDURE).encode("utf-16"), 400, "structure", "UTF-8"),
    "nested 500 deep": ("/Procedure", NESTED.encode(), 400, "structure", "nested"),
    "nested 90,000 deep": ("/Procedure", b"[" * 90_000, 400, "structure", "not JSON"),
    "a number of 5,000 digits": ("/Procedure", b'{"a": ' + b"1" * 5000 + b"}", 400, "structure", "not JSON"),
    "a property twice": ("/Procedure", b'{"status": "a", "status": "b"}', 400, "structure", "of one name"),
    "no status": ("/Procedure", without("status"), 422, "required", "Procedure.status"),
    "no code": ("/Procedure", without("code"), 422, "required", "Procedure.code"),
    "no subject": ("/Procedure", without("subject"), 422, "required", "Procedure.subject"),
    "another type than in the URL": ("/Observation", PROCEDURE, 400, "structure", "in the URL"),
    "a type that is not taken": ("/Basic", {"resourceType": "Basic"}, 404, "not-supported", "not taken"),
    "one bad entry": ("", bundle(PROCEDURE, without("code")), 422, "required", "entry[1].resource.code"),
    "an entry that is none": ("", {**bundle(), "entry": ["x", None]}, 422, "structure", "entry[0]"),
    "too many Procedures": ("", bundle(*[PROCEDURE] * 1001), 422, "too-long", "send several"),
}


@pytest.mark.parametrize(
    ("path", "body", "status", "issue", "reason"), FHIR_REFUSED.values(), ids=FHIR_REFUSED
)
def test_a_resource_that_cannot_be_taken_is_refused_and_kept(service, path, body, status, issue, reason):
    answer = service.ask("POST", f"/fhir{path}", body, content_type="application/fhir+json")

    assert (answer.status, answer.json["resourceType"]) == (status, "OperationOutcome")
    errors = [each["code"] for each in answer.json["issue"] if each["severity"] == "error"]
    assert errors[0] == issue
    assert reason in newest_in_quarantine(service)["reason"]
    assert not any(secret in answer.body.decode() for secret in SECRETS)


def test_a_batch_takes_the_good_entry_and_refuses_the_bad_one(service):
    answer = service.ask(
        "POST",
        "/fhir",
        bundle(PROCEDURE, without("code"), kind="batch"),
        content_type="application/fhir+json",
    )
    assert answer.status == 200
    statuses = [entry["response"]["status"][:3] for entry in answer.json["entry"]]
    assert statuses == ["201", "422"]


@pytest.mark.parametrize("path", ["/fhir/Procedure", "/hl7/v2", "/v1/candidates/x/change"])
def test_a_body_longer_than_the_limit_is_answered(service, path):
    answer = service.ask("POST", path, b" " * (16 * MIB + 1), content_type="application/fhir+json")
    assert answer.status == 413
    assert answer.json["type"].endswith(":too-large")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/candidates?after=x", 422),
        ("GET", "/v1/candidates?limit=99999999999999999999", 422),
        ("GET", "/v1/candidates/%00", 404),
        ("GET", "/v1/audit?before=0001-01-01T00:00:00", 422),
        ("GET", "/v1/audit?before=0001-01-01T00:00:00Z", 200),
        ("GET", "/v1/quarantine?before=99999999999999999999", 422),
        ("POST", "/v1/quarantine/%00/replay", 404),
        ("DELETE", "/v1/candidates", 405),
        ("GET", "/nowhere", 404),
    ],
)
def test_a_request_that_makes_no_sense_is_a_problem_of_the_caller(service, method, path, status):
    answer = service.ask(method, path)
    assert answer.status == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"


def test_afterwards_everything_is_accounted_for(service):
    def all_read():
        code, ledger = service.ledger()
        return (code, ledger) if ledger["sums"]["messages"]["received"] == 0 else None

    code, ledger = wait_until(all_read, "all messages read")
    assert (code, ledger["whole"]) == (0, True), ledger
