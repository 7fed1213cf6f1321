"""Lists of procedures (PR1): where a source sends all of them, what a later list leaves out is taken back."""

import itertools
from dataclasses import replace

import pytest

from service.domain.charge import ChargeKind
from service.pipeline.chart import Reader
from tests.integration.pipeline.conftest import approve, post_all, queue
from tests.integration.pipeline.histories import message, segment
from tests.shipped import shipped_mappings


@pytest.fixture(scope="module")
def reader():
    """The shipped mappings, but that admission messages are snapshots."""
    mappings = shipped_mappings()
    feeds = (
        replace(feed, sends="snapshot") if feed.name == "generic-adt" else feed for feed in mappings.feeds
    )
    return Reader(replace(mappings, feeds=tuple(feeds)))


def listed(hour, *codes, patient="P1", visit="V1", kind="ADT^A08"):
    lines = [segment("PR1", f1=str(n), f3=f"{code}^^C4", f5="20270110") for n, code in enumerate(codes, 1)]
    return message(kind, hour, patient, *lines).replace(b"|V1\r", f"|{visit}\r".encode())


def codes(database, patient="P1"):
    return [
        (line.kind.value, line.code)
        for line in queue(database)
        if line.content["context"]["patient_id"] == patient
    ]


def test_what_a_later_list_leaves_out_is_taken_back_in_any_order(database, take):
    for number, order in enumerate(itertools.permutations(range(3))):
        patient = f"P{number}"
        lists = [
            listed(0, "62270", "62273", patient=patient),
            listed(1, "62273", patient=patient),
            listed(2, "62273", "64483", patient=patient),
        ]
        take(*(lists[at].replace(b"|P|2.5.1", b"-%d|P|2.5.1" % number) for at in order))
        assert sorted(codes(database, patient)) == [("CG", "62273"), ("CG", "64483")], order


def test_what_was_posted_and_is_left_out_gets_a_credit(database, take, coder):
    take(listed(0, "62270", "62273"))
    for line in queue(database):
        approve(database, coder, line)
    post_all(database)
    take(listed(1, "62273"))
    (credit,) = queue(database)
    assert (credit.kind, credit.code) == (ChargeKind.CREDIT, "62270")
    take(listed(2, "62270", "62273"))
    assert queue(database) == [], "listed again before anybody looked: nothing to take back"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"visit": "V2"}, id="another visit"),
        pytest.param({"patient": "P2"}, id="another patient"),
        pytest.param({"kind": "BAR^P05"}, id="a source that sends what changed"),
    ],
)
def test_another_list_takes_nothing_back(database, take, other):
    take(listed(0, "62270"), listed(1, "62273", **other))
    assert ("CG", "62270") in codes(database)


def test_a_message_without_procedures_lists_none(database, take):
    take(listed(0, "62270"), listed(1))
    assert codes(database) == [("CG", "62270")]
