"""What an analyst may get wrong: each slip is made in a copy of the shipped mappings, and must be found."""

import re
import shutil
from pathlib import Path

import pytest

from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.lint.check import check
from service.mapping.lint.text import descriptor_like, leading

MAPPINGS = Path(__file__).parents[4] / "mappings"
VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
TABLE = "tables/neuraxial-injection.yaml"
LOOKUP = "lookups/spinal_region.yaml"

ROW_8 = '    -      [lumbar_sacral,     true,   multi_day, "62327"]\n'
CELLS_8 = ROW_8.strip(" -\n")
GUIDED = "{if: {imaging.modality: {in: [fluoroscopy, ct]}}, then: true}"
REGION_LOOKUP = "lookup: {element: entry_levels, table: spinal_region}"
L5_S1_IS_LUMBAR = "T12]\n  lumbar_sacral:\n    [L1-L2, L2-L3, L3-L4, L4-L5, L5-S1,"
L5_S1_IS_THORACIC = "T12, L5-S1]\n  lumbar_sacral:\n    [L1-L2, L2-L3, L3-L4, L4-L5,"
FIRST_HOLD = "  - {ask: anesthesia.block_used_as_surgical_anesthetic,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One of the shipped tables, with what it needs: the whole folder takes ten times as long to check."""
    made = tmp_path / "mappings"
    for file in ("vocabulary.yaml", "terms/cues.yaml", "terms/routine.yaml", LOOKUP, TABLE):
        (made / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(MAPPINGS / file, made / file)
    return made


def break_file(folder: Path, file: str, old: str, new: str) -> int:
    """Replace `old` once, and return its line."""
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def found(folder: Path, file: str) -> list[tuple[int, str]]:
    findings = check(folder)
    assert {finding.file for finding in findings} <= {f"mappings/{file}"}
    return [(finding.line, finding.message) for finding in findings]


def test_the_shipped_folder_has_no_finding() -> None:
    assert check(MAPPINGS) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "  target:   {in:", "  tarket:   {in:", "unknown element 'tarket'; nearest: target", id="element"
        ),
        pytest.param(
            "[epidural, subarachnoid]}",
            "[epidurla]}",
            "'epidurla' is not a value of target; nearest: epidural",
            id="value",
        ),
        pytest.param(
            "{in: [epidural, subarachnoid]}",
            "{inn: [epidural]}",
            "unknown key 'inn'; nearest: in",
            id="operator",
        ),
        pytest.param(
            "{in: [epidural, subarachnoid]}", "{any_of: [epidural]}", "target is no list", id="list operator"
        ),
        pytest.param(
            "{none_of: [neurolytic,",
            "{not_in: [neurolytic,",
            "substances.class is a list",
            id="scalar operator",
        ),
        pytest.param(
            "{in: [epidural, subarachnoid]}",
            "{in: epidural}",
            r"'epidural' is no set of values of target; single values are a list: in: \[epidural\]",
            id="set",
        ),
        pytest.param("{in: [epidural, subarachnoid]}", "{gte: 3}", "target is no number", id="order"),
        pytest.param(
            "{in: [epidural, subarachnoid]}", "{}", "a condition needs an operator", id="no operator"
        ),
        pytest.param(
            "{in: [epidural, subarachnoid]}",
            "unknown",
            "`unknown` may only stand where something is asked",
            id="unknown in the gate",
        ),
        pytest.param(
            "{eq: false, if_unknown: pass}",
            '{eq: "false", if_unknown: pass}',
            "'false' is not a value of .*; write true or false",
            id="boolean in quotes",
        ),
        pytest.param(
            "concerns:\n  target: [epidural, subarachnoid]",
            "concerns:\n  history: any",
            "history is context",
            id="context",
        ),
        pytest.param(
            "  kind:     {eq",
            "  catheter.hours: {gte: 1}\n  kind:     {eq",
            "catheter.hours is derived",
            id="derived in the gate",
        ),
        pytest.param(
            "{eq: 1}}, then: one_day}",
            '{eq: "1"}}, then: one_day}',
            "'1' is not a value of catheter.local_days; write a number",
            id="number in quotes",
        ),
        pytest.param(
            GUIDED,
            GUIDED.replace("then: true", "then: true, ask: status"),
            "either 'then' or 'ask'",
            id="then and ask",
        ),
        pytest.param(
            GUIDED,
            GUIDED.replace("{in: [fluoroscopy, ct]}", "unknown"),
            "settles nothing",
            id="unknown as evidence",
        ),
        pytest.param(
            GUIDED,
            GUIDED.replace("ct]}", "ct], if_unknown: pass}"),
            "belong in applies_when",
            id="pass outside the gate",
        ),
        pytest.param(
            GUIDED,
            GUIDED.replace("true}", '"true"}'),
            "no line of fact guided says true",
            id="fact value in quotes",
        ),
        pytest.param(
            "switch.dislodged_untimed: {eq: one_day}",
            "switch.dislodged_untimd: {eq: one_day}",
            "unknown switch 'dislodged_untimd'; nearest: dislodged_untimed",
            id="switch",
        ),
        pytest.param(
            "switch.dislodged_untimed: {eq: one_day}",
            "switch.dislodged_untimed: {eq: multi_day}",
            "'multi_day' is not a value of switch",
            id="switch value",
        ),
        pytest.param(
            "[ask, one_day]\n    default: ask",
            "[ask, one_day]\n    default: one_day",
            "'one_day' is not one of ask",
            id="unsafe default",
        ),
        pytest.param(
            REGION_LOOKUP,
            REGION_LOOKUP.replace("region}", "regoin}"),
            "no lookup 'spinal_regoin'; nearest: spinal_region",
            id="lookup",
        ),
        pytest.param(
            REGION_LOOKUP,
            REGION_LOOKUP.replace("entry_levels", "laterality"),
            "looks up entry_levels, whose values are others",
            id="element of a lookup",
        ),
        pytest.param(
            "columns: [region, ",
            "columns: [regoin, ",
            "column 'regoin' is no fact; nearest: region",
            id="column",
        ),
        pytest.param(
            ROW_8,
            ROW_8.replace("multi_day", "multiday"),
            "no line of fact dwell says multiday.*nearest: multi_day",
            id="unreachable",
        ),
        pytest.param(
            ROW_8,
            ROW_8.replace('"62327"', "62327"),
            'put the code in quotes: "62327"',
            id="code without quotes",
        ),
        pytest.param(ROW_8, ROW_8.replace('"62327"', '"6232"'), "'6232' is no code", id="no code"),
        pytest.param('{add: "53"', '{add: "5"', "a modifier is two capital letters or digits", id="modifier"),
        pytest.param(
            ROW_8, ROW_8.replace(', "62327"', ""), "this row has 3 cells, the table 4 columns", id="short row"
        ),
        pytest.param(
            ROW_8,
            ROW_8 + ROW_8,
            "overlap: rows 8 and 9 hold for region = lumbar_sacral, guided = true",
            id="overlap",
        ),
        pytest.param(
            '"62327"]\n\n',
            '"62327"]\n    - {row: [-, -, -, "62327"], from: 2030-01-01}\n\n',
            "overlap: rows 1 and 9 .* on 2030-01-01",
            id="overlap from a day on",
        ),
        pytest.param(
            ROW_8,
            f"    - {{row: {CELLS_8}, to: 2029-12-31}}\n",
            "gap: .* on 2030-01-01",
            id="gap from a day on",
        ),
        pytest.param(
            ROW_8,
            f"    - {{row: {CELLS_8}, to: 2016-01-01}}\n",
            "outside the dates of the table",
            id="row out of dates",
        ),
        pytest.param(
            "effective: {from: 2017-01-01}", "effective: {from: 2017-13-01}", "write YYYY-MM-DD", id="no date"
        ),
        pytest.param(
            "effective: {from: 2017-01-01}",
            "effective: {from: 2017-01-02, to: 2017-01-01}",
            "'from' is later than 'to'",
            id="dates in order",
        ),
        pytest.param(
            'rank: ["62327", ', "rank: [", "62327 is the code of a row, and has no place in rank", id="rank"
        ),
        pytest.param(
            'rank: ["62327", ',
            'rank: ["62328", "62327", ',
            "62328 stands in rank, and is the code of no row",
            id="rank of no row",
        ),
        pytest.param(
            'never_with: ["77003"',
            'never_with: ["62323"',
            "62323 is a code of this table",
            id="never with itself",
        ),
        pytest.param(
            'never_with: ["77003"', "never_with: [77003", "put the code in quotes", id="excluded code"
        ),
        pytest.param('{add: "53"', "{add: 53", "put the code in quotes", id="modifier"),
        pytest.param(
            '  approach: "Please state the approach used to reach the space."\n',
            "",
            "approach can be asked about and has no wording",
            id="no wording",
        ),
        pytest.param(
            "questions: ",
            "questions:\n  laterality: Which side?",
            "laterality is never asked about",
            id="idle wording",
        ),
        pytest.param(
            '"Please state the purpose of the procedure."',
            '"Was this therapeutic?"',
            "leading question",
            id="leading",
        ),
        pytest.param(
            "title: Neuraxial injections, 62320-62327",
            "title: 62323 for any injection of one or many agents by a needle with imaging",
            "looks like a descriptor",
            id="descriptor",
        ),
        pytest.param(
            ROW_8,
            ROW_8.rstrip() + " # many words that tell what this code stands for in the book\n",
            "looks like a descriptor",
            id="descriptor in a comment",
        ),
        pytest.param("title: Neuraxial", "titel: Neuraxial", "unknown key 'titel'; nearest: title", id="key"),
        pytest.param(
            "tests:\n",
            "tests:\n  - {name: a slip, given: {device: neddle}}\n",
            "a slip.*not a value of device; nearest: needle",
            id="value in a test",
        ),
        pytest.param(
            "tests:\n",
            "tests:\n  - {name: a slip, given: {}, switches: {t12: ask}}\n",
            "a slip.*unknown switch 't12'; nearest: t12_l1",
            id="switch in a test",
        ),
        pytest.param(
            "tests:\n",
            'tests:\n  - {name: a slip, given: {}, expect: ["62327"]}\n',
            "a slip.*codes: expected 62327, came 62323",
            id="failing test",
        ),
    ],
)
def test_a_slip_is_found(folder: Path, old: str, new: str, message: str) -> None:
    break_file(folder, TABLE, old, new)
    messages = [text for _line, text in found(folder, TABLE)]

    assert any(re.search(message, text) for text in messages), messages


