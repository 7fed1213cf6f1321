"""MDM: only what is signed counts; a status alone changes no text; addenda add to their parent."""

import itertools
from dataclasses import replace

import pytest

from service.domain.event import Event, Format
from service.pipeline.lines import lines_of
from tests.integration.test_corrections import OBSERVED
from tests.shipped import shipped_reader

READER = shipped_reader()


def note(event, hour, observed=OBSERVED, number="D-1", parent="", signed="AU", available="", order="F1"):
    txa = f"TXA|1|OP||20260302||||||||{number}|{parent}||{order}||{signed}||{available}"
    head = [
        f"MSH|^~\\&|ANY|HOSP|||202603021{hour}0000||MDM^{event}|M{hour}|P|2.5.1",
        "PID|1||P1^^^HOSP^MR",
        "PV1|1|I|||||||||||||||||V1",
        txa,
    ]
    lines = [
        f"OBX|{n}|ST|{name}||{value}||||||F" for n, (name, value) in enumerate((observed or {}).items(), 1)
    ]
    body = "\r".join([*head, *lines]).encode()
    kind = f"MDM^{event}"
    return Event(f"e{hour}", "main", Format.HL7V2, "ANY|HOSP", kind, f"M{hour}", 0.0, hour, body)


def lines(*events):
    chart = READER.chart([part for event in events for part in READER.read(event).parts])
    return [(line.code, line.content.get("note", "")) for line in lines_of(chart)]


def in_any_order(*events):
    ends = [lines(*order) for order in itertools.permutations(events)]
    assert all(end == ends[0] for end in ends)
    return ends[0]


@pytest.mark.parametrize("state", ["AU", "LA", "", "au", "Final"])
def test_a_signed_note_counts(state):
    assert in_any_order(note("T02", 0, signed=state)) == [("62327", "")]


@pytest.mark.parametrize("state", ["DI", "DO", "IN", "IP", "PA", "PEND", "NS", "HOLD", "U"])
def test_one_that_is_not_signed_gives_no_code_and_a_line_says_why(state):
    ((code, why),) = in_any_order(note("T02", 0, signed=state))
    assert code == ""
    assert f"TXA-17 is {state}" in why


def test_one_that_documents_no_procedure_is_not_waited_for():
    assert in_any_order(note("T02", 0, {"imaging.modality": "none"}, signed="IP")) == []


@pytest.mark.parametrize("signing", ["T03", "T04", "T08"])
def test_its_signature_has_it_count(signing):
    content = None if signing == "T03" else OBSERVED
    assert in_any_order(note("T02", 0, signed="IP"), note(signing, 1, content)) == [("62327", "")]


def test_an_edit_that_is_not_signed_leaves_the_signed_note_as_it_is():
    edit = note("T08", 1, {**OBSERVED, "imaging.modality": "none"}, signed="IP")
    assert in_any_order(note("T02", 0), edit) == [("62327", "")]


def test_a_replacement_that_is_not_signed_replaces_nothing_yet():
    later = note("T10", 1, {**OBSERVED, "imaging.modality": "none"}, "D-2", "D-1", signed="PA")
    assert in_any_order(note("T02", 0), later) == [("62327", "")]


@pytest.mark.parametrize(
    "gone",
    [
        note("T11", 1, signed="IP"),
        note("T04", 1, signed="DO", available="CA"),
        note("T03", 1, None, available="UN"),
    ],
)
def test_what_is_taken_back_is_gone_in_any_state(gone):
    assert in_any_order(note("T02", 0), gone) == []


WITHOUT = {name: value for name, value in OBSERVED.items() if name != "catheter.disposition"}
OUTCOME = {"catheter.disposition": "left_indwelling"}


@pytest.mark.parametrize(
    ("number", "parent"), [("D-2", "D-1"), ("D-1", "")], ids=["its own number", "its parent's"]
)
def test_an_addendum_adds_what_was_missing_and_goes_with_its_parent(number, parent):
    first, added = note("T02", 0, WITHOUT), note("T06", 1, OUTCOME, number, parent)
    assert in_any_order(first, added) == [("62327", "")]
    assert in_any_order(first, added, note("T11", 2, WITHOUT)) == []


@pytest.mark.parametrize(
    ("number", "parent"), [("D-2", "D-1"), ("D-1", "")], ids=["its own number", "its parent's"]
)
def test_an_addendum_that_contradicts_is_asked_about(number, parent):
    added = note("T06", 1, {"imaging.modality": "none"}, number, parent)
    assert [code for code, _ in in_any_order(note("T02", 0), added)] == [""]


UNSAID = {name: value for name, value in OBSERVED.items() if name != "status"}


def test_a_comment_that_contradicts_what_it_stands_below_is_asked_about():
    told = note("T02", 0)
    remarked = replace(told, body=told.body + b"\rNTE|1||Fluoroscopy was not used.")
    ((code, _),) = lines(remarked)
    assert code == ""


@pytest.mark.parametrize(("kind", "code"), [("OP", "62327"), ("PN", "62327"), ("PR", ""), ("CN", "")])
def test_a_signed_note_of_a_procedure_says_that_it_was_done(kind, code):
    told = note("T02", 0, UNSAID)
    told = replace(told, body=told.body.replace(b"TXA|1|OP|", f"TXA|1|{kind}|".encode()))
    assert lines(told)[0][0] == code


def test_a_signed_note_of_a_procedure_that_says_otherwise_is_believed():
    assert lines(note("T02", 0, {**OBSERVED, "status": "cancelled"})) == []
