"""The line: real processes, a real socket in, an approval over HTTP, a real receiver at the end."""

from service.hl7 import Message
from tests.service_process import wait_until


def test_a_message_becomes_a_reviewed_charge_in_billing(running, sink, sample):
    (ack,) = running.send(sample("01"))
    assert Message.parse(ack.decode()).get("MSA-1") == "CA"  # it asks for enhanced mode

    candidate = running.wait_for_candidate()
    assert (candidate["code"], candidate["status"]) == ("62327", "proposed")

    shown = running.ask("GET", f"/v1/candidates/{candidate['id']}").json
    assert shown["documents"][0]["text"].startswith("MSH|")
    for element in shown["evidence"]:
        assert element["source"]["text"], "every deciding element shows the words it stands on"

    claimed = running.decide(candidate, "claim")
    assert claimed.json["claimed_by"]
    approved = running.decide(claimed.json, "approve")
    assert approved.json["status"] == "approved"

    (dft,) = wait_until(lambda: sink.messages, "a DFT at billing")
    message = Message.parse(dft.decode())
    assert message.get("MSH-9.1") == "DFT"
    assert message.get("FT1-25.1") == "62327"
    assert message.get("FT1-6") == "CG"
    assert message.get("PID-3.1") == Message.parse(sample("01").decode()).get("PID-3.1")

    posting = running.wait_for_posting("posted")
    assert posting["charge"] == message.get("FT1-2")
    code, ledger = running.ledger()
    assert (code, ledger["whole"]) == (0, True), ledger
    assert ledger["sums"]["postings"]["posted"] == 1


def test_silence_about_imaging_becomes_a_question_and_no_code(running, sample):
    running.send(sample("03"))
    waiting = running.wait_for_candidate("waiting")
    assert waiting["code"] == ""
    assert [question["element"] for question in waiting["questions"] if question["blocking"]] == [
        "imaging.modality"
    ]
    refused = running.decide(waiting, "approve")
    assert refused.status == 409, "a question cannot be approved"


def test_every_shipped_message_is_acknowledged_and_accounted_for(running, sample):
    names = [f"0{number}" for number in range(1, 10)]
    acks = running.send(*(sample(name) for name in names))
    assert [Message.parse(ack.decode()).get("MSA-1") for ack in acks] == ["CA"] + ["AA"] * 8

    def all_read():
        _, ledger = running.ledger()
        return ledger if ledger["sums"]["messages"]["received"] == 0 else None

    ledger = wait_until(all_read, "all messages read")
    assert ledger["whole"], ledger
    assert ledger["sums"]["messages"] == {
        "received": 0,
        "quarantined": 0,
        "discarded": 0,
        "no_charge": 1,
        "charted": len(names) - 1,
        "duplicate": 0,
    }


def test_a_message_sent_again_gets_the_same_answer_and_makes_nothing_new(running, sample):
    first, second = running.send(sample("01"), sample("01"))
    assert first == second
    running.wait_for_candidate()
    _, ledger = running.ledger()
    assert ledger["sums"]["messages"]["duplicate"] == 1
    assert sum(ledger["sums"]["candidates"].values()) == 1


def test_a_fhir_bundle_goes_the_same_way(running, sample):
    answer = running.ask("POST", "/fhir", sample("transaction"), content_type="application/fhir+json")
    assert answer.status == 200
    outcomes = [entry["response"]["outcome"]["resourceType"] for entry in answer.json["entry"]]
    assert set(outcomes) == {"OperationOutcome"}
    candidate = running.wait_for_candidate()
    assert candidate["code"] == "62327"


def test_hl7_over_http_is_answered_with_its_ack(running, sample):
    answer = running.ask("POST", "/hl7/v2", sample("01"), content_type="application/hl7-v2+er7")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/hl7-v2+er7")
    assert Message.parse(answer.body.decode()).get("MSA-1") == "CA"
    running.wait_for_candidate()
