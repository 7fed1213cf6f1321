import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hl7.charset import decode

BEFORE_MSH_18 = "MSH|^~\\&|A|B|C|D|20260115||ORU^R01|1|P|2.5||||||"
PATIENT = "\rPID|||1||"


def message(name: str, charset: str = "") -> str:
    return f"{BEFORE_MSH_18}{charset}{PATIENT}{name}\r"


@pytest.mark.parametrize(
    ("declared", "codec", "name"),
    [
        ("", "utf-8", "Jürgen"),
        ("UNICODE UTF-8", "utf-8", "Zoë"),
        ("UTF-8", "utf-8", "Zoë"),
        ("8859/1", "iso8859_1", "Zoë"),
        ("8859/15", "iso8859_15", "Zoë €"),
        ("8859/2", "iso8859_2", "Łucja"),
        ("~ISO IR87", "iso2022_jp_ext", "山田"),
        ("ISO IR87", "iso2022_jp_ext", "山田"),
        ("GB 18030-2000", "gb18030", "测试"),
        ("BIG-5", "big5hkscs", "許功蓋"),  # trail bytes 0x5C: an escape character, read before decoding
        ("BIG5", "big5hkscs", "許功蓋"),
        ("KS X 1001", "euc_kr", "시험"),
        ("windows-1252", "cp1252", "Test…"),
    ],
)
def test_msh_18_says_how_bytes_are_read(declared, codec, name):
    text = message(name, declared)
    decoded = decode(text.encode(codec))
    assert (decoded.text, decoded.charset, decoded.faults) == (text, codec, ())


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_or_wide_characters_are_believed_before_any_declaration(codec):
    text = message("Zoë", "8859/1")
    assert decode(text.encode(codec), "8859/1").text == text


def test_the_charset_of_http_is_believed_before_msh_18():
    decoded = decode(message("Zoë", "8859/1").encode("utf-8"), "utf-8")
    assert "Zoë" in decoded.text


@pytest.mark.parametrize(
    ("body", "charset", "faults"),
    [
        pytest.param(
            message("Zoë", "UNICODE UTF-8").encode("latin-1"), "latin-1", 2, id="declared UTF-8, is not"
        ),
        pytest.param(message("Zoë", "ASCII").encode("utf-8"), "utf-8", 1, id="declared ASCII, is UTF-8"),
        pytest.param(message("Zoë", "KLINGON").encode("utf-8"), "utf-8", 1, id="unknown, is UTF-8"),
        pytest.param(message("Zoë").encode("latin-1"), "latin-1", 1, id="undeclared, not UTF-8"),
    ],
)
def test_bytes_that_do_not_fit_are_read_all_the_same_and_flagged(body, charset, faults):
    decoded = decode(body)
    assert "Zoë" in decoded.text
    assert decoded.charset == charset
    assert [fault.severity for fault in decoded.faults] == ["warning"] * faults


@given(st.binary(), st.none() | st.text() | st.sampled_from(["utf-16", "unicode_escape", "zip", "idna"]))
def test_no_bytes_and_no_charset_name_raise(body, charset):
    assert isinstance(decode(body, charset).text, str)
    assert isinstance(decode(BEFORE_MSH_18.encode() + body, charset).text, str)
