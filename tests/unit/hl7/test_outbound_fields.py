"""Every field that is written: a test of its own, in each message and version that has it."""

from dataclasses import replace
from functools import cache

import pytest

from service.domain.codes import DiagnosisCode
from service.domain.layout import Layout
from service.hl7 import Message, build_message, decode, validate_message
from tests.unit.hl7.test_dft import CHARGE, CONTROL_ID, CREDIT, NPI, TIME
from tests.unit.hl7.test_layouts import LAYOUTS, MASTER, NOW, TELLING, name_of

CODE, DX = "62327^^C4", ("M54.16^^I10", "G89.18^^I10")
CHARGES = [replace(each, units=2, context=TELLING) for each in (CHARGE, CREDIT)]


def whole(layout):
    """A layout that writes all that its message and version have room for."""
    return replace(
        layout,
        accept_ack="AL",
        application_ack="NE",
        visit_number_in=("PV1-19", "PV1-50"),
        with_pr1=not layout.is_bar and layout.version >= "2.4",
        with_in1=layout.message != "BAR^P12",
        charge_master=MASTER,
    )


CASES = [
    (whole(layout), replace(charge, units=1) if layout.is_bar else charge)
    for layout in LAYOUTS
    for charge in CHARGES
    if not (layout.message == "BAR^P05" and layout.version == "2.4" and charge.reverses)  # cannot be said
]


def always(*texts):
    return lambda _layout, _charge: list(texts)


def where(condition, *texts):
    """In the layouts of which that is so."""
    return lambda layout, charge: list(texts) if condition(layout, charge) else []


def is_dft(layout, _charge):
    return not layout.is_bar


def is_bar(layout, _charge):
    return layout.is_bar


def is_before_2_7(layout, _charge):
    return layout.version < "2.7"


def has_pr1(layout, _charge):
    return layout.is_bar or layout.with_pr1


def has_surgeon(layout, charge):
    return has_pr1(layout, charge) and is_before_2_7(layout, charge)


def tells_key(layout, _charge):
    return layout.is_bar and layout.version != "2.4"


def is_p12(layout, _charge):
    return layout.message == "BAR^P12"


def has_in1(layout, _charge):
    return layout.with_in1


def has_note(layout, charge):
    return bool(charge.reverses) and layout.reverses_in == "NTE-3"


def numbered(number, kind):
    """A CX: from 2.7 on it says what kind of number it is."""
    return lambda layout, _charge: [f"{number}^^^^{kind}" if layout.version == "2.7" else number]


def message_type(layout, _charge):
    structure = "" if layout.version == "2.3" else f"^{layout.message.replace('^', '_')}"
    return [layout.message + structure]


def transaction_id(layout, charge):
    is_paired = charge.reverses and layout.reverses_in == "FT1-2"
    return [] if layout.is_bar else [charge.reverses if is_paired else charge.key]


