from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.charge import Charge, ChargeKind
from service.domain.codes import DiagnosisCode, Modifier, ProcedureCode
from service.domain.documentation import BillingContext
from service.domain.errors import IncompleteCharge, PostingRefused
from service.domain.layout import Layout
from service.hl7 import Message, build_message, decode, split_messages, validate_message

CONTROL_ID = "0123456789ABCDEF0123"
TIME = "20260115103000+0000"
DX = "M54.16^^I10~G89.18^^I10"
NPI = "1234567893^Who^Ann^^^^^^NPI&2.16.840.1.113883.4.6&ISO^^^^NPI"
LAYOUT = Layout(("CHARGE", "HUB"), ("BILLING", "MAIN"))
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
CONTEXT = BillingContext(
    patient_id="8",
    patient_id_authority="NORTH",
    patient_family_name="Testperson",
    patient_given_name="Ada",
    patient_birth_date="1970-01-31",
    patient_sex="F",
    account_number="ACC-1",
    visit_number="V-1",
    patient_class="O",
    location="PAIN",
    performer_id="1234567893",
    performer_family_name="Who",
    performer_given_name="Ann",
    order_number="F-1",
)
CHARGE = Charge(
    key="7KQ2M9XW4T1B",
    facility="main",
    code=ProcedureCode("62327"),
    units=1,
    service_date="2026-01-14",
    context=CONTEXT,
    modifiers=(Modifier("59"), Modifier("RT")),
    diagnoses=(DiagnosisCode("M54.16"), DiagnosisCode("G89.18")),
    approved_by="coder.one",
)
CREDIT = replace(CHARGE, kind=ChargeKind.CREDIT, reverses="1B4T7KQ2M9XW", key="9XW4T1B7KQ2M")

#: Every value that comes from outside, and where it is sent.
CONTEXT_FIELDS = {
    "patient_id": ("PID", 3, 1),
    "patient_id_authority": ("PID", 3, 4),
    "patient_family_name": ("PID", 5, 1),
    "patient_given_name": ("PID", 5, 2),
    "patient_birth_date": ("PID", 7, 1),
    "patient_sex": ("PID", 8, 1),
    "account_number": ("PID", 18, 1),
    "patient_class": ("PV1", 2, 1),
    "location": ("PV1", 3, 1),
    "visit_number": ("PV1", 19, 1),
    "performer_id": ("FT1", 20, 1),
    "performer_family_name": ("FT1", 20, 2),
    "performer_given_name": ("FT1", 20, 3),
    "order_number": ("FT1", 23, 1),
}
CHARGE_FIELDS = {"key": ("FT1", 2, 1), "approved_by": ("FT1", 24, 1), "reverses": ("NTE", 3, 1)}
HEADER_FIELDS = {"control_id": ("MSH", 10, 1), "processing_id": ("MSH", 11, 1)}
FIELDS = CONTEXT_FIELDS | CHARGE_FIELDS | HEADER_FIELDS
NEVER_SENT = {"payer_id", "payer_name", "patient_reference", "encounter_reference"}
SEGMENTS = ["MSH", "EVN", "PID", "PV1", "FT1", "NTE", "DG1", "DG1"]
CONTROL = [*map(chr, range(0x20)), "\x7f", "\x85", "\u2028", "\u2029", "\ud800"]
FORGERY = "\x1c\r\x0bMSH!@#$%!A!B!C!D!20260115!!DFT@P03!X!P!2.5.1\rFT1!1!X!!20260115!!CG!99999"


def build(charge: Charge = CHARGE, *, control_id: str = CONTROL_ID, processing_id: str = "P") -> bytes:
    layout = replace(LAYOUT, processing_id=processing_id)
    return build_message([charge], layout, control_id=control_id, now=NOW)


def validate_dft(body: bytes) -> None:
    validate_message(body, LAYOUT)


def build_with(name: str, value: str) -> bytes:
    if name in CONTEXT_FIELDS:
        return build(replace(CREDIT, context=replace(CONTEXT, **{name: value})))
    if name in HEADER_FIELDS:
        return build(CREDIT, **{name: value})
    return build(replace(CREDIT, **{name: value}))


def lines(body: bytes) -> list[str]:
    return body.decode().split("\r")


def test_a_charge_is_one_message_with_each_value_in_its_place():
    body = build()
    validate_dft(body)
    assert lines(body) == [
        f"MSH|^~\\&|CHARGE|HUB|BILLING|MAIN|{TIME}||DFT^P03^DFT_P03|{CONTROL_ID}|P|2.5.1||||||UNICODE UTF-8",
        f"EVN|P03|{TIME}",
        "PID|||8^^^NORTH^MR||Testperson^Ada||19700131|F||||||||||ACC-1",
        "PV1||O|PAIN||||||||||||||||V-1",
        f"FT1|1|7KQ2M9XW4T1B||20260114||CG|62327^^C4|||1||||||PAIN|||{DX}|{NPI}|||F-1|coder.one|62327^^C4|59~RT",
        "DG1|1||M54.16^^I10|||F",
        "DG1|2||G89.18^^I10|||F",
        "",
    ]


def test_a_credit_says_which_charge_it_takes_back():
    body = build(CREDIT)
    validate_dft(body)
    message = Message.parse(decode(body).text)
    assert [segment.name for segment in message.segments][4:6] == ["FT1", "NTE"]
    assert (message.get("FT1-6"), message.get("FT1-2")) == ("CD", "9XW4T1B7KQ2M")
    assert (message.get("NTE-3"), message.get("NTE-4")) == ("1B4T7KQ2M9XW", "REVERSES")


