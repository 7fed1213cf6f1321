"""A note that tells that something was done is found, whatever its words; a visit or a plan is not."""

from pathlib import Path

import pytest
import yaml

from service.domain.documentation import Narrative, Source
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.deeds import Deeds, load_deeds
from tests.mapping_cases import MAPPINGS
from tests.unit.mapping.terms_folder import write_terms

NOTES = yaml.safe_load((Path(__file__).parents[3] / "data" / "deeds.yaml").read_text())
VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
DEEDS = load_deeds(MAPPINGS / "terms", VOCABULARY)
DAY = {"2026-03-02"}


def told(note: str, deeds: Deeds = DEEDS) -> str:
    """The words of the deed that a note tells of."""
    deed = deeds.told_in([Narrative(note, Source("OBX-5", 0, len(note), note, "e1"))], DAY)
    return deed.source.text if deed else ""


@pytest.mark.parametrize("note", NOTES["told"], ids=range(1, len(NOTES["told"]) + 1))
def test_something_was_done(note: str) -> None:
    assert told(note)


@pytest.mark.parametrize("note", NOTES["untold"], ids=range(1, len(NOTES["untold"]) + 1))
def test_nothing_was_done(note: str) -> None:
    assert not told(note)


@pytest.mark.parametrize(
    "note",
    [
        pytest.param("No needle was used.", id="denied"),
        pytest.param("A needle will be placed tomorrow.", id="planned"),
        pytest.param("PLAN: A needle was placed.", id="under Plan"),
        pytest.param("In 2019 a needle was placed.", id="years ago"),
        pytest.param("Entered in the wrong chart. A needle was placed.", id="another's"),
        pytest.param("Previous procedure note:\nA needle was placed.", id="copied"),
    ],
)
def test_what_takes_it_back(note: str) -> None:
    assert told("A needle was placed.")
    assert not told(note)


def test_its_words_are_where_they_stand() -> None:
    note = "Seen today. The needle dropped into the joint."
    deed = DEEDS.told_in([Narrative(note, Source("OBX-5", 0, len(note), note, "e1"))], DAY)
    assert deed is not None
    assert (deed.name, deed.source.event_id) == ("deed", "e1")
    assert note[deed.source.start : deed.source.end] == deed.value == deed.source.text


def test_a_folder_may_have_no_words_of_deeds(tmp_path: Path) -> None:
    folder = write_terms(tmp_path, "format: terms/1\nelements: {}\n")
    assert not told("A needle was placed.", load_deeds(folder, VOCABULARY))
