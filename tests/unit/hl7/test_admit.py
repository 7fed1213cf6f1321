from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.sequence import Numbered, Progress, place
from service.hl7 import admit, answer_to_numbered, busy, read_ack, read_header, refusal
from service.hl7.modes import as_asked

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


def msh(**fields: str) -> bytes:
    """An MSH and a PID; fields are named f9, f10, ..."""
    values = {
        3: "LAB",
        4: "NORTH",
        5: "CC",
        6: "HUB",
        7: "20260115",
        9: "ORU^R01^ORU_R01",
        10: "A1",
        11: "P",
        12: "2.5.1",
    }
    values |= {int(name[1:]): value for name, value in fields.items()}
    texts = [values.get(n, "") for n in range(3, 19)]
    return ("MSH|^~\\&|" + "|".join(texts) + "\rPID|1||77||Testperson\r").encode()


def answer(body: bytes) -> tuple[str, tuple[str, ...]]:
    acknowledgement = read_ack(admit(body, now=NOW, ack_id="K1").answer)
    return acknowledgement.code, acknowledgement.error_codes


def test_a_message_is_taken_and_told_apart_by_its_msh():
    admission = admit(msh(), now=NOW, ack_id="K1")
    assert (admission.message_type, admission.control_id, admission.processing_id) == ("ORU^R01", "A1", "P")
    assert (admission.sending_application, admission.sending_facility) == ("LAB", "NORTH")
    assert (admission.quarantine, admission.faults) == ("", ())
    assert admission.answer == (
        b"MSH|^~\\&|CC|HUB|LAB|NORTH|20260115103000+0000||ACK^R01^ACK|K1|P|2.5.1\rMSA|AA|A1\r"
    )


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        pytest.param(b"", "AR", ("100",), id="empty"),
        pytest.param(b"\r\n", "AR", ("100",), id="blank"),
        pytest.param(b"PID|1||77\r", "AR", ("100",), id="no MSH"),
        pytest.param(b"MSH|^^^^|A", "AR", ("102",), id="impossible delimiters"),
        pytest.param(msh(f9=""), "AR", ("101",), id="no message type"),
        pytest.param(msh(f9="ZZZ^Z99"), "AR", ("200",), id="not a message type of HL7"),
        pytest.param(msh(f10='""'), "AE", ("101",), id="a null control id"),
        pytest.param(msh(f9="QRY^A19"), "AR", ("200",), id="a query"),
        pytest.param(msh(f9="ORU^R0100"), "AR", ("201",), id="not a trigger event"),
        pytest.param(msh(f9="ORU"), "AR", ("201",), id="no trigger event"),
        pytest.param(msh(f9="ORU", f12="2.2"), "AA", (), id="no trigger event, as 2.2 allows"),
        pytest.param(msh(f11="X"), "AR", ("202",), id="processing id"),
        pytest.param(msh(f11=""), "AA", (), id="no processing id is kindly taken"),
        pytest.param(msh(f11="T^T"), "AA", (), id="training, current"),
        pytest.param(msh(f12="9.9"), "AR", ("203",), id="unknown version"),
        pytest.param(msh(f12=""), "AR", ("101",), id="no version"),
        pytest.param(msh(f12="2.5^USA"), "AA", (), id="version with a country"),
        pytest.param(msh(f12="2.9"), "AA", (), id="2.9"),
        pytest.param(msh(f10=""), "AE", ("101",), id="no control id"),
        pytest.param(msh(f10="A\x1c"), "AE", ("102",), id="a control id that would end the frame"),
        pytest.param(msh(f14="more"), "AE", ("207",), id="continuation"),
        pytest.param(msh() + b"DSC|more|F\r", "AE", ("207",), id="continued by DSC"),
        pytest.param(msh() + b"DSC|\r", "AA", (), id="DSC that says nothing"),
        pytest.param(msh() + msh(f10="A2"), "AE", ("100",), id="two messages in one"),
        pytest.param(msh() + b"OBX|1|TX\rMSH|see above|\r", "AE", ("100",), id="a line that begins as MSH"),
        pytest.param(
            msh(f10="", f11="X", f12="1"), "AR", ("202", "203", "101"), id="all that is wrong is said"
        ),
        pytest.param(b"\xef\xbb\xbf" + msh(), "AA", (), id="byte order mark"),
        pytest.param(msh().replace(b"\r", b"\n"), "AA", (), id="LF"),
        pytest.param(msh().decode().encode("utf-16"), "AA", (), id="UTF-16"),
        pytest.param(msh(f3="B\xf6b").decode().encode("latin-1"), "AA", (), id="Latin-1, undeclared"),
    ],
)
def test_the_answer_says_what_is_wrong_and_only_what_is_right_is_taken(body, code, errors):
    assert answer(body) == (code, errors)
    assert bool(admit(body, now=NOW, ack_id="K1").quarantine) == (code != "AA")


