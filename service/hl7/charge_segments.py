"""The segments that tell of a charge, as a receiver's layout has them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from service.domain.charge import Charge, ChargeKind
from service.domain.codes import is_hcpcs
from service.domain.documentation import BillingContext
from service.domain.errors import PostingRefused
from service.domain.layout import ChargeMasterItem, Layout
from service.hl7.charge_lines import ADDED, DELETED
from service.hl7.er7 import Field, Repetition, SegmentOut, one, time_of

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_BIRTH_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?|", re.ASCII)
_NPI = re.compile(r"\d{10}", re.ASCII)
_NPI_AUTHORITY = ("NPI", "2.16.840.1.113883.4.6", "ISO")
_LONGEST_KEY = 12  # FT1-2 is ST(12)
_LONGEST_CONTROL_ID = 20  # MSH-10 is ST(20)
_NO_EVENT_CODE = 7  # from 2.7 on EVN-1 is withdrawn
_NO_SURGEON_IN_PR1 = 7  # nor a coding system of its own: PR1-2 and PR1-11 are withdrawn
_KIND_OF_NUMBER = 7
_ACCOUNT = "18"  # PID-18
_KEY_IN_PR1 = 5  # before 2.5 PR1 ends at PR1-18
_ONE_DIAGNOSIS = "2.3"  # before 2.3.1 FT1-19 holds one


def msh(layout: Layout, control_id: str, now: datetime) -> SegmentOut:
    """MSH: who to whom, what, which version, which acknowledgements."""
    if not control_id.strip() or len(control_id) > _LONGEST_CONTROL_ID:
        raise PostingRefused("MSH-10: the control id is empty or too long")
    code, trigger = layout.message.split("^")
    structure = () if layout.version == "2.3" else (f"{code}_{trigger}",)
    fields = {
        3: one(layout.sending[0]),
        4: one(layout.sending[1]),
        5: one(layout.receiving[0]),
        6: one(layout.receiving[1]),
        7: one(time_of(now)),
        9: one(code, trigger, *structure),
        10: one(control_id),
        11: one(layout.processing_id),
        12: one(layout.version),
        15: one(layout.accept_ack),
        16: one(layout.application_ack),
        18: one("UNICODE UTF-8"),
    }
    return "MSH", fields


def evn(layout: Layout, now: datetime) -> SegmentOut:
    """EVN: the event, and when it was recorded."""
    trigger = layout.message.split("^")[1] if layout.minor < _NO_EVENT_CODE else ""
    return "EVN", {1: one(trigger), 2: one(time_of(now))}


def pid_pv1(charge: Charge, layout: Layout) -> Iterator[SegmentOut]:
    """PID and PV1: the patient, and the numbers that the receiver finds the visit by."""
    numbers = _visit_numbers(charge.context, layout)
    if not any(numbers.values()):
        places = ", ".join(numbers)
        raise PostingRefused(f"{places}: no number that the receiver finds the visit by is documented")
    by_segment: dict[str, dict[int, Field]] = {"PID": {}, "PV1": {}}
    for place, number in numbers.items():
        segment, _, n = place.partition("-")
        by_segment[segment][int(n)] = _numbered(number, "AN" if n == _ACCOUNT else "VN", layout)
    yield "PID", {**_pid(charge.context), **by_segment["PID"]}
    yield "PV1", {**_pv1(charge.context), **by_segment["PV1"]}


def _numbered(number: str, kind: str, layout: Layout) -> Field:
    """A CX; from 2.7 on it must say what kind of number it is (table 0203)."""
    return one(number, "", "", "", kind) if number and layout.minor >= _KIND_OF_NUMBER else one(number)


def _visit_numbers(context: BillingContext, layout: Layout) -> dict[str, str]:
    return dict.fromkeys(layout.account_number_in, context.account_number) | dict.fromkeys(
        layout.visit_number_in, context.visit_number
    )


def _pid(context: BillingContext) -> dict[int, Field]:
    if not _BIRTH_DATE.fullmatch(context.patient_birth_date):
        raise PostingRefused("PID-7: the date of birth is not YYYY-MM-DD")
    name: Repetition = (context.patient_family_name, context.patient_given_name)
    if not any(name):
        name = ("", "", "", "", "", "", "U")  # PID-5 is required; U says that the name is not known
    return {
        3: one(context.patient_id, "", "", context.patient_id_authority, "MR"),
        5: [name],
        7: one(context.patient_birth_date.replace("-", "")),
        8: one(context.patient_sex),
    }


def _pv1(context: BillingContext) -> dict[int, Field]:
    return {
        2: one(context.patient_class.strip(" ") or "U"),  # required; U: not known
        3: one(context.location),
    }


def ft1(charge: Charge, layout: Layout, set_id: int) -> SegmentOut:
    """FT1: the charge or credit itself."""
    _check_key(charge, "FT1-2")
    item = _charge_master_item(charge, layout)
    coded = _coded(charge, layout)
    fields = {
        1: one(str(set_id)),
        2: one(_transaction_id(charge, layout)),
        4: one(_date(charge, "FT1-4")),
        6: one(layout.credit if charge.kind is ChargeKind.CREDIT else layout.charge),
        # Required; receivers with a charge master of their own that was not given to us read FT1-25.
        7: one(item.transaction_code) if item else coded,
        10: one(str(charge.units)),
        13: one(item.department if item else ""),
        16: one(charge.context.location),
        19: _diagnoses(charge, layout),
        20: [_performer(charge)],
        23: one(charge.context.order_number),
        24: one(charge.approved_by),
        25: coded,
        **_amounts(charge, item),
        **_modifiers(charge, layout),
        **_reversed_in_ft1(charge, layout),
    }
    return "FT1", fields


def _transaction_id(charge: Charge, layout: Layout) -> str:
    """The charge's own key, but where the receiver pairs a credit with its charge by it."""
    is_paired = charge.kind is ChargeKind.CREDIT and layout.reverses_in == "FT1-2"
    return charge.reverses if is_paired else charge.key


