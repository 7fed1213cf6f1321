"""A note that tells of something done, and of which no table has a word, waits for a person."""

from service.domain.charge import CandidateStatus
from service.domain.event import Event, Format
from service.mapping import load
from service.pipeline.chart import Reader
from service.pipeline.lines import lines_of
from tests.mapping_cases import MAPPINGS, message

READER = Reader(load(MAPPINGS))
DEED = "Big knee. The needle dropped in and 45 cc of straw colored fluid came back."


def lines(note, **header):
    body = message({"header": {"service_date": "2026-03-02"} | header, "note": note})
    event = Event("e1", "main", Format.HL7V2, "A|B", "ORU^R01", "1", 0.0, 1, body)
    (keyed,) = READER.read(event).parts
    return lines_of(READER.chart([keyed]))


def test_it_is_a_line_without_a_code_that_shows_where():
    (line,) = lines(DEED)
    assert (line.status, line.code, line.table) == (CandidateStatus.WAITING, "", "unmapped")
    assert "no mapping" in line.content["note"]
    (shown,) = line.content["evidence"]
    assert shown in line.content["elements"]
    assert (shown["name"], shown["source"]["event"]) == ("deed", "e1")
    assert "needle" in shown["source"]["text"]


def test_where_a_table_asks_there_is_no_second_line():
    found = lines(DEED + " The left knee was injected.")
    assert "unmapped" not in {line.table for line in found}
    assert found


def test_what_a_field_says_was_not_done_is_no_line():
    assert lines(DEED, status="cancelled") == []


def test_a_note_that_contradicts_itself_is_one():
    found = lines("The procedure was not performed. " + DEED)
    assert [line.table for line in found] == ["unmapped"]


def test_a_visit_is_no_line():
    assert lines("Her knee hurts. Ice and rest. Return in a month.") == []
