"""TLS on both sides of a running service: who may send, new certificates, charges on their way out."""

import json
import shutil
import signal
from datetime import UTC, datetime

import pytest

from service.domain.errors import PostingError
from service.hl7 import admit, read_ack
from service.mllp import Connection, Limits, client_tls, server_tls
from tests.certificates import Authority
from tests.integration.mllp.conftest import RunningListener
from tests.service_process import start_embedded, stopping, wait_until

HOST = "127.0.0.1"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def billing(authority):
    """A billing system that speaks TLS only; gives its port, and keeps what it takes."""
    taken = []

    def receive(messages):
        taken.extend(body for body, _origin in messages)
        now = datetime.now(UTC)
        return [admit(body, now=now, ack_id=f"B{len(taken)}").answer for body, _origin in messages]

    tls = server_tls(authority.issue("billing.example", ["billing.example"]))
    listener = RunningListener(receive, lambda _head, _problem, _peer: b"", Limits(), tls)
    listener.taken = taken
    yield listener
    listener.close()


def settings(server, authority, us):
    senders = {"ANESREC|*": ["lab.example"], "EHR|*": []}
    return {
        "CHARGE_CAPTURE_MLLP_CERTIFICATE": str(server.certificate),
        "CHARGE_CAPTURE_MLLP_KEY": str(server.key),
        "CHARGE_CAPTURE_MLLP_CLIENT_CA": str(authority.path),
        "CHARGE_CAPTURE_MLLP_SENDERS": json.dumps(senders),
        "CHARGE_CAPTURE_BILLING_TLS": "true",
        "CHARGE_CAPTURE_BILLING_CA": str(authority.path),
        "CHARGE_CAPTURE_BILLING_CERTIFICATE": str(us.certificate),
        "CHARGE_CAPTURE_BILLING_KEY": str(us.key),
        "CHARGE_CAPTURE_BILLING_SERVER_NAME": "billing.example",
    }


def test_both_lines_are_secure_and_a_new_certificate_needs_no_new_start(tmp_path, authority, billing, sample):
    server, lab = authority.issue("server", [HOST]), authority.issue("lab.example")
    other, us = authority.issue("other.example"), authority.issue("us.example")
    given = settings(server, authority, us)
    with stopping(start_embedded(tmp_path / "data", billing.port, **given)) as running:
        with Connection(*running.mllp, tls=client_tls(lab)) as connection:
            report = sample("02").replace(sender_of(sample("02")), b"ANESREC|NORTH")
            assert read_ack(connection.exchange(report)).code == "AA"
        with Connection(*running.mllp, tls=client_tls(other)) as stranger:
            for body in (b"MSH|^~\\&|ANESREC|NORTH|B|C|20260301||ORU^R01|%d|P|2.5.1\r" % n for n in (1, 2)):
                refused = read_ack(stranger.exchange(body))
                assert (refused.code, refused.error_codes) == ("AR", ("103",))
            allowed = b"MSH|^~\\&|EHR|NORTH|B|C|20260301||ORU^R01|3|P|2.5.1\r"
            assert read_ack(stranger.exchange(allowed)).code == "AA"
            with pytest.raises(PostingError), Connection(*running.mllp) as plain:
                plain.exchange(allowed)
            renew(running, authority, server)
            assert read_ack(stranger.exchange(allowed)).code == "AA", "the connection stays"
        kept = running.ask("GET", "/v1/quarantine").json["items"]
        strangers = [each for each in kept if each["reason"].startswith("MSH-3")]
        assert [each["sender"] for each in strangers] == ["ANESREC|NORTH"] * 2

        line = running.wait_for_candidate()
        assert running.decide(line, "approve").status == 200
        wait_until(lambda: billing.taken, "the charge")
        assert running.wait_for_posting("posted")


def sender_of(body):
    return b"|".join(body.split(b"|")[2:4])


def renew(running, authority, server):
    """Another certificate in the same files, told by a signal."""
    renewed = authority.issue("server", [HOST], stem="renewed")
    for new, old in ((renewed.certificate, server.certificate), (renewed.key, server.key)):
        shutil.copy(new, old)
    running.processes[0].process.send_signal(signal.SIGHUP)
    running.processes[0].printed("(certificates read anew)")
