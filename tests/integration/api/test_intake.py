"""What comes in over HTTP: the answer, what is kept of it, and that a repeat makes nothing new."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.domain.errors import TryAgainLater
from service.hl7 import Message, split_messages
from service.mllp import Origin
from service.pipeline import receive
from service.store.events import Events

FHIR = "application/fhir+json"
PROCEDURE = {
    "resourceType": "Procedure",
    "id": "p1",
    "status": "completed",
    "code": {"text": "epidural"},
    "subject": {"identifier": {"value": "P1"}},
}


def send_fhir(api, method, path, body, facility="main"):
    more = {"content": body} if isinstance(body, bytes) else {"json": body}
    return api.ask(
        method, f"/fhir{path}", role="feed", facility=facility, headers={"Content-Type": FHIR}, **more
    )


def messages(api):
    return api.ask("GET", "/v1/ledger", role="admin", facility="*").json()["sums"]["messages"]


def quarantine(api, facility="main"):
    return api.ask("GET", "/v1/quarantine", role="admin", facility=facility).json()["items"]


def ack(answer):
    assert answer.status_code == 200
    return Message.parse(answer.text)


def test_a_resource_posted_again_is_the_same_one(api):
    new = {key: value for key, value in PROCEDURE.items() if key != "id"}
    first, again = (send_fhir(api, "POST", "/Procedure", new) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["Location"] == again.headers["Location"]
    assert messages(api)["duplicate"] == 1


def test_a_resource_may_return_to_what_it_said_before(api):
    for status in ("completed", "entered-in-error", "completed"):
        assert send_fhir(api, "PUT", "/Procedure/p1", {**PROCEDURE, "status": status}).status_code == 200
    assert messages(api)["received"] == 3


def test_of_a_transaction_with_one_bad_entry_nothing_is_read(api, sample):
    good, bad = (json.loads(sample("transaction")) for _ in range(2))
    procedure = next(e["resource"] for e in bad["entry"] if e["resource"]["resourceType"] == "Procedure")
    del procedure["status"]
    assert send_fhir(api, "POST", "", bad).status_code == 422
    api.drain()
    assert not api.lines()
    assert "status" in quarantine(api)[0]["reason"]

    assert send_fhir(api, "POST", "", good).status_code == 200
    api.drain()
    assert [line["code"] for line in api.lines()] == ["62327"]


def test_a_control_id_used_for_another_message_is_a_message_of_its_own(api, sample):
    first = sample("01")
    second = first.replace(b"62327", b"62323").replace(b"F-8801", b"F-8802")
    assert ack(api.send_hl7(first)).get("MSA-1") == ack(api.send_hl7(second)).get("MSA-1") == "CA"
    assert (messages(api)["received"], messages(api)["duplicate"]) == (2, 0)


def test_an_acknowledgement_is_not_answered(api):
    answer = api.send_hl7(b"MSH|^~\\&|A|B|C|D|20260301||ACK|1|P|2.5.1\rMSA|AA|1\r")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_refused_message_says_so_in_its_ack(api):
    refused = ack(api.send_hl7(b"MSH|^~\\&|A|B|C|D|20260301||ORU^R01|1|P|7.7\r"))
    assert (refused.get("MSA-1"), refused.get("ERR-3.1")) == ("AR", "203")


ORU = b"MSH|^~\\&|A|B|C|D|20260301||ORU^R01|%s|P|%s\rPID|1||P1\r"
BHS = b"BHS|^~\\&|A|B|C|D|20260301||||N7\r"


@pytest.mark.parametrize("door", ["http", "mllp"])
def test_of_a_batch_every_message_is_taken_by_itself_and_answered_in_one_batch(api, door):
    members = [ORU % (b"1", b"2.5.1"), ORU % (b"2", b"7.7"), ORU % (b"3", b"2.5.1")]
    body = BHS + b"".join(members) + b"BTS|4\r"

    def send():
        if door == "http":
            return api.send_hl7(body).content
        return api.service.door.receive_frames([(members[0], Origin("h:1")), (body, Origin("h:1"))])[1]

    answer = send()
    acks = [Message.parse(each.decode()) for each in split_messages(answer)]
    assert [(ack.get("MSA-1"), ack.get("MSA-2")) for ack in acks] == [
        ("AA", "1"),
        ("AR", "2"),
        ("AA", "3"),
        ("AE", "N7"),
    ]
    assert answer.startswith(b"BHS|^~\\&|C|D|A|B|")
    counted = messages(api)
    assert (counted["received"], counted["quarantined"]) == (2, 2)
    assert {each["message_type"] for each in quarantine(api)} == {"ORU^R01", "BHS"}
    again = [Message.parse(each.decode()).get("MSH-10") for each in split_messages(send())]
    assert again == [ack.get("MSH-10") for ack in acks], "a repeat is given the stored answers"


@pytest.mark.parametrize("processing_id", ["T", "D", "T^T"])
def test_what_is_sent_for_training_or_debugging_is_shown_and_never_charged(api, sample, processing_id):
    body = sample("02")
    fields = body.split(b"\r")[0].split(b"|")
    fields[10] = processing_id.encode()
    taken = ack(api.send_hl7(b"|".join(fields) + body[body.index(b"\r") :]))
    assert (taken.get("MSA-1"), taken.get("MSH-11.1")) == ("AA", processing_id[0])
    api.drain()
    (line,) = api.lines()
    refused = api.decide(line, "approve")
    assert (refused.status_code, "MSH-11" in refused.json()["detail"]) == (409, True)
    api.drain()
    assert api.ask("GET", "/v1/postings").json() == []
    assert api.ask("GET", "/v1/ledger", role="admin", facility="*").json()["sums"]["charges"]["CG"] == 0


def test_a_batch_is_kept_whole_or_not_at_all(api, monkeypatch):
    def fail(_self, _arrivals):
        raise TryAgainLater

    monkeypatch.setattr(Events, "receive", fail)
    body = BHS + ORU % (b"1", b"2.5.1") + ORU % (b"2", b"2.5.1") + b"BTS|2\r"
    (answer,) = api.service.door.receive_frames([(body, Origin("h:1"))])
    acks = [Message.parse(each.decode()) for each in split_messages(answer)]
    assert [(ack.get("MSA-1"), ack.get("MSA-2"), ack.get("ERR-3.1")) for ack in acks] == [
        ("AR", "1", "207"),
        ("AR", "2", "207"),
    ]


def test_a_batch_of_more_messages_than_one_commit_should_hold_is_refused_and_kept(api, monkeypatch):
    monkeypatch.setattr(receive, "_MOST_MESSAGES", 3)
    too_many = b"".join(ORU % (number, b"2.5.1") for number in (b"1", b"2", b"3"))
    for body in (too_many, b"BHS|^~\\&\r" * 4):
        answer = ack(api.send_hl7(body))
        assert (answer.get("MSA-1"), answer.get("ERR-3.1")) == ("AR", "104")
    assert len(quarantine(api)) == 2


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [("", "Größe".encode()), ("; charset=iso-8859-1", "Größe".encode("latin-1")), ("; charset=", b"G")],
    ids=["none: UTF-8", "Latin-1", "empty"],
)
def test_the_charset_of_http_is_that_of_the_message(api, charset, encoded):
    body = b"MSH|^~\\&|A|B|C|D|20260301||ORU^R01|" + encoded + b"|P|2.5.1\r"
    headers = {"Content-Type": f"application/hl7-v2+er7{charset}"}
    answer = api.ask("POST", "/hl7/v2", role="feed", content=body, headers=headers)
    assert ack(answer).get("MSA-2") == encoded.decode("latin-1" if "8859" in charset else "utf-8")


@pytest.mark.parametrize(
    ("path", "kind", "answered"),
    [
        ("/hl7/v2", "text/plain", "application/problem+json"),
        ("/hl7/v2", "", "application/problem+json"),
        ("/fhir", "application/fhir+xml", FHIR),
        ("/fhir/Procedure", "text/plain", FHIR),
    ],
)
def test_another_media_type_is_refused_in_the_language_of_the_path(api, path, kind, answered):
    answer = api.ask("POST", path, role="feed", content=b"x", headers={"Content-Type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (415, answered)


def test_what_a_facility_sends_belongs_to_it(api, sample):
    send_fhir(api, "POST", "/Procedure", b"no JSON", facility="east")
    body = sample("01")
    api.send_hl7(body, facility="east")
    api.drain()
    assert len(quarantine(api, "east")) == 1
    assert not quarantine(api)
    assert len(api.lines(facility="east")) == 1
    assert not api.lines()


def test_one_message_through_many_doors_at_once_is_one_event_with_one_answer(api, sample):
    body = sample("01")
    door = api.service.door

    def through_a_door(number):
        if number % 2:
            return door.receive_frames([(body, Origin("h:1"))])[0]
        return door.receive_hl7(body)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(through_a_door, range(32)))
    accepted = [answer for answer in answers if b"|CA|" in answer]
    assert len(set(accepted)) == 1
    assert len(accepted) == len(answers), "no sender is turned away"
    assert (messages(api)["received"], messages(api)["duplicate"]) == (1, 31)


def test_a_bundle_of_a_thousand_procedures_is_read_whole(api):
    entries = [
        {
            "resource": {**PROCEDURE, "id": f"p{number}"},
            "request": {"method": "PUT", "url": f"Procedure/p{number}"},
        }
        for number in range(1000)
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    assert send_fhir(api, "POST", "", bundle).status_code == 200
    api.drain()
    assert messages(api)["received"] == 0
    assert messages(api)["quarantined"] == 0


def test_a_deletion_is_refused_with_what_to_do_instead(api):
    answer = api.ask("DELETE", "/fhir/Procedure/p1", role="feed")
    assert (answer.status_code, answer.headers["Allow"], answer.headers["content-type"]) == (405, "PUT", FHIR)
    assert "entered-in-error" in answer.json()["issue"][0]["diagnostics"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": f"{FHIR}; fhirVersion=3.0"}, 415),
        ({"Content-Type": f"{FHIR}; charset=utf-8; fhirVersion=4.0"}, 201),
        ({"Content-Type": FHIR, "If-Match": 'W/"1"'}, 412),
        ({"Content-Type": FHIR, "If-None-Exist": "identifier=x"}, 412),
    ],
)
def test_what_a_header_asks_is_kept_or_refused(api, headers, status):
    answer = api.ask("POST", "/fhir/Procedure", role="feed", json=PROCEDURE, headers=headers)
    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")


def test_a_message_is_taken_at_its_operation_and_its_procedure_is_read(api):
    entries = [{"resource": {"resourceType": "MessageHeader", "id": "m1"}}, {"resource": PROCEDURE}]
    message = {"resourceType": "Bundle", "type": "message", "entry": entries}
    answer = send_fhir(api, "POST", "/$process-message", message)
    header = answer.json()["entry"][0]["resource"]
    assert (answer.status_code, header["response"]["identifier"]) == (200, "m1")
    api.drain()
    assert len(api.lines()) == 1


@pytest.mark.parametrize(
    ("wanted", "letter", "named"),
    [
        ("klingon", b"", "utf-8"),
        ("base64", b"", "utf-8"),
        ("utf-16", b"", "utf-8"),
        ("\xff", b"", "utf-8"),
        ("x" * 4000, b"", "utf-8"),
        ("", b"\xe4\xb8", "iso-8859-1"),  # half a letter
        ("shift_jis", b"\x83\x65", "shift_jis"),
        ("ISO-8859-1", b"\xf6", "ISO-8859-1"),
    ],
)
def test_an_answer_is_in_the_charset_that_it_is_said_to_be_in(api, wanted, letter, named):
    body = b"MSH|^~\\&|A|B|C|D|20260301||ADT^A08^ADT_A01|C%b1|P|2.5.1\rEVN|A08\r" % letter
    kind = f"application/hl7-v2+er7; charset={wanted}".encode("latin-1")
    answer = api.ask("POST", "/hl7/v2", role="feed", content=body, headers={"Content-Type": kind})
    assert answer.headers["Content-Type"] == f"application/hl7-v2+er7; charset={named}"
    assert Message.parse(answer.content.decode(named)).get("MSA-2") == f"C{letter.decode(named)}1"
