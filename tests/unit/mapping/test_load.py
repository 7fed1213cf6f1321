from pathlib import Path

import pytest

from service.domain.errors import MappingError
from service.mapping.documented.elements import documentation_from_json
from service.mapping.load import digest_of, load
from service.mapping.tables.evaluate import propose
from tests.shipped import copy_with_one_table, shipped_mappings

MAPPINGS = Path(__file__).parents[3] / "mappings"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(copy_with_one_table(tmp_path / "mappings"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_shipped_folder_loads_whole() -> None:
    mappings = shipped_mappings()

    assert "imaging.modality" in mappings.vocabulary
    stems = [sorted(p.stem for p in (MAPPINGS / kind).glob("*.yaml")) for kind in ("tables", "algorithms")]
    assert sorted(table.name for table in mappings.tables) == sorted([*stems[0], *stems[1]])
    assert mappings.feeds


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "vocabulary.yaml",
            "format: vocabulary/1",
            "format: vocabulary/2",
            "vocabulary.yaml:14: .*nearest: vocabulary/1",
        ),
        (
            "lookups/spinal_region.yaml",
            "C1-C2,",
            "",
            "spinal_region.yaml:6: does not say what these mean: C1-C2",
        ),
        (
            "tables/neuraxial-injection.yaml",
            "[epidural, ",
            "[epidual, ",
            "neuraxial-injection.yaml:[0-9]+: 'epidual'",
        ),
        (
            "destinations/billing.yaml",
            "format:",
            "fromat:",
            "billing.yaml:[0-9]+: unknown key 'fromat'; nearest: format",
        ),
    ],
)
def test_a_wrong_file_keeps_the_service_from_starting(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    replace(folder / file, old, new)
    with pytest.raises(MappingError, match=f"^mappings/.*{message}"):
        load(folder)


def test_a_missing_vocabulary_keeps_the_service_from_starting(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"vocabulary\.yaml:1: cannot be read"):
        load(tmp_path)


def test_a_warning_does_not(folder: Path) -> None:
    replace(
        folder / "tables/neuraxial-injection.yaml", "questions: ", "questions:\n  laterality: Which side?"
    )
    assert load(folder).tables


def test_the_digest_tells_any_two_folders_apart(folder: Path, tmp_path: Path) -> None:
    before = digest_of(folder)
    assert before == load(folder).digest
    assert before == digest_of(copy_with_one_table(tmp_path / "another"))

    replace(folder / "vocabulary.yaml", "# ", "#  ")
    assert digest_of(folder) != before


@pytest.mark.parametrize(
    ("site", "codes"),
    [
        ({}, []),
        ({"t12_l1": "ask"}, []),
        ({"t12_l1": "lumbar_sacral"}, ["62323"]),
        ({"t12_l1": "cervical_thoracic"}, ["62321"]),
    ],
    ids=["undecided", "ask", "lumbar", "thoracic"],
)
def test_a_site_decides_what_the_reference_leaves_open(
    folder: Path, site: dict[str, str], codes: list[str]
) -> None:
    mappings = load(folder, site)
    elements = {
        "status": "completed",
        "intent": "therapeutic_injection",
        "target": "epidural",
        "approach": "interlaminar",
        "entry_levels": ["T12-L1"],
        "device": "needle",
        "substances.class": ["steroid"],
        "imaging.modality": "fluoroscopy",
    }
    (documentation,) = documentation_from_json(mappings.vocabulary, {"elements": elements})
    (proposal,) = propose(mappings.tables, documentation)

    assert [candidate.code for candidate in proposal.candidates] == codes


@pytest.mark.parametrize(
    ("site", "message"),
    [
        ({"t12l1": "ask"}, "no table has a switch 't12l1'; nearest: t12_l1"),
        ({"t12_l1": "lumbar"}, "'lumbar' is not a value of switch t12_l1; nearest: lumbar_sacral"),
    ],
)
def test_a_setting_that_no_table_knows_is_refused(folder: Path, site: dict[str, str], message: str) -> None:
    with pytest.raises(MappingError, match=message):
        load(folder, site)
