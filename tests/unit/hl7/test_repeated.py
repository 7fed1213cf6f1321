"""One report that stands several times in one message."""

from tests.unit.hl7.test_extract import oru, said


def twice(*, status="F", again="CT"):
    first, second = (f"OBX|1|CE|IMG||{value}||||||F" for value in ("FL", again))
    obr = "OBR|1||F1|X^Epidural|||20260302|||||||||||||||20260302||"
    reports = oru(f"{obr}|F", first, f"{obr}|{status}", second)
    return [[text for element, text, _ in said(each) if element == "imaging.modality"] for each in reports]


def test_all_that_it_says_is_said():
    assert twice() == [["FL", "CT"]]


def test_what_it_repeats_is_said_once():
    assert twice(again="FL") == [["FL"]]


def test_a_correction_takes_the_place_of_what_it_corrects():
    assert twice(status="C") == [["FL"], ["CT"]]
