"""A wrong file of terms is refused, with its line and the nearest right name."""

from pathlib import Path

import pytest

from service.domain.errors import MappingError
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import Terms, load_terms
from tests.unit.mapping.terms_folder import MAPPINGS, write_terms

VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
GOOD = """\
format: terms/1
families:
  tool: [needle, needles]
elements:
  device:
    values:
      needle:
        - "<tool> ... removed"
"""


def load(folder: Path, text: str) -> Terms:
    return load_terms(write_terms(folder, text), VOCABULARY)


@pytest.mark.parametrize(
    ("wrong", "line", "message"),
    [
        (GOOD.replace("  device:", "  devise:"), 5, "unknown element 'devise'; nearest: device"),
        (GOOD.replace("      needle:", "      neddle:"), 7, "nearest: needle"),
        (GOOD.replace("<tool> ...", "<tol> ..."), 8, "unknown family 'tol'; nearest: tool"),
        (GOOD.replace("<tool> ...", "..."), 8, "must begin and end with a word"),
        (GOOD.replace("removed", "removed?"), 8, "must begin and end with a word"),
        (GOOD.replace("<tool> ...", "<tool> ... a ... b ..."), 8, "more than 2 gaps"),
        (GOOD.replace("... removed", "... a? ... removed"), 8, "needs a word between its gaps"),
        (GOOD.replace("removed", "removed|*"), 8, "is no word"),
        (GOOD.replace("removed", "removed ; it"), 8, "goes on behind the end of a sentence"),
        (GOOD.replace("    values:\n      needle:", "    plainly:\n      neddle:"), 7, "nearest: needle"),
        (GOOD.replace("    values:", "    valeus:"), 6, "unknown key 'valeus'; nearest: values"),
        (
            'format: terms/1\nelements:\n  infusion.end:\n    values:\n      "{day}": ["ended {later}"]\n',
            5,
            "a day is no moment of infusion.end",
        ),
        (GOOD.replace("  tool:", "  month:"), 3, "family 'month' is written in another file already"),
    ],
    ids=[
        "element",
        "value",
        "family",
        "gap first",
        "optional last",
        "gaps",
        "gaps that may touch",
        "no word",
        "a stop",
        "value said plainly",
        "key",
        "a day of what needs a time",
        "family twice",
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, wrong: str, line: int, message: str) -> None:
    with pytest.raises(MappingError) as refused:
        load(tmp_path, wrong)
    assert message in str(refused.value)
    assert (refused.value.file, refused.value.line) == ("mappings/terms/mine.yaml", line)


def load_two(folder: Path, first: str, second: str) -> Terms:
    load(folder, first)
    terms = folder / "mappings" / "terms"
    (terms / "zz.yaml").write_text(second.replace("tool", "other"))
    return load_terms(terms, VOCABULARY)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (GOOD, r"zz\.yaml:7: 'needle' of device has its phrases in mappings/terms/mine\.yaml"),
        (GOOD.replace("values:", "plainly:"), r"zz\.yaml:7: 'needle' of device has its phrases in"),
    ],
    ids=["stated", "said plainly"],
)
def test_two_files_do_not_share_a_value(tmp_path: Path, second: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        load_two(tmp_path, GOOD, second)


def test_an_alias_is_the_same_value(tmp_path: Path) -> None:
    word = GOOD.replace("device:", "imaging.modality:")
    with pytest.raises(MappingError, match=r"'fluoro' of imaging\.modality has its phrases in"):
        load_two(tmp_path, word.replace("needle:", "fluoroscopy:"), word.replace("needle:", "fluoro:"))


def test_two_files_share_an_element(tmp_path: Path) -> None:
    """Each has values of its own; what takes statements back adds up."""
    first = GOOD + "    ignore: [old needle]\n    doubt: {after: [spare]}\n"
    second = GOOD.replace("needle:", "catheter:").replace("needle, needles", "tube") + (
        "    ignore: [old tube]\n    doubt: {after: [borrowed]}\n    only_without: {needle: [tray]}\n"
    )
    terms = load_two(tmp_path, first, second)
    standing = {
        text: [each.value for each in terms.find(text) if not each.doubt]
        for text in (
            "Needle removed. Tube removed.",
            "Old needle removed. Old tube removed.",
            "Spare needle removed. Borrowed tube removed.",
            "Spare tube removed. Borrowed needle removed.",
            "Needle removed. Tube removed. Tray seen.",
        )
    }
    assert list(standing.values()) == [["needle", "catheter"], [], [], [], ["catheter"]]


@pytest.mark.parametrize(
    ("text", "values", "plainly"),
    [
        ("The needle was removed as planned.", [], ["needle"]),
        ("The needle was removed if needed.", [], ["needle"]),
        ("He had one long ago. The needle was removed.", [], ["needle"]),
        ("The needle was not removed.", [], []),
        ("In 2019 the needle was removed.", [], []),
        ("PLAN: the needle was removed.", [], []),
        ("The needle was removed.", ["needle"], ["needle"]),
    ],
    ids=["plan", "condition", "after a story", "denied", "years ago", "heading", "nothing beside it"],
)
def test_what_is_plainly_said_only_a_denial_takes_back(
    tmp_path: Path, text: str, values: list[str], plainly: list[str]
) -> None:
    for name, file, expected in (("a", GOOD, values), ("b", GOOD.replace("values:", "plainly:"), plainly)):
        found = load(tmp_path / name, file).find(text)
        assert [each.value for each in found if not each.doubt] == expected


def test_what_an_analyst_writes_is_read(tmp_path: Path) -> None:
    terms = load(tmp_path, GOOD)
    (statement,) = terms.find("The needles were removed.")
    assert (statement.element, statement.value, statement.start, statement.end) == ("device", "needle", 4, 24)
