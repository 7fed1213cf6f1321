"""Every message, version and layout choice: read back by hl7apy, and each value in its place."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from service.domain.charge import ChargeKind
from service.domain.codes import Modifier, ProcedureCode
from service.domain.errors import PostingRefused
from service.domain.layout import ChargeMaster, ChargeMasterItem, Layout, Split
from service.hl7 import Message, build_message, decode, validate_message
from tests.unit.hl7.test_dft import CHARGE, CONTEXT, CONTROL, CONTROL_ID, CREDIT

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
LAYOUT = Layout(("CHARGE", "HUB"), ("BILLING", "MAIN"))
MASTER = ChargeMaster(
    {
        ("62327", ""): (
            ChargeMasterItem("40062327", "2025-01-01", "2025-12-31"),
            ChargeMasterItem("50062327", "2026-01-01", "", "PAIN-CC", Decimal("150.25")),
        ),
        ("62327", "59"): (ChargeMasterItem("5006232759", "2026-06-01"),),
    }
)
_NOTES = {"2.5.1": "NTE-3", "2.7": "NTE-3"}
LAYOUTS = [
    *(
        replace(LAYOUT, version=v, reverses_in=_NOTES.get(v, "FT1-8"))
        for v in ("2.3", "2.3.1", "2.4", "2.5.1", "2.7")
    ),
    *(replace(LAYOUT, message="DFT^P11", version=v, reverses_in="FT1-8") for v in ("2.4", "2.5.1")),
    replace(LAYOUT, message="DFT^P11", version="2.7", reverses_in="FT1-2"),
    *(replace(LAYOUT, message="BAR^P05", version=v, reverses_in="") for v in ("2.4", "2.5.1", "2.7")),
    *(replace(LAYOUT, message="BAR^P12", version=v, reverses_in="") for v in ("2.5.1", "2.7")),
]
TELLING = replace(CONTEXT, payer_id="MCR", payer_name="Medicare")
CHARGES = {"charge": CHARGE, "credit": CREDIT}
#: Where a value stands, by segment, field and component; PR1 tells what FT1 tells where there is no FT1.
PLACES = {
    "patient_id": ("PID", 3, 1),
    "patient_id_authority": ("PID", 3, 4),
    "patient_family_name": ("PID", 5, 1),
    "patient_given_name": ("PID", 5, 2),
    "patient_sex": ("PID", 8, 1),
    "account_number": ("PID", 18, 1),
    "patient_class": ("PV1", 2, 1),
    "location": ("PV1", 3, 1),
    "visit_number": ("PV1", 19, 1),
    "payer_id": ("IN1", 3, 1),
    "payer_name": ("IN1", 4, 1),
    "performer_id": ("FT1", 20, 1),
    "performer_family_name": ("FT1", 20, 2),
    "performer_given_name": ("FT1", 20, 3),
    "order_number": ("FT1", 23, 1),
}


def name_of(layout):
    return f"{layout.message} {layout.version}"


def built(layout, *charges):
    body = build_message(charges, layout, control_id=CONTROL_ID, now=NOW)
    validate_message(body, layout)
    return Message.parse(decode(body).text)


def segments(message):
    return " ".join(segment.name for segment in message.segments)


@pytest.mark.parametrize("kind", CHARGES)
@pytest.mark.parametrize("layout", LAYOUTS, ids=name_of)
def test_each_layout_is_a_lawful_message_that_tells_of_the_charge(layout, kind):
    charge = CHARGES[kind]
    if layout.message == "BAR^P05" and layout.version == "2.4" and kind == "credit":
        with pytest.raises(PostingRefused, match=r"^PR1-20: a BAR of 2\.4 cannot take a procedure back"):
            built(layout, charge)
        return
    message = built(layout, charge)
    assert message.get("MSH-9.1") + "^" + message.get("MSH-9.2") == layout.message
    assert message.get("MSH-12") == layout.version
    if layout.is_bar:
        assert message.get("PR1-3") == "62327"
        assert [message.of("PR1")[0].component(16, 1, 1, rep) for rep in (0, 1)] == ["59", "RT"]
        if layout.version != "2.4":
            expected = (charge.reverses, "D") if kind == "credit" else (charge.key, "A")
            assert (message.get("PR1-19"), message.get("PR1-20")) == expected
    else:
        assert (message.get("FT1-25"), message.get("FT1-10")) == ("62327", "1")
        assert message.get("FT1-6") == ("CD" if kind == "credit" else "CG")
        assert [message.of("FT1")[0].component(26, 1, 1, rep) for rep in (0, 1)] == ["59", "RT"]


@pytest.mark.parametrize("layout", LAYOUTS, ids=name_of)
@pytest.mark.parametrize("name", PLACES)
def test_each_value_comes_back_from_each_layout_and_no_control_character_enters(layout, name):
    segment, n, c = PLACES[name]
    layout = replace(layout, with_in1=layout.message != "BAR^P12")
    value = "a|b^c~d\\e&f#g"
    charge = replace(CHARGE, context=replace(TELLING, **{name: value}))
    message = Message.parse(decode(build_message([charge], layout, control_id=CONTROL_ID, now=NOW)).text)
    found = message.of(segment)
    if (segment == "FT1" and layout.is_bar) or (segment == "IN1" and not layout.with_in1):
        assert not found, "not told in this message"
        return
    assert found[0].component(n, c) == value
    for character in CONTROL:
        spoilt = replace(CHARGE, context=replace(TELLING, **{name: f"Te{character}st"}))
        with pytest.raises(PostingRefused, match=f"^{segment}-"):
            build_message([spoilt], layout, control_id=CONTROL_ID, now=NOW)


@pytest.mark.parametrize(
    ("layout", "place"),
    [
        (LAYOUT, "NTE-3"),
        (replace(LAYOUT, version="2.4", reverses_in="FT1-8"), "FT1-8"),
        (replace(LAYOUT, reverses_in="FT1-2"), "FT1-2"),
    ],
    ids=["note", "description", "transaction id"],
)
def test_a_credit_names_its_charge_where_the_receiver_looks(layout, place):
    message = built(layout, CREDIT)
    assert message.get(place) == CREDIT.reverses
    others = {"NTE-3", "FT1-8"} - {place}
    assert not any(message.get(other) for other in others)


def test_the_letters_of_charge_and_credit_are_the_receivers():
    layout = replace(LAYOUT, charge="DB", credit="CR")
    assert [built(layout, each).get("FT1-6") for each in (CHARGE, CREDIT)] == ["DB", "CR"]


@pytest.mark.parametrize(
    ("visit", "account", "expected"),
    [
        (("PV1-19",), ("PID-18",), ("ACC-1", "V-1", "")),
        (("PID-18",), ("PV1-50",), ("V-1", "", "ACC-1")),
        (("PID-18", "PV1-50"), (), ("V-1", "", "V-1")),
    ],
)
def test_the_visit_stands_where_the_receiver_looks_for_it(visit, account, expected):
    message = built(replace(LAYOUT, visit_number_in=visit, account_number_in=account), CHARGE)
    assert tuple(message.get(place) for place in ("PID-18", "PV1-19", "PV1-50")) == expected


def test_a_charge_without_the_number_that_the_receiver_looks_for_is_not_sent():
    charge = replace(CHARGE, context=replace(CONTEXT, visit_number=""))
    with pytest.raises(PostingRefused, match=r"^PV1-19: no number"):
        built(replace(LAYOUT, account_number_in=()), charge)


def test_code_systems_have_the_receivers_names_and_diagnoses_its_form():
    layout = replace(LAYOUT, cpt="CPT", hcpcs="HCPC", diagnosis="ICD10", diagnosis_dots=False)
    message = built(layout, CHARGE)
    assert (message.get("FT1-25.3"), message.get("DG1-3.1"), message.get("DG1-3.3")) == (
        "CPT",
        "M5416",
        "ICD10",
    )
    drug = built(layout, replace(CHARGE, code=ProcedureCode("J1030")))
    assert drug.get("FT1-25.3") == "HCPC"


def test_the_transaction_code_is_the_charge_masters_on_the_day_of_service():
    layout = replace(LAYOUT, charge_master=MASTER)
    message = built(layout, replace(CHARGE, units=2))
    assert (message.get("FT1-7"), message.get("FT1-13")) == ("50062327", "PAIN-CC")
    assert (message.get("FT1-11"), message.get("FT1-12")) == ("300.50", "150.25")
    assert message.get("FT1-25") == "62327", "what was done is said beside it"
    earlier = built(layout, replace(CHARGE, service_date="2025-12-31"))
    assert (earlier.get("FT1-7"), earlier.get("FT1-12")) == ("40062327", "")
    own_line = built(layout, replace(CHARGE, service_date="2026-06-01"))
    assert own_line.get("FT1-7") == "5006232759"


def test_a_service_that_the_charge_master_does_not_have_is_not_sent():
    with pytest.raises(
        PostingRefused, match=r"^FT1-7: the charge master has no line for 62327 on 2024-01-14"
    ):
        built(replace(LAYOUT, charge_master=MASTER), replace(CHARGE, service_date="2024-01-14"))


def test_professional_and_technical_component_are_two_lines_with_keys_of_their_own():
    layout = replace(LAYOUT, split=Split(frozenset({"62327"})))
    lines = built(layout, CHARGE).of("FT1")
    assert [line.component(26, 1) for line in lines] == ["26", "TC"]
    assert [line.component(26, 1, 1, 1) for line in lines] == ["59", "59"], "pricing modifiers come first"
    keys = [line.component(2, 1) for line in lines]
    assert keys[0] == CHARGE.key
    assert keys[1] not in (CHARGE.key, "")
    credit = built(layout, replace(CREDIT, reverses=CHARGE.key))
    assert [note.component(3, 1) for note in credit.of("NTE")] == keys, "each takes its own back"


@pytest.mark.parametrize(("component", "modifier"), [("26", "26"), ("TC", "TC")])
def test_a_receiver_may_be_told_one_component_alone(component, modifier):
    layout = replace(LAYOUT, split=Split(frozenset({"62327"}), (component,)))
    (line,) = built(layout, CHARGE).of("FT1")
    assert line.component(26, 1) == modifier


def test_what_was_approved_as_one_component_stays_one():
    layout = replace(LAYOUT, split=Split(frozenset({"62327"})))
    (line,) = built(layout, replace(CHARGE, modifiers=(Modifier("26"),))).of("FT1")
    assert (line.component(2, 1), line.component(26, 1, 1, 1)) == (CHARGE.key, "")


@pytest.mark.parametrize(
    "layout", [each for each in LAYOUTS if each.version != "2.4" or not each.is_bar], ids=name_of
)
def test_all_charges_of_a_visit_stand_in_one_message(layout):
    drug = replace(
        CHARGE, key="4T1B7KQ2M9XW", code=ProcedureCode("J1030"), modifiers=(), diagnoses=CHARGE.diagnoses[1:]
    )
    message = built(layout, CHARGE, drug, CREDIT)
    lines = message.of("PR1" if layout.is_bar else "FT1")
    assert [line.component(1, 1) for line in lines] == ["1", "2", "3"]
    assert len(message.of("DG1")) == 2, "each diagnosis once"


def test_charges_of_two_visits_never_share_a_message():
    other = replace(CHARGE, key="4T1B7KQ2M9XW", context=replace(CONTEXT, visit_number="V-2"))
    with pytest.raises(PostingRefused, match="different patients or visits"):
        built(LAYOUT, CHARGE, other)


def test_a_procedure_follows_each_transaction_and_the_payer_comes_last():
    charge = replace(CHARGE, context=TELLING)
    layout = replace(LAYOUT, with_pr1=True, with_in1=True)
    assert segments(built(layout, charge)) == "MSH EVN PID PV1 FT1 PR1 DG1 DG1 IN1"
    p11 = replace(layout, message="DFT^P11", reverses_in="FT1-8")
    assert segments(built(p11, charge)) == "MSH EVN PID PV1 DG1 DG1 IN1 FT1 PR1"


def test_modifiers_that_the_layout_has_no_place_for_are_not_dropped():
    with pytest.raises(PostingRefused, match=r"^FT1-26:"):
        built(replace(LAYOUT, modifiers=False), CHARGE)
    assert built(replace(LAYOUT, modifiers=False), replace(CHARGE, modifiers=())).get("FT1-26") == ""


def test_a_bar_has_no_place_for_a_quantity():
    layout = replace(LAYOUT, message="BAR^P12", reverses_in="")
    with pytest.raises(PostingRefused, match=r"^PR1: a BAR message has no place for a quantity"):
        built(layout, replace(CHARGE, units=2))


def test_enhanced_mode_is_asked_for_where_the_layout_says_so():
    message = built(replace(LAYOUT, accept_ack="AL", application_ack="NE"), CHARGE)
    assert (message.get("MSH-15"), message.get("MSH-16")) == ("AL", "NE")


def test_a_credit_of_nothing_is_not_sent():
    with pytest.raises(PostingRefused):
        built(LAYOUT, replace(CHARGE, kind=ChargeKind.CREDIT))