#: Each field that is written, and what stands there, segment by segment; [] = nothing in that layout.
WRITTEN = {
    "MSH-3": always("CHARGE"),
    "MSH-4": always("HUB"),
    "MSH-5": always("BILLING"),
    "MSH-6": always("MAIN"),
    "MSH-7": always(TIME),
    "MSH-9": message_type,
    "MSH-10": always(CONTROL_ID),
    "MSH-11": always("P"),
    "MSH-12": lambda layout, _charge: [layout.version],
    "MSH-15": always("AL"),
    "MSH-16": always("NE"),
    "MSH-18": always("UNICODE UTF-8"),
    "EVN-1": lambda layout, _charge: [layout.message[-3:]] if layout.version < "2.7" else [],
    "EVN-2": always(TIME),
    "PID-3": always("8^^^NORTH^MR"),
    "PID-5": always("Testperson^Ada"),
    "PID-7": always("19700131"),
    "PID-8": always("F"),
    "PID-18": numbered("ACC-1", "AN"),
    "PV1-2": always("O"),
    "PV1-3": always("PAIN"),
    "PV1-19": numbered("V-1", "VN"),
    "PV1-50": numbered("V-1", "VN"),
    "FT1-1": where(is_dft, "1"),
    "FT1-2": transaction_id,
    "FT1-4": where(is_dft, "20260114"),
    "FT1-6": lambda layout, charge: [] if layout.is_bar else ["CD" if charge.reverses else "CG"],
    "FT1-7": where(is_dft, "50062327"),
    "FT1-8": where(lambda layout, charge: charge.reverses and layout.reverses_in == "FT1-8", CREDIT.reverses),
    "FT1-10": where(is_dft, "2"),
    "FT1-11": where(is_dft, "300.50&USD^UP"),
    "FT1-12": where(is_dft, "150.25&USD^UP"),
    "FT1-13": where(is_dft, "PAIN-CC"),
    "FT1-16": where(is_dft, "PAIN"),
    "FT1-19": lambda layout, _: [] if layout.is_bar else [DX[0] if layout.version == "2.3" else "~".join(DX)],
    "FT1-20": where(is_dft, NPI),
    "FT1-23": where(is_dft, "F-1"),
    "FT1-24": where(is_dft, "coder.one"),
    "FT1-25": where(is_dft, CODE),
    "FT1-26": where(is_dft, "59~RT"),
    "NTE-1": where(has_note, "1"),
    "NTE-2": where(has_note, "O"),
    "NTE-3": where(has_note, CREDIT.reverses),
    "NTE-4": where(has_note, "REVERSES"),
    "PR1-1": where(has_pr1, "1"),
    "PR1-2": where(has_surgeon, "C4"),
    "PR1-3": where(has_pr1, CODE),
    "PR1-5": where(has_pr1, "20260114"),
    "PR1-11": where(has_surgeon, NPI),
    "PR1-15": where(has_pr1, DX[0]),
    "PR1-16": where(has_pr1, "59~RT"),
    "PR1-19": lambda layout, charge: [charge.reverses or charge.key] if tells_key(layout, charge) else [],
    "PR1-20": lambda layout, charge: ["D" if charge.reverses else "A"] if tells_key(layout, charge) else [],
    "DG1-1": always("1", "2"),
    "DG1-3": always(*DX),
    "DG1-6": always("F", "F"),
    "DG1-20": lambda layout, charge: [f"{charge.key}-{n}" for n in (1, 2)] if is_p12(layout, charge) else [],
    "DG1-21": where(is_p12, "A", "A"),
    "IN1-1": where(has_in1, "1"),
    "IN1-2": where(has_in1, "MCR"),
    "IN1-3": lambda layout, charge: numbered("MCR", "XX")(layout, charge) if layout.with_in1 else [],
    "IN1-4": where(has_in1, "Medicare"),
}


def built(layout, charge):
    return Message.parse(decode(build_message([charge], layout, control_id=CONTROL_ID, now=NOW)).text)


@cache
def all_built():
    """Each case with its message."""
    return [(layout, charge, built(layout, charge)) for layout, charge in CASES]


def found(message, place):
    """What stands in a field, in each segment that has something there."""
    segment, _, n = place.partition("-")
    return [text for each in message.of(segment) if (text := each.field(int(n)))]


@pytest.mark.parametrize("place", WRITTEN)
def test_a_field_is_written_in_each_layout_that_has_it_and_in_no_other(place):
    for layout, charge, message in all_built():
        what = (name_of(layout), charge.kind)
        assert found(message, place) == WRITTEN[place](layout, charge), what


def test_no_field_is_written_without_a_test_of_its_own():
    written = {
        f"{segment.name}-{n}"
        for _layout, _charge, message in all_built()
        for segment in message.segments
        for n in range(3 if segment.name == "MSH" else 1, 60)
        if segment.field(n)
    }
    assert written == WRITTEN.keys()


@pytest.mark.parametrize(
    ("layout", "charge"), CASES, ids=lambda each: name_of(each) if isinstance(each, Layout) else each.kind
)
def test_hl7apy_reads_the_whole_of_each_layout_back(layout, charge):
    validate_message(build_message([charge], layout, control_id=CONTROL_ID, now=NOW), layout)


def test_what_fits_into_no_layout_of_one_diagnosis_is_in_dg1():
    """FT1-19 of 2.3 holds one; the others are not lost."""
    layout = next(layout for layout, _ in CASES if layout.version == "2.3")
    charge = replace(CHARGES[0], diagnoses=(*CHARGE.diagnoses, DiagnosisCode("M48.061")))
    message = built(layout, charge)
    assert found(message, "FT1-19") == [DX[0]]
    assert found(message, "DG1-3") == [*DX, "M48.061^^I10"]
