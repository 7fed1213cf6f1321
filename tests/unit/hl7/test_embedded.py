"""Embedded documents of HL7 v2: OBX of type ED."""

import pytest

from service.domain.event import Event, Format
from service.hl7 import embedded_in

HEAD = "MSH|^~\\&|A|B|||20260302||ORU^R01|1|P|2.5.1\rPID|1||1\rOBR|1||A1\r"


def files(*obx, head=HEAD):
    body = (head + "\r".join(obx)).encode()
    return embedded_in(Event("e", "main", Format.HL7V2, "A|B", "ORU^R01", "1", 0.0, 1, body))


def only(value, kind="ED"):
    (file,) = files(f"OBX|1|{kind}|SCAN^Scan of consent||{value}||||||F")
    return file


@pytest.mark.parametrize(
    ("value", "stated"),
    [
        ("SCANNER^application^pdf^Base64^JVBERi0xLjQ=", "application/pdf"),
        ("^AP^PDF^base64^JVBERi0xLjQ=", "AP/PDF"),
        ("^^PDF^BASE64^JVBERi0xLjQ=", "PDF"),
        ("^application^pdf^Base64^JVBE\\.br\\Ri0xLjQ=", "application/pdf"),
        ("^application^pdf^Base64^JVBE\\X0D0A\\Ri0xLjQ=", "application/pdf"),
        ("^application^pdf^Hex^255044462D312E34", "application/pdf"),
        ("^TEXT^^A^%PDF-1.4", "TEXT"),
        ("^TEXT^^^%PDF-1.4", "TEXT"),
    ],
)
def test_it_is_read_in_each_encoding(value, stated):
    file = only(value)
    assert (file.path, file.title, file.stated_type) == ("OBX[1]-5[1]", "Scan of consent", stated)
    assert file.opened() == b"%PDF-1.4"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("^application^pdf^Base64^%%%%", "not Base64"),
        ("^application^pdf^Hex^25504", "not Hex"),
        ("^application^pdf^Base64^", "there is no file in it"),
        ("^application^pdf^uuencode^JVBERi0xLjQ=", "ED.4 names no encoding"),
    ],
)
def test_one_that_cannot_be_read_says_why(value, fault):
    assert fault in only(value).fault


def test_several_keep_their_places():
    found = files(
        "OBX|1|TX|N||words||||||F",
        "OBX|2|ED|S||^^PDF^Base64^QQ==~^^PDF^Base64^Qg==||||||F",
        'OBX|3|ED|S||""||||||F',
        "OBX|4|ED|S||^^PDF^Base64^Qw==||||||F",
    )
    assert [(file.path, file.data) for file in found] == [
        ("OBX[2]-5[1]", b"A"),
        ("OBX[2]-5[2]", b"B"),
        ("OBX[4]-5[1]", b"C"),
    ]


def test_a_file_that_is_broken_into_lines_is_one():
    """Some senders wrap the Base64 within the segment."""
    assert only("^application^pdf^Base64^JVBE\rRi0x\rLjQ=").opened() == b"%PDF-1.4"


def test_other_observations_and_other_bytes_carry_none():
    assert files("OBX|1|TX|N||^application^pdf^Base64^JVBERi0xLjQ=||||||F") == []
    assert files("OBX|1|ED|N||^^PDF^Base64^QQ==", head="no message\r") == []
