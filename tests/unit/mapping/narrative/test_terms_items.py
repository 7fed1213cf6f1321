"""Several things in one narrative: each sentence, line of a list, item of an enumeration tells of one."""

from collections.abc import Iterable

import pytest

from service.domain.documentation import DocumentedElement, Narrative, Source, Value
from service.mapping.documented.items import items_of
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import Terms, load_terms
from service.mapping.tables.taken_back import TAKEN_BACK
from tests.unit.mapping.terms_folder import MAPPINGS, write_terms

VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
FILE = """\
format: terms/1
elements:
  wound.length_cm:
    values:
      "{number}": ["{number} cm"]
  wound.site:
    values:
      arm: [forearm]
      scalp: [scalp]
  wound.closure:
    values:
      sutures: [sutured]
      staples: [stapled]
    denials:
      - {value: strips, of: staples, phrases: ["no staples"]}
  device:
    values:
      needle: [needle]
  joint.name:
    values: {knee: [knee was injected]}
  joint.side:
    values:
      left: [left knee was injected]
      right: [right knee was injected]
      bilateral: [both knees were injected, left and right knee was injected]
    titles:
      left: [left knee injection]
      right: [right knee injection]
      bilateral: [bilateral knee injection]
"""
Item = dict[str, Value]


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Terms:
    return load_terms(write_terms(tmp_path_factory.mktemp("items"), FILE), VOCABULARY)


def read(terms: Terms, *texts: str) -> tuple[DocumentedElement, ...]:
    told = terms.read(
        *(Narrative(text, Source(f"OBX[{i}]-5", 0, len(text), text)) for i, text in enumerate(texts))
    )
    return tuple(each for each in told if each.name != TAKEN_BACK)


def by_item(said: Iterable[DocumentedElement]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for each in said:
        found.setdefault(each.item, []).append(each.value)
    return found


ARM_AND_SCALP = {"1": [3, "arm"], "2": [4, "scalp"]}
SEVERAL = [
    "3 cm laceration of the forearm. 4 cm laceration of the scalp.",
    "3 cm laceration of the forearm; 4 cm laceration of the scalp",
    "- 3 cm laceration of the forearm\n- 4 cm laceration of the scalp",
    "1. 3 cm laceration of the forearm\n2. 4 cm laceration of the scalp",
    "1) 3 cm laceration of the forearm\n2) 4 cm laceration of the scalp",
    "(1) 3 cm laceration of the forearm\n(2) 4 cm laceration of the scalp",
    "Wounds\n  1. 3 cm laceration of the forearm\n  2. 4 cm laceration of the scalp",
    "Wounds: 1. 3 cm laceration of the forearm; 2. 4 cm laceration of the scalp",
    "Wound 1: 3 cm, forearm\nWound 2: 4 cm, scalp",
    "Wound #1: 3 cm, forearm\nWound #2: 4 cm, scalp",
    "3 cm laceration\nof the forearm. 4 cm\nlaceration of the scalp.",
]


@pytest.mark.parametrize("text", SEVERAL)
def test_a_sentence_tells_of_one_thing(terms: Terms, text: str) -> None:
    assert by_item(read(terms, text)) == ARM_AND_SCALP


def test_things_are_told_apart_over_all_the_texts_of_a_report(terms: Terms) -> None:
    assert (
        by_item(read(terms, "3 cm laceration of the forearm.", "4 cm laceration of the scalp."))
        == ARM_AND_SCALP
    )


def test_one_value_said_of_two_things_stands_twice(terms: Terms) -> None:
    assert by_item(read(terms, "3 cm, forearm. 3 cm, scalp.")) == {"1": [3, "arm"], "2": [3, "scalp"]}


def test_two_values_in_one_sentence_are_a_conflict(terms: Terms) -> None:
    said = read(terms, "A 2 cm and a 3 cm laceration of the forearm, a 3 cm flap.")
    assert by_item(said) == {"1": [2, 3, "arm"]}


def test_what_is_no_thing_of_a_group_stands_once_and_alone(terms: Terms) -> None:
    assert by_item(read(terms, "Needle for the 3 cm wound. Needle out.")) == {"": ["needle"], "1": [3]}


def test_a_sentence_without_the_key_speaks_of_all(terms: Terms) -> None:
    said = read(terms, f"{SEVERAL[0]} Both were sutured.")
    found: dict[str, list[DocumentedElement]] = {}
    for each in said:
        found.setdefault(each.name, []).append(each)
    things = [
        {each.name: each.value for each in thing}
        for thing in items_of("wound", VOCABULARY.groups["wound"], found)
    ]
    assert things == [
        {"wound.length_cm": 3, "wound.site": "arm", "wound.closure": "sutures"},
        {"wound.length_cm": 4, "wound.site": "scalp", "wound.closure": "sutures"},
    ]


def test_a_denial_does_not_outdo_what_was_used_on_another_thing(terms: Terms) -> None:
    said = read(terms, "3 cm of the forearm, sutured. 4 cm of the scalp, no staples.")
    assert by_item(said) == {"1": [3, "arm", "sutures"], "2": [4, "scalp"]}


def test_an_item_of_an_enumeration_ends_the_sentence_before_it(terms: Terms) -> None:
    """A cue in one does not reach the next."""
    assert by_item(read(terms, "1. no wound of the forearm\n2. 4 cm, scalp")) == {"2": [4, "scalp"]}


def test_a_time_at_the_start_of_a_line_begins_no_sentence(terms: Terms) -> None:
    assert by_item(read(terms, "3 cm laceration\nat 10:30, forearm, no wound\nof the scalp")) == {
        "1": [3, "arm"]
    }


LEFT, RIGHT = "The left knee was injected.", "The right knee was injected."
TITLES = [
    pytest.param(f"PROCEDURE: Left knee injection.\n{LEFT}", {}, id="the same"),
    pytest.param(f"PROCEDURE: Right knee injection.\n{LEFT}", {"left": CONFLICT_ORIGIN}, id="another"),
    pytest.param(f"PROCEDURE: Bilateral knee injection.\n{LEFT}", {"left": CONFLICT_ORIGIN}, id="more"),
    pytest.param(f"PROCEDURE: Bilateral knee injection.\n{LEFT} {RIGHT}", {}, id="both, one by one"),
    pytest.param(
        "PROCEDURE: Right knee injection.\nBoth knees were injected.",
        {"bilateral": CONFLICT_ORIGIN},
        id="less",
    ),
    pytest.param(f"{LEFT} PLAN: right knee injection.", {}, id="under no title"),
    pytest.param(f"PROCEDURE: No right knee injection.\n{LEFT}", {}, id="taken back"),
]


@pytest.mark.parametrize(("text", "disputed"), TITLES)
def test_what_titles_name_is_held_against_the_text(
    terms: Terms, text: str, disputed: dict[Value, str]
) -> None:
    sides = {each.value: each.origin for each in read(terms, text) if each.name == "joint.side"}
    assert {value: origin for value, origin in sides.items() if origin == CONFLICT_ORIGIN} == disputed


def test_a_title_alone_is_no_thing(terms: Terms) -> None:
    assert not read(terms, "PROCEDURE: Left knee injection.")
