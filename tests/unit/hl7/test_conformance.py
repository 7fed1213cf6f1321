"""What a message gets wrong is told in names of HL7, never in its own words."""

import pytest

from service.hl7.conformance import broken_rules

GOOD = (
    "MSH|^~\\&|LAB|NORTH|CC|HERE|20260301120000||ORU^R01^ORU_R01|C1|P|2.5.1\r"
    "PID|1||4711^^^NORTH^MR||TESTPERSON^ANNA\r"
    "OBR|1|A1|B1|PROC^Procedure\r"
    "OBX|1|ST|TXT^Text||words||||||F\r"
)


def broken(text):
    return broken_rules(text.encode())


def test_a_sound_message_breaks_nothing():
    assert broken(GOOD) == frozenset()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("|ST|TXT^Text||words", "|CWE|TXT^Text||words^Words^L"), ("PROC^Procedure", "G97.1^Procedure^I10C")],
    ids=["type of an observation", "code system"],
)
def test_what_hl7apy_alone_does_not_know_is_no_fault(right, wrong):
    assert broken(GOOD.replace(right, wrong)) == frozenset()


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("||TESTPERSON^ANNA", "", "PID_5 is missing in PID"),
        ("||||||F\r", "\r", "OBX_11 is missing in OBX"),
        ("PROC^Procedure", "G97.1^Procedure^XYZ", "the value of CE_3 is not in table HL70396"),
        ("OBX|1|ST|", "OBX|1|QQ|", "the value of OBX_2 is not in table HL70125"),
        ("||words", "|1~2|words", "OBX_4 stands more often than it may in OBX"),
        ("||F\r", "||F\rZAA|1\rTXA|1\r", "segment TXA has no place in this message"),
        ("|2.5.1", "|2.7.1", "its version (MSH-12) is none that can be checked"),
    ],
    ids=["field", "status", "code system", "table", "repetition", "segment", "version"],
)
def test_what_is_wrong_is_named(right, wrong, rule):
    assert broken(GOOD.replace(right, wrong)) == {rule}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_other_line_ends_are_no_fault_of_every_segment(line_end):
    assert broken(GOOD.replace("\r", line_end)) == frozenset()


def test_no_word_of_the_message_is_in_what_is_told():
    bad = GOOD.replace("PID|1|", "PID|TESTPERSON|").replace("|C1|", "||")
    bad = bad.replace("OBX|1|ST|", "OBX|1|TESTPERSON|")
    bad += (
        "TESTPERSON|x\rOBX|2|\\.br\\Error: Missing required child TESTPERSON.ANNA|TESTPERSON^Q^R^S^T^U^V^W\r"
    )
    told = broken(bad)
    assert told
    assert "TESTPERSON" not in " ".join(told)
    assert "ANNA" not in " ".join(told)


@pytest.mark.parametrize("body", [b"", b"MSH", b"\xff\xfe", b"MSH|^^^^|A\rPID\r"])
def test_anything_at_all_is_told_of(body):
    assert broken_rules(body)


def test_a_character_set_that_is_not_the_declared_one_is_told_of():
    latin = (
        GOOD.replace("|2.5.1", "|2.5.1||||||UNICODE UTF-8").replace("words", "r\xf6ntgen").encode("latin-1")
    )
    assert "MSH-18: the bytes do not fit the declared character set" in broken_rules(latin)