@pytest.mark.parametrize(
    ("old", "new", "below"),
    [
        pytest.param("[epidural, subarachnoid]}", "[epidural, subarachnod]}", 0, id="value of the gate"),
        pytest.param("  target:   {in:", "  tarket:   {in:", 0, id="element of the gate, told once"),
        pytest.param(
            "local_days: {gte: 2}}, then", "local_dys: {gte: 2}}, then", 0, id="element of evidence"
        ),
        pytest.param(ROW_8, ROW_8.replace("lumbar_sacral", "lumbar"), 0, id="cell"),
        pytest.param(ROW_8, ROW_8 + ROW_8, 1, id="second of two overlapping rows"),
        pytest.param(FIRST_HOLD, FIRST_HOLD.replace("used_as", "use_as"), 0, id="asked element"),
        pytest.param('  intent: "Please state', '  intent: "Did you', 0, id="wording"),
        pytest.param(
            "tests:\n", 'tests:\n  - {name: a slip, given: {}, expect: ["62327"]}\n', 1, id="failing test"
        ),
    ],
)
def test_a_finding_points_at_its_line(folder: Path, old: str, new: str, below: int) -> None:
    line = break_file(folder, TABLE, old, new)
    assert [each for each, _message in found(folder, TABLE)] == [line + below]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("C1-C2, C2-C3,", "C1-C2,", "does not say what these mean: C2-C3"),
        ("L4-L5, ", "", "does not say what these mean: L4-L5"),  # which the tests of the table look up
        ("C1-C2, C2-C3,", "C1-C2, C2-C3, C2-C3,", "'C2-C3' stands in this lookup twice"),
        ("C1-C2, C2-C3,", "C1-C3, C1-C2, C2-C3,", "'C1-C3' is not a value of entry_levels; nearest"),
        (
            "element: entry_levels",
            "element: entry_level",
            "unknown element 'entry_level'; nearest: entry_levels",
        ),
    ],
)
def test_a_lookup_says_what_every_value_means_and_once(
    folder: Path, old: str, new: str, message: str
) -> None:
    break_file(folder, LOOKUP, old, new)
    findings = [(finding.file, finding.message) for finding in check(folder)]
    assert any(file == f"mappings/{LOOKUP}" and message in text for file, text in findings), findings


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (LOOKUP, L5_S1_IS_LUMBAR, L5_S1_IS_THORACIC, "test 'L5-S1 is lumbar'"),
        (
            "vocabulary.yaml",
            "  imaging.modality:\n",
            "  imaging.modalities:\n",
            "unknown element 'imaging.modality'",
        ),
        (TABLE, "units: {fixed: 1}", "units: {fixed: 2}", "units: expected 1, came 2"),
    ],
    ids=["lookup", "vocabulary", "table"],
)
def test_a_table_is_judged_anew_when_it_or_what_it_is_read_by_changes(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    assert check(folder) == []
    break_file(folder, file, old, new)
    of_table = [finding.message for finding in check(folder) if finding.file == f"mappings/{TABLE}"]
    assert any(message in each for each in of_table), of_table


def test_a_row_without_a_test_is_an_error(folder: Path) -> None:
    path = folder / TABLE
    text = path.read_text()
    kept = text[text.index("tests:\n") :].split("  - name: ")
    path.write_text(
        text[: text.index("tests:\n")] + "  - name: ".join(each for each in kept if "62325" not in each)
    )

    assert [message for _line, message in found(folder, TABLE)] == ["row 6 has no test that reaches it"]


def test_a_table_needs_a_test_that_fires_and_one_that_does_not(folder: Path) -> None:
    path = folder / TABLE
    path.write_text(path.read_text().split("tests:\n")[0] + "tests: []\n")
    messages = [message for _line, message in found(folder, TABLE)]

    assert "no test in which the table proposes a code" in messages
    assert "no test in which the table says nothing (expect: [], no asks)" in messages


def test_a_file_that_nobody_would_read_is_an_error(folder: Path) -> None:
    (folder / "tables/mine.yml").write_text("format: table/1\n")
    assert [message for _line, message in found(folder, "tables/mine.yml")] == [
        "is not read: a mapping file ends in .yaml"
    ]


@pytest.mark.parametrize(
    ("wording", "why"),
    [
        ("Was fluoroscopy used?", "yes or no"),
        ("Please state whether images were stored.", "yes or no"),
        ("Please add the imaging that was used.", "'Please add'"),
        ("Please confirm the modality.", "'Please confirm'"),
        ("Which imaging was used, for example fluoroscopy?", "one of the answers, fluoroscopy"),
        ("Which imaging supports 62323?", "names a code"),
        ("What imaging is needed for billing?", "'needed for billing'"),
    ],
)
def test_leading_questions_are_recognised(wording: str, why: str) -> None:
    assert any(why in fault for fault in leading(wording, VOCABULARY.element("imaging.modality")))


@pytest.mark.parametrize(
    "wording",
    [
        "Please state which imaging, if any, guided the needle.",
        "Which imaging guided it: fluoroscopy, ct, ultrasound, mri or none?",
    ],
)
def test_open_questions_are_not_taken_for_leading_ones(wording: str) -> None:
    assert list(leading(wording, VOCABULARY.element("imaging.modality"))) == []


def test_a_code_with_a_label_of_our_own_is_no_descriptor() -> None:
    assert not descriptor_like("Neuraxial injections, 62320-62327")
    assert not descriptor_like("a long sentence of more than eight words without any code in it at all")
    assert descriptor_like("62323 with more than eight words that say at length what it is for")