def test_a_charge_with_the_least_that_billing_needs_is_still_valid():
    context = BillingContext(patient_id="8", account_number="A1")
    body = build(replace(CHARGE, context=context, modifiers=(), diagnoses=(), approved_by=""))
    validate_dft(body)
    message = Message.parse(decode(body).text)
    assert (message.get("PID-5.7"), message.get("PV1-2")) == ("U", "U")
    assert message.get("FT1-7") == "62327"


@pytest.mark.parametrize(("code", "system"), [("62327", "C4"), ("0213T", "C4"), ("J1030", "HCPCS")])
def test_the_code_names_its_system(code, system):
    message = Message.parse(decode(build(replace(CHARGE, code=ProcedureCode(code)))).text)
    assert (message.get("FT1-25.1"), message.get("FT1-25.3")) == (code, system)


def test_a_performer_without_an_npi_is_not_said_to_have_one():
    context = replace(CONTEXT, performer_id="D77")
    message = Message.parse(decode(build(replace(CHARGE, context=context))).text)
    assert message.of("FT1")[0].field(20) == "D77^Who^Ann"


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - {"patient_birth_date"}))
def test_a_delimiter_in_any_field_comes_back_as_it_went_in(name):
    segment, n, c = FIELDS[name]
    for value in (
        "a|b",
        "a^b",
        "a~b",
        "a\\b",
        "a&b",
        "a#b",
        "\\F\\",
        "a\\.br\\b",
        "a!b",
        "aüb",
        " a ",
        "a'b",
    ):
        body = build_with(name, value)
        validate_dft(body)
        message = Message.parse(decode(body).text)
        assert message.of(segment)[0].component(n, c) == value.strip()
        assert [s.name for s in message.segments] == SEGMENTS


@pytest.mark.parametrize("name", FIELDS)
def test_a_control_character_in_any_field_is_refused_and_the_field_named_not_the_value(name):
    segment, n, _ = FIELDS[name]
    for character in CONTROL:
        with pytest.raises(PostingRefused) as refused:
            build_with(name, f"Te{character}st")
        assert str(refused.value).startswith(f"{segment}-{n}:")
        assert "Te" not in str(refused.value)


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_forges_a_second_message(name):
    with pytest.raises(PostingRefused):
        build_with(name, FORGERY)


@pytest.mark.parametrize("name", sorted(FIELDS.keys() - {"patient_birth_date"}))
@settings(max_examples=15)
@given(value=st.text(max_size=12))
def test_any_text_in_any_field_comes_back_or_is_refused(name, value):
    try:
        body = build_with(name, value)
    except (PostingRefused, IncompleteCharge):
        return
    message = Message.parse(decode(body).text)
    assert split_messages(body) == [body]
    assert [s.name for s in message.segments] == SEGMENTS
    segment, n, c = FIELDS[name]
    expected = value.strip(" ") or ("U" if name == "patient_class" else "")
    assert message.of(segment)[0].component(n, c) == expected


def test_every_field_of_the_billing_context_is_tried_or_never_sent():
    assert {field.name for field in fields(BillingContext)} == CONTEXT_FIELDS.keys() | NEVER_SENT


@pytest.mark.parametrize(
    ("charge", "place"),
    [
        (replace(CHARGE, key="1234567890123"), "FT1-2"),
        (replace(CHARGE, key=""), "FT1-2"),
        (replace(CHARGE, service_date="20260114"), "FT1-4"),
        (replace(CREDIT, reverses=""), "NTE-3"),
        (replace(CHARGE, context=replace(CONTEXT, patient_birth_date="01/31/1970")), "PID-7"),
        (replace(CHARGE, context=replace(CONTEXT, patient_family_name='""')), "PID-5"),
    ],
    ids=[
        "long key",
        "no key",
        "odd date",
        "credit of nothing",
        "odd date of birth",
        "the HL7 null as a name",
    ],
)
def test_what_billing_would_misread_is_refused(charge, place):
    with pytest.raises(PostingRefused, match=rf"^{place}:"):
        build(charge)


@pytest.mark.parametrize("control_id", ["", "x" * 21])
def test_a_control_id_that_does_not_fit_is_refused(control_id):
    with pytest.raises(PostingRefused, match=r"^MSH-10:"):
        build(control_id=control_id)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda body: body.replace(b"||CG|", b"|||"), id="without a required field"),
        pytest.param(lambda body: body.replace(b"20260114", b"yesterday"), id="no date"),
        pytest.param(lambda body: body.replace(b"PAIN|||", b"PAIN\x1c|||"), id="the end of a frame inside"),
        pytest.param(lambda body: body + body, id="twice"),
        pytest.param(lambda body: body + b"FT1|2|X||20260114||CG|1\r", id="a second charge"),
        pytest.param(lambda body: body + b"ZZZ|1\r", id="a segment of nobody's"),
        pytest.param(lambda body: body.replace(b"\r", b"\n"), id="other line ends"),
        pytest.param(lambda body: body.replace(b"2.5.1", b"9.9"), id="another version"),
        pytest.param(lambda body: body.replace(b"Ada", b"\xff"), id="not UTF-8"),
        pytest.param(lambda body: body.replace(b"V-1", b"V-1 "), id="a blank that one parser drops"),
        pytest.param(lambda _: b"", id="nothing"),
    ],
)
def test_the_second_parser_stops_what_is_no_valid_charge(spoil):
    with pytest.raises(PostingRefused) as refused:
        validate_dft(spoil(build()))
    assert "Testperson" not in str(refused.value)