def _check_key(charge: Charge, place: str) -> None:
    if not charge.key.strip() or len(charge.key) > _LONGEST_KEY:
        raise PostingRefused(f"{place}: the charge's key is empty or longer than 12 characters")
    if charge.kind is ChargeKind.CREDIT and not charge.reverses:
        raise PostingRefused("NTE-3: the credit does not say which charge it takes back")


def _date(charge: Charge, place: str) -> str:
    if not _DATE.fullmatch(charge.service_date):
        raise PostingRefused(f"{place}: the service date is not YYYY-MM-DD")
    return charge.service_date.replace("-", "")


def _charge_master_item(charge: Charge, layout: Layout) -> ChargeMasterItem | None:
    if layout.charge_master is None:
        return None
    item = layout.charge_master.find(charge)
    if item is None:
        raise PostingRefused(
            f"FT1-7: the charge master has no line for {charge.code} on {charge.service_date}: mend it"
        )
    return item


def _coded(charge: Charge, layout: Layout) -> Field:
    code = charge.code.value
    return one(code, "", _system(code, layout))


def _system(code: str, layout: Layout) -> str:
    return layout.hcpcs if is_hcpcs(code) else layout.cpt


def _diagnoses(charge: Charge, layout: Layout) -> Field:
    coded = [_diagnosis(str(code), layout) for code in charge.diagnoses]
    return coded[:1] if layout.version == _ONE_DIAGNOSIS else coded


def _diagnosis(code: str, layout: Layout) -> Repetition:
    return (code if layout.diagnosis_dots else code.replace(".", ""), "", layout.diagnosis)


def _performer(charge: Charge) -> Repetition:
    context = charge.context
    names = (context.performer_id, context.performer_family_name, context.performer_given_name)
    if not _NPI.fullmatch(context.performer_id):
        return names
    return (*names, "", "", "", "", "", _NPI_AUTHORITY, "", "", "", "NPI")  # XCN-9, XCN-13


