"""Orders and bookings: kept, shown beside what was done, and never a charge."""

import pytest

from tests.integration.pipeline.conftest import GUIDED, queue
from tests.integration.pipeline.histories import message, observed, segment


def oru(patient="P1", hour=1, status="F"):
    order = segment("OBR", f1="1", f2="PL-1", f3="F1", f4="EPI", f7="20270110080000", f25=status)
    return message("ORU^R01", hour, patient, order, *observed(GUIDED))


def order(kind, control="NW", hour=0, patient="P1", filler=""):
    """As a computerised order entry sends it: with answers to questions, which document nothing."""
    return message(
        kind,
        hour,
        patient,
        f"ORC|{control}|PL-1|{filler}||SC||^^^202701100800^^R||202701091500|CLERK^A||1234567893^ORDER^DOC",
        segment(
            "OBR", f1="1", f2="PL-1", f3=filler, f4="62323^Lumbar epidural injection^C4", f16="1234567893"
        ),
        "DG1|1||M54.16^Radiculopathy, lumbar^I10C||20270109|W",
        "OBX|1|ST|imaging.modality||fluoroscopy||||||F",
        "OBX|2|TX|11504-8^Instructions^LN||Epidural steroid injection at L4-L5 under fluoroscopy.||||||F",
    )


def booking(kind, hour=0, patient="P1", state="Booked"):
    return message(
        kind,
        hour,
        patient,
        segment(
            "SCH",
            f1="AP-1",
            f2="AF-1",
            f7="EPI^Epidural injection",
            f25=state,
            f26="PL-1",
            f11="^^30^202701100800",
        ),
        "RGS|1|A",
        "AIS|1|A|62323^Lumbar epidural injection^C4|202701100800||||30|MIN|||Booked",
        "AIP|1|A|1234567893^ORDER^DOC^^^^^^NPI|SURGEON",
    )


ORDERS = ["ORM^O01", "OMG^O19", "OML^O21", "OMI^O23"]
BOOKINGS = ["SIU^S12", "SIU^S14", "SIU^S26"]


@pytest.mark.parametrize("told", [*map(order, ORDERS), *map(booking, BOOKINGS)], ids=[*ORDERS, *BOOKINGS])
def test_what_is_planned_is_no_charge(database, take, told):
    take(told)
    assert queue(database) == []
    with database.transaction() as store:
        assert store.events.oldest_due() is None


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("planned", [order("ORM^O01"), booking("SIU^S12")], ids=["order", "booking"])
def test_what_is_planned_is_shown_beside_what_was_done_and_changes_nothing(database, take, planned, late):
    take(*((oru(), planned) if late else (planned, oru())))
    (line,) = queue(database)
    assert (line.code, line.content["stated"], line.content["context"]["visit_number"]) == ("62327", [], "V1")
    assert line.content["diagnoses"] == []
    (plan,) = line.content["planned"]
    assert "Lumbar epidural injection" in plan["text"]
    assert not plan["cancelled"]
    assert line.version == (2 if late else 1), "who has it on the screen is told that it shows more"


@pytest.mark.parametrize("control", ["CA", "OC", "DC"])
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_cancelled_order_takes_back_nothing_that_was_done(database, take, control, late):
    cancelled = order("ORM^O01", control, 2)
    take(order("ORM^O01"), *((oru(), cancelled) if late else (cancelled, oru())))
    (line,) = queue(database)
    assert line.code == "62327"
    assert [plan["cancelled"] for plan in line.content["planned"]] == [True]
    take(oru(hour=3, status="X"))
    assert queue(database) == [], "the report itself takes it back"


def test_an_order_of_another_patient_is_not_shown(database, take):
    take(order("ORM^O01", patient="P2"), oru())
    assert queue(database)[0].content["planned"] == []
