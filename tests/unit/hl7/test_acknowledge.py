from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Fault, UnreadableInput
from service.hl7.acknowledge import acknowledge, read_ack
from service.hl7.header import read_header

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
FAULT = Fault("MSH-9", "200", "no such message type")


def lines(msh: str, code: str = "AR", faults: tuple[Fault, ...] = (FAULT,)) -> list[str]:
    answer = acknowledge(read_header(msh.encode()), code, faults, now=NOW, ack_id="K1")
    assert answer.endswith(b"\r")
    return answer.decode().split("\r")[:-1]


@pytest.mark.parametrize(
    ("version", "rest"),
    [
        ("2.2", ["MSA|AR|A1|no such message type", "ERR|MSH^1^9^200&Unsupported message type&HL70357"]),
        ("2.4", ["MSA|AR|A1|no such message type", "ERR|MSH^1^9^200&Unsupported message type&HL70357"]),
        ("2.5", ["MSA|AR|A1", "ERR||MSH^1^9|200^Unsupported message type^HL70357|E||||no such message type"]),
        (
            "2.8.2",
            ["MSA|AR|A1", "ERR||MSH^1^9|200^Unsupported message type^HL70357|E||||no such message type"],
        ),
        ("7", ["MSA|AR|A1", "ERR||MSH^1^9|200^Unsupported message type^HL70357|E||||no such message type"]),
    ],
)
def test_what_is_wrong_is_said_where_the_senders_version_has_room_for_it(version, rest):
    msh = f"MSH|^~\\&|LAB^1.2^ISO|NORTH&x|CC|HUB|20260115||ORU^R01|A1|T|{version}\r"
    header, *others = lines(msh)
    assert header == (f"MSH|^~\\&|CC|HUB|LAB^1.2^ISO|NORTH&x|20260115103000+0000||ACK^R01^ACK|K1|T|{version}")
    assert others == rest


def test_the_answer_speaks_the_senders_delimiters_and_character_set():
    msh = "MSH:-#$%:L-1:Süd:C:H:1::ORU-R01:A$E$1:P:2.5.1::::::8859/1\r"
    answer = acknowledge(
        read_header(msh.encode("latin-1")), "AE", (Fault("PID-3", "101", "a-b: c"),), now=NOW, ack_id="K1"
    )
    header, msa, err, _ = answer.decode("latin-1").split("\r")
    assert header == "MSH:-#$%:C:H:L-1:Süd:20260115103000+0000::ACK-R01-ACK:K1:P:2.5.1::::::8859/1"
    assert msa == "MSA:AE:A$E$1"
    assert err == "ERR::PID-1-3:101-Required field missing-HL70357:E::::a$S$b$F$ c"
    assert read_ack(answer).text == "a-b: c"


def test_without_an_escape_character_our_words_keep_clear_of_the_delimiters():
    assert lines("MSH|:|A|B|C|D|1||ORU:R01|A1|P|2.5\r", faults=(Fault("", "207", "a: b|c"),))[2] == (
        "ERR|||207:Application internal error:HL70357|E||||a  b c"
    )


def test_an_unreadable_message_is_answered_as_far_as_it_can_be_read():
    assert lines("MSH|^~\\\\&|LAB|N|CC|H|1||ORU^R01|A1|P|2.3\r")[0].startswith("MSH|^~\\&|CC|H|LAB|N|")
    assert lines("not HL7", faults=())[:2] == ["MSH|^~\\&|||||20260115103000+0000||ACK|K1|P|2.5.1", "MSA|AR|"]


@given(st.text(max_size=30), st.sampled_from([3, 4, 5, 6, 9, 10, 11, 12, 18]))
def test_no_value_of_msh_adds_a_segment_or_ends_the_frame(value, n):
    fields = {3: "LAB", 9: "ORU^R01", 10: "A1", 11: "P", 12: "2.5.1", n: value}
    msh = "MSH|^~\\&|" + "|".join(fields.get(at, "") for at in range(3, 19))
    answer = acknowledge(read_header(msh.encode("utf-8", "replace")), "AA", now=NOW, ack_id="K1")
    assert answer.count(b"\r") == 2
    assert not any(byte < 0x20 for byte in answer.replace(b"\r", b""))
    assert answer.startswith(b"MSH|")


@given(
    st.text(
        st.characters(min_codepoint=0x21, exclude_characters="|\x7f", exclude_categories=["C", "Z"]),
        min_size=1,
    )
)
def test_msa_2_is_the_control_id_as_it_was_sent(control_id):
    answer = acknowledge(
        read_header(f"MSH|^~\\&|||||||ORU^R01|{control_id}|P|2.5".encode()), "AA", now=NOW, ack_id="K1"
    )
    assert answer.split(b"\r")[1] == b"MSA|AA|" + control_id.encode()


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        pytest.param("MSH|^~\\&|B\rMSA|AA|K1\r", ("AA", "K1", "", (), ""), id="accepted"),
        pytest.param(
            "MSH|^~\\&|||||||ACK^P03\nMSA|AE|K1|no account\n", ("AE", "K1", "no account", (), "ACK"), id="LF"
        ),
        pytest.param(
            "MSH|^~\\&|\rMSA|AE|K1\rERR||FT1^1^25|103^x^HL70357|E||||unknown\\.br\\code\rERR|||204|E\r",
            ("AE", "K1", "unknown code", ("103", "204"), ""),
            id="ERR from 2.5 on",
        ),
        pytest.param(
            "MSH|^~\\&|\rMSA|AR|K1|bad\rERR|PID^1^3^101&missing&HL70357~FT1^1^7^103\r",
            ("AR", "K1", "bad", ("101", "103"), ""),
            id="ERR up to 2.4",
        ),
        pytest.param(
            "MSH|^~\\&|\rMSA|AE|K1|" + "x" * 300, ("AE", "K1", "x" * 200, (), ""), id="long text is cut"
        ),
        pytest.param(
            "MSH|^~\\&|\rMSA|AE|K1|a\x1b[2Jb\u2028c", ("AE", "K1", "a [2Jb c", (), ""), id="unsafe text"
        ),
        pytest.param("MSH|^~\\&|\rMSA", ("", "", "", (), ""), id="empty MSA"),
    ],
)
def test_an_answer_is_read(answer, read):
    found = read_ack(answer.encode())
    assert (found.code, found.control_id, found.text, found.error_codes, found.message_type) == read


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"MSH|^~\\&|A\r",
        b"MSA|AA|K1\r",
        b"\x06",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"MSH|^~\\&|A\rMSA|AA|K1\rMSA|AE|K1\r",
    ],
)
def test_what_is_no_acknowledgement_is_not_taken_for_one(answer):
    with pytest.raises(UnreadableInput):
        read_ack(answer)


@given(st.binary(max_size=60), st.sampled_from([b"", b"MSH|^~\\&|A|B\r", b"MSH|^~\\&|A|B\rMSA|AA|1\rERR|"]))
def test_any_bytes_are_an_acknowledgement_or_refused(rest, start):
    try:
        answer = read_ack(start + rest)
    except UnreadableInput:
        return
    assert answer.text.isprintable() or not answer.text
    assert len(answer.text) <= 200
