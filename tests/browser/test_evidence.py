"""The page marks the words that the service read: its scripts against service/hl7 and service/fhir."""

import json
import re
from dataclasses import asdict

import pytest

from service import fhir, hl7
from service.domain.documentation import Source
from service.domain.event import Event, Format
from service.domain.feed import ElementPaths, Feed

HL7_FEED = Feed(
    name="any",
    format=Format.HL7V2,
    accepts=("ORU^R01",),
    each="OBR",
    owns=("OBX", "NTE"),
    elements=(
        ElementPaths("patient", ("PID-3.1",)),
        ElementPaths("order", ("OBR-3",)),
        ElementPaths("imaging", ("OBX[3.1=IMG]-5",)),
        ElementPaths("second", ("OBX[3.1=TWO]-5[1=B].2",)),
    ),
    narratives=("OBX[2=TX|FT|ST]-5", "NTE-3"),
)
FHIR_FEED = Feed(
    name="any",
    format=Format.FHIR,
    accepts=("Procedure",),
    each="Procedure",
    elements=(ElementPaths("code", ("code.coding.code",)), ElementPaths("when", ("performed",))),
    narratives=("note.text",),
)
HEAD = "MSH|^~\\&|A|B|C|D|20260301||ORU^R01|1|P|2.5.1\rPID|1||77^^^N^MR||Testperson^Anna\rOBR|1||A-77|PROC\r"
#: Expected: the paths that the service reads, so that a case cannot pass by reading nothing.
MESSAGES = {
    "one line": ("OBX|1|TX|N||Lumbar level||||||F", ["OBX[1]-5"]),
    "lines of one text": ("OBX|1|TX|N||Lumbar||||||F\rOBX|2|TX|N||level||||||F", ["OBX[1..2]-5"]),
    "a blank line between": (
        "OBX|1|TX|N||Lumbar||||||F\rOBX|2|TX|N|| ||||||F\rOBX|3|TX|N||level||||||F",
        ["OBX[1..3]-5"],
    ),
    "a deleted line between": (
        "OBX|1|TX|N||Lumbar||||||F\rOBX|2|TX|N||wrong||||||D\rOBX|3|TX|N||level||||||F",
        ["OBX[1..3]-5"],
    ),
    "repetitions as lines": ("OBX|1|FT|N||Lumbar~level~here||||||F", ["OBX[1]-5"]),
    "repetitions of a string": ("OBX|1|ST|N||Lumbar~level||||||F", ["OBX[1]-5"]),
    "escapes": (r"OBX|1|TX|N||A \T\ B \F\ C\.br\next \X4CC3BC\ \E\ \Zodd\ end||||||F", ["OBX[1]-5"]),
    "separators that mean nothing in text": ("OBX|1|TX|N||5^6 & 7||||||F", ["OBX[1]-5"]),
    "characters beyond the first plane": ("OBX|1|TX|N||😀😀 Lumbar 😀 level||||||F", ["OBX[1]-5"]),
    "the same word twice": ("OBX|1|TX|N||level one, level two||||||F", ["OBX[1]-5"]),
    "a broken line": ("OBX|1|TX|N||Lumbar\rlevel||||||F", ["OBX[1]-5"]),
    "a segment cut in two": ("OBX|1|TX|N||Lumb\rADD|ar level||||||F", ["OBX[1]-5"]),
    "a coded value": ("OBX|1|CE|IMG^Imaging||FL^Fluoroscopy^L||||||F", ["OBX[1]-5"]),
    "words without a code": ("OBX|1|CE|IMG^Imaging||^Fluoroscopy||||||F", ["OBX[1]-5"]),
    "a component of a repetition": ("OBX|1|CE|TWO||A^one~B^two||||||F", ["OBX[1]-5[2].2"]),
    "notes": ("NTE|1|L|Lumbar\rNTE|2|L|level", ["NTE[1..2]-3"]),
}
PROCEDURE = {
    "resourceType": "Procedure",
    "status": "completed",
    "subject": {"reference": "Patient/1"},
    "code": {"coding": [{"system": "http://example.org", "code": "A1"}, {"code": "B2"}]},
    "performedDateTime": "2026-03-01T09:30:00Z",
    "note": [{"text": 'Lumbar "level"\nwithout \\ imaging'}, {"text": "😀 twice twice"}],
}
LOCATE = """
  async ([reader, text, sources]) => {
    const { readHl7 } = await import("/static/review/hl7.js");
    const { readFhir } = await import("/static/review/fhir.js");
    const view = (reader === "fhir" ? readFhir : readHl7)(text);
    return sources.map((source) => view.locate(source).map(({ line, start, end, whole }) =>
      ({ label: line.label, words: line.text.slice(start, end), whole: Boolean(whole) })));
  }
"""


