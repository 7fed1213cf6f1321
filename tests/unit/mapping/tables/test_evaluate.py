from pathlib import Path
from typing import Any

import pytest

from service.domain.charge import Origin, Proposal
from service.domain.documentation import Documentation, DocumentedElement, Source
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.lint.table_tests import given
from service.mapping.tables.compiler import compile_table
from service.mapping.tables.evaluate import Tables, propose
from service.mapping.tables.table import Table
from service.mapping.tables.table_file import TableSource, read_lookup, read_table

MAPPINGS = Path(__file__).parents[4] / "mappings"
VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
LOOKUPS = {"spinal_region": read_lookup(MAPPINGS / "lookups/spinal_region.yaml")[0]}
SOURCE = read_table(MAPPINGS / "tables/neuraxial-injection.yaml")
TABLE = compile_table(SOURCE, VOCABULARY, LOOKUPS)


def evaluate(table: Table = TABLE, **own: Any) -> Proposal | None:
    named = {name.replace("__", "."): value for name, value in own.items()}
    return next(iter(propose(Tables([table]), given(SOURCE.file.base, named, VOCABULARY))), None)


def element(name: str, value: Any, path: str = "OBX[1]-5") -> DocumentedElement:
    return DocumentedElement(name, value, Source(path))


def test_a_candidate_says_why_and_from_where() -> None:
    said = [
        element("status", "completed", "OBR-25"),
        element("intent", "therapeutic_injection"),
        element("target", "epidural"),
        element("approach", "caudal"),
        element("device", "needle", "OBX[2]-5"),
        element("imaging.modality", "fluoroscopy", "OBX[3]-5"),
        element("imaging.images_archived", value=True),
        element("substances.class", "steroid"),
        element("laterality", "left"),
    ]
    (proposal,) = propose(Tables([TABLE]), Documentation("p", tuple(said)))
    (candidate,) = proposal.candidates

    assert (candidate.code, candidate.row, candidate.table) == ("62323", 4, "neuraxial-injection")
    assert candidate.origin is Origin.MAPPED
    assert candidate.because == (
        "approach is caudal (OBX[1]-5): region = lumbar_sacral",
        "imaging.modality is fluoroscopy (OBX[3]-5): guided = true",
        "device is needle (OBX[2]-5): dwell = one_day",
    )
    assert {e.name for e in candidate.evidence} >= {
        "approach",
        "imaging.modality",
        "device",
        "status",
        "target",
    }
    assert "laterality" not in {e.name for e in candidate.evidence}
    assert len(candidate.evidence) == len(set(candidate.evidence))
    assert proposal.table_hash == SOURCE.lines.hash


def test_a_modifier_says_why() -> None:
    proposal = evaluate(status="aborted_after_start")
    assert proposal is not None
    assert proposal.candidates[0].because[-1].endswith("(/elements/encounter.setting): modifier 53")


def test_derived_evidence_is_what_it_was_computed_from() -> None:
    proposal = evaluate(
        device="catheter",
        catheter__placed_at="2026-03-02T22:30:00-05:00",
        catheter__removed_at="2026-03-04T06:00:00-05:00",
        encounter__tz="America/New_York",
    )
    assert proposal is not None
    (candidate,) = proposal.candidates
    assert any("catheter.local_days is 3 (" in reason for reason in candidate.because)
    assert {"catheter.placed_at", "catheter.removed_at", "encounter.tz"} <= {
        e.name for e in candidate.evidence
    }


def test_a_question_is_worded_by_the_table_and_marks_a_conflict() -> None:
    silent, twice = (
        evaluate(imaging__modality=None),
        evaluate(conflicts=[{"element": "imaging.modality", "values": ["none"]}]),
    )
    assert silent is not None
    assert twice is not None
    for proposal, conflict in ((silent, False), (twice, True)):
        (question,) = proposal.questions
        assert not proposal.candidates
        assert question.wording == SOURCE.file.questions["imaging.modality"]
        assert (question.element, question.blocking, question.between, question.table, question.conflict) == (
            "imaging.modality",
            True,
            ("62322", "62323"),
            "neuraxial-injection",
            conflict,
        )


@pytest.mark.parametrize(
    ("name", "values", "asked"),
    [
        pytest.param("approach", ["interlaminar", "interlaminar_paramedian"], False, id="approach"),
        pytest.param(
            "approach", ["interlaminar_midline", "interlaminar_paramedian"], True, id="two exact ones"
        ),
        pytest.param("imaging.modality", ["fluoroscopy", "ct"], True, id="both guided"),
        pytest.param("entry_levels", ["L3-L4", "L4-L5"], False, id="items of a list"),
    ],
)
def test_a_vaguer_word_beside_the_exact_one_is_no_conflict(
    name: str, values: list[str], *, asked: bool
) -> None:
    others = [e for e in given(SOURCE.file.base, {}, VOCABULARY).elements if e.name != name]
    documentation = Documentation("p", (*others, *(element(name, value) for value in values)))
    (proposal,) = propose(Tables([TABLE]), documentation)

    assert [(q.element, q.conflict) for q in proposal.questions] == ([(name, True)] if asked else [])


