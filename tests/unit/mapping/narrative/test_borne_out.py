"""What a title or the line of a form says counts where the text tells that it was done."""

import pytest

from service.domain.documentation import DocumentedElement, Narrative, Source
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import Terms, load_terms
from tests.unit.mapping.terms_folder import MAPPINGS, write_terms

FILE = """\
format: terms/1
elements:
  joint.name:
    values:
      wrist: [radiocarpal joint was entered]
    titles:
      knee: [knee injection]
      wrist: [wrist injection]
    borne_out:
      knee: ["site : left|right knee"]
    borne_out_by: [into the joint]
  joint.side:
    titles:
      left: [left knee|wrist injection]
      right: [right knee|wrist injection]
    borne_out:
      right: ["site : right"]
"""
DONE = "The needle was put into the joint."


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Terms:
    vocabulary = read_vocabulary(MAPPINGS / "vocabulary.yaml")
    return load_terms(write_terms(tmp_path_factory.mktemp("borne_out"), FILE), vocabulary)


def said(terms: Terms, text: str) -> list[DocumentedElement]:
    told = terms.read(Narrative(text, Source("OBX[1]-5", 0, len(text), text)))
    return [each for each in told if each.name.startswith("joint")]


def joints(terms: Terms, text: str) -> set[tuple[str, object, str]]:
    """(element, value, item); of what is disputed "?" in the place of the item."""
    return {
        (each.name, each.value, "?" if each.origin == CONFLICT_ORIGIN else each.item)
        for each in said(terms, text)
    }


RIGHT_KNEE = {("joint.name", "knee", "1"), ("joint.side", "right", "1")}


@pytest.mark.parametrize(
    "text",
    [
        f"PROCEDURE: Right knee injection\n{DONE}",
        f"Right knee injection\nConsent was given. {DONE}",
        f"RIGHT KNEE INJECTION\nConsent was given. {DONE}",
        f"Right knee injection. Consent was given. {DONE}",
        f"Site: right knee\n{DONE}",
        f"{DONE}\nSite: right knee",
    ],
)
def test_what_was_done_is_what_the_title_or_the_form_names(terms: Terms, text: str) -> None:
    assert joints(terms, text) == RIGHT_KNEE


@pytest.mark.parametrize(
    "text",
    [
        "PROCEDURE: Right knee injection\nConsent was given.",
        "PROCEDURE: Right knee injection\nThe needle was not put into the joint.",
        f"PROCEDURE: Right knee injection\nHISTORY: {DONE}",
        "PROCEDURE: Right knee injection into the joint\nConsent was given.",
    ],
)
def test_a_title_that_nothing_bears_out_is_disputed(terms: Terms, text: str) -> None:
    assert joints(terms, text) == {("joint.name", "knee", "?"), ("joint.side", "right", "?")}


@pytest.mark.parametrize(
    "text",
    [
        "Site: right knee\nConsent was given.",
        f"HISTORY: Site: right knee.\nPROCEDURE: {DONE}",
        f"PLAN: Right knee injection\nPROCEDURE: {DONE}",
        f"Right knee injection was discussed.\n{DONE}",
    ],
)
def test_what_is_no_title_and_no_line_of_a_form_about_it_says_nothing(terms: Terms, text: str) -> None:
    assert joints(terms, text) == set()


def test_a_title_says_of_what_the_text_tells_only_what_that_leaves_open(terms: Terms) -> None:
    text = "PROCEDURE: Right wrist injection\nThe radiocarpal joint was entered."
    assert joints(terms, text) == {("joint.name", "wrist", "2"), ("joint.side", "right", "2")}


def test_a_title_of_another_thing_disputes_what_the_text_tells(terms: Terms) -> None:
    text = "PROCEDURE: Right knee injection\nThe radiocarpal joint was entered."
    assert ("joint.name", "wrist", "?") in joints(terms, text)


def test_a_form_of_another_side_than_the_title_is_disputed(terms: Terms) -> None:
    text = f"PROCEDURE: Left knee injection\nSite: right knee\n{DONE}"
    assert ("joint.side", "right", "?") in joints(terms, text)