@pytest.mark.parametrize(
    ("accept", "application", "good", "bad"),
    [
        ("", "", "AA", "AR"),
        ("NE", "NE", "", ""),
        ("AL", "NE", "CA", "CR"),
        ("AL", "", "CA", "CR"),
        ("AL", "AL", "CA", "CR"),
        ("ER", "NE", "", "CR"),
        ("SU", "NE", "CA", ""),
        ("NE", "AL", "AA", "AR"),
        ("", "AL", "AA", "AR"),
        ("NE", "ER", "", "AR"),
        ("NE", "SU", "AA", ""),
        ("NE", "", "", ""),
    ],
)
def test_enhanced_mode_answers_what_msh_15_and_16_ask_for(accept, application, good, bad):
    for version, code in (("2.5.1", good), ("7", bad)):
        given_answer = admit(msh(f12=version, f15=accept, f16=application), now=NOW, ack_id="K1").answer
        assert (read_ack(given_answer).code if given_answer else "") == code


@pytest.mark.parametrize(
    ("sent", "number"),
    [("", None), ("0", 0), ("41", 41), ("0099", 99), ("-1", -1), ("-2", None), ("x", None), ("9" * 99, None)],
)
def test_a_message_is_numbered_by_msh_13_on_the_link_of_its_sender_and_receiver(sent, number):
    numbered = admit(msh(f13=sent), now=NOW, ack_id="K1").numbered
    assert numbered == (None if number is None else Numbered(number, "LAB|NORTH|CC|HUB"))


def test_the_number_of_an_acknowledgement_counts_for_nothing():
    assert admit(msh(f9="ACK^R01", f13="41"), now=NOW, ack_id="K1").numbered is None


@pytest.mark.parametrize(("number", "code"), [("0", "AA"), ("-1", "AA"), ("1", "AR"), ("", "AR")])
def test_what_only_begins_a_link_needs_no_message_type(number, code):
    assert answer(msh(f9="^", f13=number)) == (code, ("101",) if code == "AR" else ())


@pytest.mark.parametrize(("accept", "taken", "refused"), [("", "AA", "AR"), ("AL", "CA", "CE")])
def test_a_numbered_message_is_told_which_number_was_expected(accept, taken, refused):
    def msa(**how):
        header = read_header(msh(f15=accept))
        answer = answer_to_numbered(header, placed, now=NOW, ack_id="K1", is_original=as_asked, **how)
        return answer.decode().split("\r")[1]

    placed = place(9, Progress(last=6))
    assert msa(refused=False) == f"MSA|{taken}|A1||7"
    assert msa(refused=True) == f"MSA|{refused}|A1||7"


@pytest.mark.parametrize(("accept", "application"), [("", ""), ("NE", "NE"), ("AL", "NE"), ("ER", "AL")])
def test_a_sender_that_waits_for_aa_whatever_it_asks_for_gets_it(accept, application):
    def is_original(application, facility):
        return (application, facility) == ("LAB", "NORTH")

    body = msh(f15=accept, f16=application)
    answers = [
        admit(body, now=NOW, ack_id="K1", is_original=is_original).answer,
        admit(
            msh(f12="7", f15=accept, f16=application), now=NOW, ack_id="K1", is_original=is_original
        ).answer,
        busy(body, now=NOW, ack_id="K1", is_original=is_original),
        refusal(body, code="104", text="too long", now=NOW, ack_id="K1", is_original=is_original),
    ]
    assert [read_ack(each).code for each in answers] == ["AA", "AR", "AR", "AR"]
    other = msh(f4="SOUTH", f15="AL", f16="NE")
    assert read_ack(admit(other, now=NOW, ack_id="K1", is_original=is_original).answer).code == "CA"


@pytest.mark.parametrize(
    ("accept", "application", "later"),
    [
        ("AL", "AL", "AL"),
        ("ER", "SU", "SU"),
        ("al", "er", "ER"),
        ("AL", "NE", ""),
        ("AL", "", ""),
        ("NE", "AL", ""),
        ("", "AL", ""),
        ("", "", ""),
        ("NE", "NE", ""),
        ("XX", "AL", ""),
    ],
)
def test_an_acknowledgement_is_to_follow_when_both_kinds_are_asked_for(accept, application, later):
    body = msh(f15=accept, f16=application)
    assert admit(body, now=NOW, ack_id="K1").later == later
    assert admit(body + b"DSC|\r", now=NOW, ack_id="K1").later == later, "looked at more closely"
    assert admit(msh(f12="7", f15=accept, f16=application), now=NOW, ack_id="K1").later == ""
    assert admit(body, now=NOW, ack_id="K1", is_original=lambda *_: True).later == ""


