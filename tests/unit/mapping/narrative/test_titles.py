"""A text stands in a field that has a title of its own: History, Plan, Technique."""

from pathlib import Path

import pytest

from service.domain.documentation import Narrative, Source, Value
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import load_terms

MAPPINGS = Path(__file__).parents[4] / "mappings"
TERMS = load_terms(MAPPINGS / "terms", read_vocabulary(MAPPINGS / "vocabulary.yaml"))
NOTHING: set[Value] = set()


def narrative(text: str, path: str, title: str) -> Narrative:
    return Narrative(text, Source(path, 0, len(text), text, "e1"), title)


LEFT: set[Value] = {"left_indwelling"}
IN_PLACE = "Catheter left in place."
TITLED = [
    pytest.param([("Procedure note", IN_PLACE)], LEFT, id="procedure note"),
    pytest.param([("Description of procedure", IN_PLACE)], LEFT, id="description of procedure"),
    pytest.param([("Technique", IN_PLACE)], LEFT, id="technique"),
    pytest.param([("FINDINGS", IN_PLACE)], LEFT, id="findings"),
    pytest.param([("Epidural record", IN_PLACE)], LEFT, id="a title of no kind"),
    pytest.param([("History of present illness", IN_PLACE)], NOTHING, id="history"),
    pytest.param([("Indications for the procedure", IN_PLACE)], NOTHING, id="indications"),
    pytest.param([("Plan of care", IN_PLACE)], NOTHING, id="plan"),
    pytest.param([("Informed consent", IN_PLACE)], NOTHING, id="consent"),
    pytest.param([("Pre-procedure note", IN_PLACE)], NOTHING, id="before the procedure"),
    pytest.param([("History and physical / Findings", IN_PLACE)], NOTHING, id="of the whole document"),
    pytest.param([("HP", IN_PLACE)], NOTHING, id="code of table 0270"),
    pytest.param(
        [("History", f"PROCEDURE: {IN_PLACE}")], NOTHING, id="a heading within does not undo a title"
    ),
    pytest.param([("Technique", f"PLAN: {IN_PLACE}")], NOTHING, id="a heading within sets aside"),
    pytest.param([("Plan", "Return."), ("Technique", IN_PLACE)], LEFT, id="the next title ends it"),
    pytest.param([("Plan", "Return"), ("", IN_PLACE)], LEFT, id="so does a text without title"),
    pytest.param([("Plan", "Return"), ("Line 2", IN_PLACE)], LEFT, id="or of no kind"),
    pytest.param([("Note", "PLAN:"), ("Technique", IN_PLACE)], LEFT, id="a title ends a heading"),
    pytest.param([("Line 1", "PLAN:"), ("Line 2", IN_PLACE)], NOTHING, id="a title of no kind does not"),
    pytest.param(
        [("Procedure note", "PLAN:"), ("Device", "x"), ("Procedure note", IN_PLACE)],
        NOTHING,
        id="nor one that was there before",
    ),
    pytest.param(
        [
            ("History", "PROCEDURE: none"),
            ("Line 1", "PLAN:"),
            ("History", "TECHNIQUE: x"),
            ("Line 2", IN_PLACE),
        ],
        NOTHING,
        id="headings under a title end with it",
    ),
    pytest.param(
        [("Line 1", "The catheter was not"), ("Line 2", "left in place.")], NOTHING, id="one sentence"
    ),
]


@pytest.mark.parametrize(("fields", "expected"), TITLED)
def test_the_title_of_a_field_is_the_heading_above_its_text(
    fields: list[tuple[str, str]], expected: set[Value]
) -> None:
    narratives = [narrative(text, f"OBX[{n}]-5", title) for n, (title, text) in enumerate(fields, 1)]
    assert {e.value for e in TERMS.read(*narratives) if e.name == "catheter.disposition"} == expected


def test_a_title_does_not_move_the_evidence() -> None:
    first, second = narrative("PLAN: rest.", "OBX[1]-5", "Plan"), narrative(IN_PLACE, "OBX[2]-5", "Technique")
    found = [each.source for each in TERMS.read(first, second) if each.name == "catheter.disposition"]
    assert found == [Source("OBX[2]-5", 0, 22, "Catheter left in place", "e1")]