def test_the_same_value_in_two_places_is_no_conflict() -> None:
    documentation = given(SOURCE.file.base, {}, VOCABULARY)
    twice = Documentation("p", documentation.elements + documentation.elements)
    (proposal,) = propose(Tables([TABLE]), twice)
    assert [candidate.code for candidate in proposal.candidates] == ["62323"]


def test_withdrawn_documentation_proposes_nothing() -> None:
    documentation = given(SOURCE.file.base, {}, VOCABULARY)
    assert propose(Tables([TABLE]), documentation)
    assert propose(Tables([TABLE]), Documentation("p", documentation.elements, withdrawn=True)) == ()


def test_a_table_that_is_not_concerned_asks_nothing() -> None:
    assert (
        propose(
            Tables([TABLE]), Documentation("p", (element("status", "completed"), element("device", "needle")))
        )
        == ()
    )


def dated(folder: Path, effective: str, last_row: str) -> Table:
    """The shipped table with other dates: of the table, and of its last row."""
    text = (MAPPINGS / "tables/neuraxial-injection.yaml").read_text()
    text = text.replace("effective: {from: 2017-01-01}", f"effective: {effective}")
    text = text.replace('[lumbar_sacral,     true,   one_day,   "62323"]', last_row)
    path = folder / "dated.yaml"
    path.write_text(text)
    source: TableSource = read_table(path)
    return compile_table(source, VOCABULARY, LOOKUPS)


UNDATED = '[lumbar_sacral, true, one_day, "62323"]'
DATED = f"""{{row: {UNDATED}, to: 2025-12-31}}
    - {{row: [lumbar_sacral, true, one_day, "99999"], from: 2026-01-01}}"""


@pytest.mark.parametrize(
    ("effective", "row", "day", "codes", "asks"),
    [
        pytest.param("{from: 2017-01-01}", DATED, "2025-12-31", ["62323"], [], id="last day of a row"),
        pytest.param("{from: 2017-01-01}", DATED, "2026-01-01", ["99999"], [], id="first day of the next"),
        pytest.param(
            "{from: 2017-01-01}", DATED, None, [], ["service_date"], id="rows have dates, the service none"
        ),
        pytest.param(
            "{from: 2017-01-01, to: 2025-12-31}", UNDATED, "2026-01-01", [], [], id="table has ended"
        ),
        pytest.param(
            "{to: 2025-12-31}", UNDATED, None, [], ["service_date"], id="table ends, service has no date"
        ),
        pytest.param("{from: 2017-01-01}", DATED, "2016-12-31", [], [], id="before the table"),
    ],
)
def test_the_day_of_service_decides_which_rows_hold(
    tmp_path: Path, effective: str, row: str, day: str | None, codes: list[str], asks: list[str]
) -> None:
    proposal = evaluate(dated(tmp_path, effective, row), service_date=day) or Proposal("", "")

    assert [candidate.code for candidate in proposal.candidates] == codes
    assert [question.element for question in proposal.questions] == asks


def test_two_rows_that_both_hold_propose_nothing(tmp_path: Path) -> None:
    """Lint lets no such table pass; the engine does not rely on it."""
    table = dated(tmp_path, "{from: 2017-01-01}", UNDATED + "\n    - " + UNDATED.replace("62323", "99999"))
    assert evaluate(table) is None


def test_two_days_of_service_that_make_no_difference_are_not_asked_about(tmp_path: Path) -> None:
    table = dated(tmp_path, "{from: 2017-01-01}", DATED)
    twice = [{"element": "service_date", "values": ["2025-03-02", "2025-03-03"]}]
    same = evaluate(table, service_date=None, conflicts=twice)
    assert same is not None
    assert [candidate.code for candidate in same.candidates] == ["62323"]

    across = evaluate(table, service_date="2026-03-02", conflicts=twice)
    assert across is not None
    assert [(q.element, q.conflict) for q in across.questions] == [("service_date", True)]
    assert across.questions[0].between == ("62323", "99999")


def test_a_modifier_is_asked_for_only_once_its_first_condition_is_certain() -> None:
    nobody_says, resident = evaluate(encounter__payer="medicare"), evaluate(teaching__resident=True)
    assert nobody_says is not None
    assert resident is not None
    assert nobody_says.questions == ()
    assert [(q.element, q.blocking) for q in resident.questions] == [
        ("encounter.payer", False),
        ("teaching.teaching_physician_present", False),
    ]
    assert resident.candidates[0].modifiers == ()
