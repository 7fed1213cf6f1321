from pathlib import Path

import pytest

from service.domain.errors import MappingError
from service.mapping.documented.spinal_levels import SPINAL_LEVELS
from service.mapping.documented.vocabulary import Vocabulary, read_vocabulary

MAPPINGS = Path(__file__).parents[4] / "mappings"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary(MAPPINGS / "vocabulary.yaml")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("imaging.modality", "fluoroscopy", "fluoroscopy"),
        ("imaging.modality", " Fluoro ", "fluoroscopy"),
        ("imaging.modality", "C-ARM", "fluoroscopy"),
        ("imaging.modality", "None", "none"),
        ("catheter.disposition", "Left-Indwelling", "left_indwelling"),
        ("approach", "interlaminar", "interlaminar"),
        ("entry_levels", "L2-L3", "L2-L3"),
        ("entry_levels", "L2-3", "L2-L3"),
        ("entry_levels", "L2/3", "L2-L3"),
        ("entry_levels", "l2/l3", "L2-L3"),
        ("entry_levels", "l2 l3", "L2-L3"),
        ("entry_levels", "L2 to L3", "L2-L3"),
        ("entry_levels", "L2\u2013L3", "L2-L3"),
        ("entry_levels", "c7 - t1", "C7-T1"),
        ("entry_levels", "Th12/L1", "T12-L1"),
        ("entry_levels", "L5/S1", "L5-S1"),
        ("entry_levels", "T5", "T5"),
        ("entry_levels", "Sacral Hiatus", "sacral_hiatus"),
        ("entry_levels", "s1 foramen", "S1_foramen"),
        ("imaging.contrast", "Yes", True),
        ("imaging.contrast", "n", False),
        ("planned_dwell_days", "3", 3),
        ("service_date", "20260302", "2026-03-02"),
        ("service_date", "2026-03-02", "2026-03-02"),
        ("catheter.placed_at", "202603022230-0500", "2026-03-02T22:30:00-05:00"),
        ("catheter.placed_at", "20260302223015.1234+0000", "2026-03-02T22:30:15+00:00"),
        ("catheter.placed_at", "2026-03-02T22:30:00Z", "2026-03-02T22:30:00+00:00"),
        ("catheter.removed_at", "20260304", "2026-03-04"),
        ("catheter.removed_at", "2026-03-04", "2026-03-04"),
        ("encounter.tz", "America/New_York", "America/New_York"),
        ("encounter.pos", "02", "02"),
        ("dx", "m54.16", "M54.16"),
    ],
)
def test_words_and_codes_are_understood(vocabulary: Vocabulary, name: str, text: str, value: object) -> None:
    assert vocabulary.understand(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("imaging.modality", "flouroscopy", "not a value of imaging.modality; nearest: fluoroscopy"),
        ("imaging.modality", "", "not a value of imaging.modality"),
        ("entry_levels", "L2-L4", "not a value of entry_levels, which takes a spinal level"),
        ("entry_levels", "L23", "not a value of entry_levels"),
        ("entry_levels", "L6", "not a value of entry_levels"),
        ("entry_levels", "L3-L2", "not a value of entry_levels"),
        ("imaging.contrast", "unknown", "which takes true or false"),
        ("planned_dwell_days", "3.5", "which takes a whole number"),
        ("planned_dwell_days", "\u0663", "which takes a whole number"),
        ("service_date", "2026-02-30", "which takes a date"),
        ("service_date", "202603", "which takes a date"),
        ("catheter.placed_at", "202603022230", "a day such as 2026-03-02"),
        ("catheter.placed_at", "9999-12-31T23:59:59-12:00", "which takes a time"),
        ("sedation.start", "2026-03-02", "which takes a time with its offset"),
        ("encounter.pos", "2", "which takes two digits"),
        ("encounter.tz", "Mars/Olympus", "which takes a time zone"),
        ("encounter.tz", "../../etc/passwd", "which takes a time zone"),
    ],
)
def test_what_is_not_in_the_list_is_refused(
    vocabulary: Vocabulary, name: str, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        vocabulary.understand(name, text)


def test_a_refusal_does_not_repeat_the_text_which_may_be_a_patients(vocabulary: Vocabulary) -> None:
    with pytest.raises(ValueError, match="not a value") as caught:
        vocabulary.understand("imaging.modality", "Testperson, Anna")
    assert "Testperson" not in str(caught.value)


def test_an_unknown_name_is_refused_with_the_nearest(vocabulary: Vocabulary) -> None:
    with pytest.raises(MappingError, match=r"unknown element 'imaging\.modalty'; nearest: imaging\.modality"):
        vocabulary.element("imaging.modalty")


def test_every_pair_of_neighbours_and_every_vertebra_is_a_level() -> None:
    assert {"C1-C2", "C7-T1", "T12-L1", "L5-S1", "sacral_hiatus", "S1_foramen", "C1", "S5"} <= set(
        SPINAL_LEVELS
    )
    assert len(SPINAL_LEVELS) == len(set(SPINAL_LEVELS)) == 28 + 29 + 2


@pytest.mark.parametrize(
    ("entry", "line", "message"),
    [
        ("type: choice", 4, "a choice, and nothing else, lists its values"),
        ("type: text, values: [a]", 4, "a choice, and nothing else, lists its values"),
        ("type: choise, values: [a]", 4, "'choise' is not one of .*; nearest: choice"),
        ("type: choice, values: [abc], aliases: {abd: [x]}", 4, "'abd' is not a value of x.y; nearest: abc"),
        ("type: choice, values: [a, b], aliases: {a: [x], b: [X]}", 4, "'X' already means a in x.y"),
        ("type: choice, values: [a, b], aliases: {a: [B]}", 4, "'B' already means b in x.y"),
        ("type: choice, values: [a, b], covers: {a: [c]}", 4, "'c' is not a value of x.y"),
        ("type: choice, values: [ab, b], sets: {s: [ac]}", 4, "'ac' is not a value of x.y; its values: ab"),
        ('type: place_of_service, sets: {s: ["2"]}', 4, "'2' is not a value of x.y"),
    ],
)
def test_a_wrong_vocabulary_is_refused(tmp_path: Path, entry: str, line: int, message: str) -> None:
    path = tmp_path / "vocabulary.yaml"
    path.write_text(f"# a comment\nformat: vocabulary/1\nelements:\n  x.y: {{{entry}}}\n")

    with pytest.raises(MappingError, match=rf"vocabulary\.yaml:{line}: .*{message}"):
        read_vocabulary(path)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("key: [g.z]", "'g.z' is no element of the group g"),
        ("key: [g.a], distinct: [x.y]", "'x.y' is no element of the group g"),
        ("key: [g.a], distinct: [g.a], repeated: [fingr]", "'fingr' is no value .*; nearest: finger"),
        ("key: [g.a], distinct: [g.a], inclusive: [all]", "'all' is no value of what tells one g"),
        ("key: [g.a], repeated: [finger]", "'finger' is no value"),
    ],
)
def test_a_wrong_group_is_refused(tmp_path: Path, rules: str, message: str) -> None:
    path = tmp_path / "vocabulary.yaml"
    elements = "  g.a: {type: choice, values: [finger, knee]}\n  x.y: {type: text}\n"
    path.write_text(f"format: vocabulary/1\ngroups:\n  g: {{label: g, {rules}}}\nelements:\n{elements}")

    with pytest.raises(MappingError, match=rf"vocabulary\.yaml:3: .*{message}"):
        read_vocabulary(path)


def test_the_places_that_are_facilities_are_those_of_medicare(vocabulary: Vocabulary) -> None:
    medicare = "02 19 21 22 23 24 26 31 34 41 42 51 52 53 56 61"
    assert vocabulary.element("encounter.pos").sets["facilities"] == tuple(medicare.split())


def test_every_element_has_words_for_the_page(vocabulary: Vocabulary) -> None:
    assert [name for name in vocabulary.names if not vocabulary.element(name).label] == []
