"""What an order or booking says: its numbers, when it is due, whether it stands."""

import pytest

from service.hl7 import Message, orders_of

PID = "PID|1||9^^^ELSE^AN~8^^^NORTH^MR||Testperson"


def order(control="NW", obr="OBR|1|P1^X|F1^Y|62323^Injection|||202603010900"):
    return Message.parse(f"MSH|^~\\&|A|B|C|D|1||ORM^O01|1|P|2.5\r{PID}\rORC|{control}|P1|F9\r{obr}\r")


def booking(trigger="S12", rest="AIS|1||62323^Injection|202603011000\r"):
    schedule = "SCH|PA1|FA1" + "|" * 9 + "^^^202603020800" + "|" * 15 + "PO1|FO1"
    return Message.parse(f"MSH|^~\\&|A|B|C|D|1||SIU^{trigger}|1|P|2.5\r{schedule}\r{PID}\r{rest}")


def test_an_order_is_known_by_all_its_numbers_the_fillers_first():
    (found,) = orders_of(order())
    assert found.patient == ("NORTH", "8")
    assert found.keys == ("order:F1", "order:F9", "placer:P1")
    assert (found.service, found.day, found.stands) == ("62323", "2026-03-01", True)


@pytest.mark.parametrize(("control", "stands"), [("NW", True), ("XO", True), ("CA", False), ("DC", False)])
def test_an_order_that_is_taken_back_does_not_stand(control, stands):
    (found,) = orders_of(order(control))
    assert found.stands is stands


def test_the_day_that_it_is_scheduled_for_goes_before():
    obr = "OBR|1|P1|F1|X|||20260301" + "|" * 29 + "202603050900"
    (found,) = orders_of(order(obr=obr))
    assert found.day == "2026-03-05"


BOOKINGS = [("S12", True), ("S13", True), ("S15", False), ("S26", False)]


@pytest.mark.parametrize(("trigger", "stands"), BOOKINGS)
def test_a_booking_is_known_by_its_order_too(trigger, stands):
    (found,) = orders_of(booking(trigger))
    assert found.keys == ("order:FO1", "placer:PO1", "booking:FA1", "booking:PA1")
    assert (found.service, found.day, found.stands) == ("62323", "2026-03-01", stands)


def test_a_booking_without_a_service_has_the_day_of_its_schedule():
    (found,) = orders_of(booking(rest=""))
    assert (found.service, found.day) == ("", "2026-03-02")


def test_several_orders_of_a_message_are_several_and_those_without_a_number_are_none():
    message = Message.parse(
        f"MSH|^~\\&|A|B|C|D|1||ORM^O01|1|P|2.5\r{PID}\rORC|CA|P1\rOBR|1||F1\rORC|NW|P2\rOBR|2||\rOBR|3|||X\r"
    )
    assert [(each.keys, each.stands) for each in orders_of(message)] == [
        (("order:F1", "placer:P1"), False),
        (("placer:P2",), True),
    ]
    nobody = Message.parse("MSH|^~\\&|A|B|C|D|1||ORM^O01|1|P|2.5\rORC|NW|P1\rOBR|1||F1\r")
    assert list(orders_of(nobody)) == []