def _amounts(charge: Charge, item: ChargeMasterItem | None) -> dict[int, Field]:
    if item is None or item.unit_amount is None:
        return {}
    return {11: _price(item.unit_amount * charge.units), 12: _price(item.unit_amount)}


def _price(amount: Decimal) -> Field:
    return one((f"{amount:f}", "USD"), "UP")


def _modifiers(charge: Charge, layout: Layout) -> dict[int, Field]:
    if not layout.modifiers and charge.modifiers:
        raise PostingRefused("FT1-26: this receiver's layout has no place for the modifiers of this charge")
    return {26: [(modifier.value,) for modifier in charge.modifiers]} if charge.modifiers else {}


def _reversed_in_ft1(charge: Charge, layout: Layout) -> dict[int, Field]:
    segment, _, n = layout.reverses_in.partition("-")
    if charge.kind is not ChargeKind.CREDIT or segment != "FT1":
        return {}
    return {int(n): one(charge.reverses)}


def nte(charge: Charge, layout: Layout) -> Iterator[SegmentOut]:
    """The charge that a credit takes back, where the layout has that in a note after FT1."""
    if charge.kind is ChargeKind.CREDIT and layout.reverses_in == "NTE-3":
        yield "NTE", {1: one("1"), 2: one("O"), 3: one(charge.reverses), 4: one("REVERSES")}


def dg1(charges: Sequence[Charge], layout: Layout) -> Iterator[SegmentOut]:
    """The diagnoses of all charges, each once, in order."""
    codes = dict.fromkeys(str(code) for charge in charges for code in charge.diagnoses)
    for number, code in enumerate(codes, 1):
        fields = {1: one(str(number)), 3: one(*_diagnosis(code, layout)), 6: one("F")}
        if layout.message == "BAR^P12":
            fields |= {20: one(f"{charges[0].key}-{number}"), 21: one("A")}
        yield "DG1", fields


def in1(charge: Charge, layout: Layout) -> Iterator[SegmentOut]:
    """The payer, where the layout has it and it is documented."""
    context = charge.context
    if layout.with_in1 and context.payer_id:
        company = _numbered(context.payer_id, "XX", layout)
        yield "IN1", {1: one("1"), 2: one(context.payer_id), 3: company, 4: one(context.payer_name)}


def pr1(charge: Charge, layout: Layout, set_id: int) -> SegmentOut:
    """PR1: the procedure; in a BAR it is all that tells of the charge."""
    fields = {
        1: one(str(set_id)),
        3: _coded(charge, layout),
        5: one(_date(charge, "PR1-5")),
        15: _diagnoses(charge, layout)[:1],
        16: [(modifier.value,) for modifier in charge.modifiers],
    }
    if layout.minor < _NO_SURGEON_IN_PR1:
        fields |= {2: one(_system(charge.code.value, layout)), 11: [_performer(charge)]}
    return "PR1", fields | (_told_in_bar(charge, layout) if layout.is_bar else {})


def _told_in_bar(charge: Charge, layout: Layout) -> dict[int, Field]:
    """What PR1 says where no FT1 stands before it: which procedure, and added or deleted (table 0206)."""
    _check_key(charge, "PR1-19")
    if charge.units != 1:
        raise PostingRefused("PR1: a BAR message has no place for a quantity")
    is_credit = charge.kind is ChargeKind.CREDIT
    if layout.minor < _KEY_IN_PR1:
        if is_credit:
            raise PostingRefused(
                "PR1-20: a BAR of 2.4 cannot take a procedure back: do it in billing, by hand"
            )
        return {}
    return {19: one(charge.reverses if is_credit else charge.key), 20: one(DELETED if is_credit else ADDED)}


def who(charge: Charge, layout: Layout) -> tuple[object, ...]:
    """What charges of one message have in common: the patient, the visit and the payer."""
    common = [(name, sorted(fields.items())) for name, fields in pid_pv1(charge, layout)]
    return (*common, asdict(charge.context)["payer_id"])