@pytest.fixture(scope="module")
def located(lasting_page, address):
    """Where the page would mark sources in a text."""
    lasting_page.goto(address)

    def locate(reader, text, sources):
        return lasting_page.evaluate(LOCATE, [reader, text, [asdict(source) for source in sources]])

    return locate


def event_of(kind, message_type, text):
    return Event("e1", "north", kind, "A|B", message_type, "1", 1.0, 1, text.encode())


def sources_of(reports):
    """What was read: whole readings and narratives, and each word of a narrative where it stands."""
    sources = []
    for report in reports:
        sources += [reading.source for reading in report.readings]
        for narrative in report.narratives:
            path, words = narrative.source.path, re.finditer(r"\S+", narrative.text)
            sources += [narrative.source, *(Source(path, *each.span(), each.group()) for each in words)]
    return sources


@pytest.mark.parametrize(("segments", "paths"), MESSAGES.values(), ids=MESSAGES.keys())
def test_what_was_read_from_a_message_is_marked_to_the_letter(located, segments, paths):
    text = HEAD + segments
    extractor = hl7.Extractor(HL7_FEED, frozenset())
    sources = sources_of(extractor.extract(event_of(Format.HL7V2, "ORU^R01", text)))
    assert {source.path for source in sources} == {"PID-3.1", "OBR[1]-3", *paths}
    for source, marks in zip(sources, located("hl7", text, sources), strict=True):
        assert not any(mark["whole"] for mark in marks)
        assert "\n".join(mark["words"] for mark in marks) == source.text


def test_the_right_one_of_two_equal_words_is_marked(located):
    text = HEAD + "OBX|1|TX|N||level one||||||F\rOBX|2|TX|N||level two||||||F"
    (marks,) = located("hl7", text, [Source("OBX[1..2]-5", 10, 15, "level")])
    assert marks == [{"label": "OBX[2]", "words": "level", "whole": False}]


@pytest.mark.parametrize(
    ("source", "labels"),
    [
        pytest.param(Source("OBX[1]-5", 0, 5, "other"), ["OBX[1]"], id="other words: their segment"),
        pytest.param(
            Source("OBX[1..2]-5", 2, 4, "e"), ["OBX[1]", "OBX[2]"], id="ambiguous words: all segments"
        ),
        pytest.param(Source("OBX[1]-9.3", 0, 1, "x"), ["OBX[1]"], id="no such field: its segment"),
        pytest.param(Source("OBX[7]-5", 0, 1, "x"), [], id="no such segment: nothing"),
        pytest.param(Source("computed", 0, 1, "x"), [], id="no path: nothing"),
    ],
)
def test_what_cannot_be_located_to_the_letter_marks_no_wrong_words(located, source, labels):
    text = HEAD + "OBX|1|TX|N||level one||||||F\rOBX|2|TX|N||level two||||||F"
    (marks,) = located("hl7", text, [source])
    assert [mark["label"] for mark in marks] == labels
    assert all(mark["whole"] for mark in marks)


def test_what_was_read_from_a_resource_is_marked_to_the_letter(located):
    text = json.dumps(PROCEDURE)
    sources = sources_of(
        fhir.Extractor(FHIR_FEED, frozenset()).extract(event_of(Format.FHIR, "Procedure", text))
    )
    assert {source.path for source in sources} == {
        "Procedure.code.coding[0].code",
        "Procedure.code.coding[1].code",
        "Procedure.performedDateTime",
        "Procedure.note[0].text",
        "Procedure.note[1].text",
    }
    for source, marks in zip(sources, located("fhir", text, sources), strict=True):
        assert [(mark["words"], mark["whole"]) for mark in marks] == [(source.text, False)]


def test_a_computed_path_marks_the_nearest_line_that_stands_there(located):
    source = Source("Procedure.code.coding.where(code='A1').display", 0, 1, "x")
    (marks,) = located("fhir", json.dumps(PROCEDURE), [source])
    assert [(mark["words"].strip(), mark["whole"]) for mark in marks] == [('"coding": [', True)]
