"""Administrations of one visit, sent one by one: which is the initial service is decided over all of them."""

from service.domain.event import Event, Format
from tests.shipped import shipped_reader

READER = shipped_reader()
CEFTRIAXONE = {"DRUG": "ceftriaxone", "FOR": "TX", "ROUTE": "IVINF", "LINE": "left arm"}
MORNING = {"START": "20260302090000-0600", "STOP": "20260302100000-0600"}
ONDANSETRON = {
    "DRUG": "ondansetron",
    "FOR": "TX",
    "ROUTE": "IVP",
    "LINE": "left arm",
    "START": "20260302085500-0600",
}


def order(number, status="F", **observed):
    lines = [f"OBX|{n}|ST|{name}^^L||{value}||||||F" for n, (name, value) in enumerate(observed.items(), 1)]
    return [f"OBR|1||{number}|MED|||20260302090000|||||||||||||||20260302100000|||{status}", *lines]


def message(control_id, *orders, visit="V1"):
    head = [
        f"MSH|^~\\&|MEDADM|SOUTH|C|D|20260302||ORU^R01|{control_id}|P|2.5.1",
        "PID|1||P1^^^S^MR",
        f"PV1|1|O|||||||||||||||||{visit}",
    ]
    body = "\r".join([*head, *(line for each in orders for line in each)]) + "\r"
    return Event(
        control_id, "main", Format.HL7V2, "MEDADM|SOUTH", "ORU^R01", control_id, 0.0, 0, body.encode()
    )


def charted(*events):
    """(code, units) of each procedure that the events speak of."""
    by_key = {}
    for event in events:
        for key, part in READER.read(event).parts:
            by_key.setdefault(key, []).append((key, part))
    return [
        sorted((c.code, c.units) for p in READER.chart(keyed).proposals for c in p.candidates)
        for keyed in by_key.values()
    ]


def test_a_push_is_the_initial_service_until_an_infusion_comes():
    push, infusion = (
        message("1", order("A1", **ONDANSETRON)),
        message("2", order("A2", **CEFTRIAXONE, **MORNING)),
    )
    assert charted(push) == [[("96374", 1)]]
    assert charted(push, infusion) == charted(infusion, push) == [[("96365", 1), ("96375", 1)]]


def test_two_orders_of_one_message_are_two_administrations():
    both = message("1", order("A1", **ONDANSETRON), order("A2", **CEFTRIAXONE, **MORNING))
    assert charted(both) == [[("96365", 1), ("96375", 1)]]


def test_a_corrected_order_replaces_itself_and_nothing_else():
    first = message("1", order("A1", **ONDANSETRON), order("A2", **CEFTRIAXONE, **MORNING))
    longer = message("2", order("A2", "C", **CEFTRIAXONE, **{**MORNING, "STOP": "20260302103100-0600"}))
    assert charted(first, longer) == [[("96365", 1), ("96366", 1), ("96375", 1)]]


def test_an_order_taken_back_counts_no_more():
    first = message("1", order("A1", **ONDANSETRON), order("A2", **CEFTRIAXONE, **MORNING))
    assert charted(first, message("2", order("A2", "X", **CEFTRIAXONE, **MORNING))) == [[("96374", 1)]]


def test_another_visit_is_another_encounter():
    one = message("1", order("A1", **CEFTRIAXONE, **MORNING))
    other = message("2", order("A2", **CEFTRIAXONE, **MORNING), visit="V2")
    assert charted(one, other) == [[("96365", 1)], [("96365", 1)]]