@pytest.mark.parametrize("message_type", ["ACK", "ACK^R01^ACK", "MCF"])
def test_an_acknowledgement_is_never_answered(message_type):
    body = msh(f9=message_type, f12="")
    admission = admit(body, now=NOW, ack_id="K1")
    assert (admission.answer, admission.quarantine) == (b"", "")
    assert busy(body, now=NOW, ack_id="K1") == b""
    assert refusal(body, code="104", text="too long", now=NOW, ack_id="K1") == b""


@pytest.mark.parametrize("mode", ["A", "R", "I"])
def test_archived_and_initial_data_is_answered_but_set_aside(mode):
    admission = admit(msh(f11=f"P^{mode}"), now=NOW, ack_id="K1")
    assert read_ack(admission.answer).code == "AA"
    assert "no new work" in admission.quarantine


def test_a_frame_never_read_whole_is_answered_from_what_came():
    acknowledgement = read_ack(refusal(msh()[:70], code="104", text="too long", now=NOW, ack_id="K1"))
    assert (acknowledgement.code, acknowledgement.error_codes) == ("AR", ("104",))
    assert (acknowledgement.control_id, acknowledgement.text) == ("A1", "too long")
    assert read_ack(refusal(b"\x00\xff", code="207", text="cut", now=NOW, ack_id="K1")).control_id == ""


@pytest.mark.parametrize(("accept", "code"), [("", "AR"), ("AL", "CE")])
def test_a_message_that_could_not_be_stored_is_to_be_sent_again(accept, code):
    acknowledgement = read_ack(busy(msh(f15=accept), now=NOW, ack_id="K1"))
    assert (acknowledgement.code, acknowledgement.control_id) == (code, "A1")
    assert acknowledgement.error_codes == ("207",)
    assert "send it again" in acknowledgement.text


def test_no_fault_and_no_answer_quotes_the_message_beyond_its_header():
    admission = admit(msh(f12="Testperson-1970", f14="x"), now=NOW, ack_id="K1")
    assert "Testperson" not in admission.quarantine + "".join(map(str, admission.faults))
    assert b"77" not in admission.answer


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"MSH|^~\\&|", b"MSH", msh()[:50], b"\xff\xfe", b"\x0bMSH|"]),
)
def test_any_bytes_get_one_lawful_answer_and_never_raise(rest, start):
    admission = admit(start + rest, now=NOW, ack_id="K1")
    assert (
        not {b"\x0b", b"\x1c"} & {admission.answer[i : i + 1] for i in range(len(admission.answer))} or rest
    )
    if admission.answer:
        acknowledgement = read_ack(admission.answer)
        assert acknowledgement.code in {"AA", "AE", "AR", "CA", "CE", "CR"}
        assert acknowledgement.message_type == "ACK"


def test_an_answer_is_that_of_its_own_message_when_the_source_wrote_before():
    other = datetime(2026, 1, 15, 10, 31, tzinfo=UTC)
    first, second = (admit(msh(f10=f"A{n}"), now=at, ack_id=f"K{n}") for n, at in ((1, NOW), (2, other)))
    assert (first.control_id, second.control_id) == ("A1", "A2")
    assert second.answer == first.answer.replace(b"|20260115103000", b"|20260115103100").replace(
        b"|K1|", b"|K2|"
    ).replace(b"|A1\r", b"|A2\r")


@pytest.mark.parametrize("number", [3, 4, 5, 6, 9, 11, 12, 14, 15, 16, 18])
def test_whatever_a_message_says_of_itself_is_judged_anew(number):
    said = {f"f{number}": {9: "ORU^R02", 11: "T", 12: "2.3", 16: "NE", 18: "UTF-8"}.get(number, "NE")}
    admit(msh(), now=NOW, ack_id="K1")
    seen = admit(msh(**said), now=NOW, ack_id="K1")
    usual = admit(msh(), now=NOW, ack_id="K1")
    assert seen != usual


_FIELD_TEXTS = st.sampled_from(
    ["", " ", "A", "A^B&C", '""', "NE", "AL", "P^A", "2.3", "ADT^A08", "ACK", "x\x1b", "\xe9"]
)


@given(st.dictionaries(st.sampled_from([f"f{n}" for n in range(3, 19)]), _FIELD_TEXTS, max_size=4))
def test_what_is_known_of_a_source_judges_as_a_closer_look_does(fields):
    body = msh(**fields)
    looked_at_closely = body + b"ZZZ|no DSC, though it reads like one\r"
    assert admit(body, now=NOW, ack_id="K1") == admit(looked_at_closely, now=NOW, ack_id="K1")
