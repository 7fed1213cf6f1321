"""Notes in fields ("Approach: midline"): what ends a reason, what stands under one, what gives way."""

import pytest

from service.domain.documentation import Narrative, Source, Value
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import Terms, load_terms
from tests.unit.mapping.terms_folder import MAPPINGS, write_terms

VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
FILE = """\
format: terms/1
elements:
  intent:
    values:
      csf_removal: [lumbar puncture]
      csf_drainage: [to relieve pressure]
    though_aside:
      postop_analgesia: ["indication : ... postoperative pain"]
    otherwise:
      csf_sampling: ["sent for ... protein"]
  approach:
    values:
      interlaminar_midline: ["approach : midline"]
"""


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Terms:
    return load_terms(write_terms(tmp_path_factory.mktemp("fields"), FILE), VOCABULARY)


def told(terms: Terms, text: str) -> set[Value]:
    read = terms.read(Narrative(text, Source("OBX[1]-5", 0, len(text), text)))
    return {each.value for each in read if each.name in ("intent", "approach")}


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("Indication: knee pain", {"interlaminar_midline"}),
        ("Consent: obtained", {"interlaminar_midline"}),
        ("Plan: the same again", set()),
        ("History: one in spring", set()),
    ],
)
def test_a_field_ends_what_stands_under_a_reason_and_no_plan(
    terms: Terms, heading: str, values: set[Value]
) -> None:
    assert told(terms, f"{heading}\nApproach: midline") == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Indication: postoperative pain", {"postop_analgesia"}),
        ("Indication: no postoperative pain", set()),
        ("Indication: knee.\nHistory: postoperative pain", set()),
    ],
)
def test_a_phrase_that_names_the_reason_states_something_under_it(
    terms: Terms, text: str, values: set[Value]
) -> None:
    assert told(terms, text) == values


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("Tuohy needle inserted.", {"csf_drainage"}),
        ("She is in pain.", set()),
        ("Old puncture: Tuohy needle inserted.", set()),
    ],
)
def test_a_line_that_tells_of_the_needle_ends_a_reason(terms: Terms, line: str, values: set[Value]) -> None:
    assert told(terms, f"Indication: headache\n{line} It was done to relieve pressure.") == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Indication: headache. Tuohy needle inserted. It was done to relieve pressure.", {"csf_drainage"}),
        ("Indication: Tuohy needle inserted to relieve pressure.", set()),
        ("Indication: headache. Tuohy needle inserted to relieve pressure.\nPain is better.", set()),
    ],
    ids=["one line", "the reason itself", "a line below ends it, no sentence"],
)
def test_in_a_note_of_one_line_a_sentence_ends_a_reason(terms: Terms, text: str, values: set[Value]) -> None:
    assert told(terms, text) == values


SENT = "Fluid was sent for cells and protein."


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (SENT, {"csf_sampling"}),
        (f"Lumbar puncture. {SENT}", {"csf_removal", "csf_sampling"}),  # the less exact word
        (f"{SENT} It was done to relieve pressure.", {"csf_drainage"}),
        (f"{SENT} It was not done to relieve pressure.", {"csf_sampling"}),
    ],
)
def test_what_holds_otherwise_gives_way_to_what_is_told(terms: Terms, text: str, values: set[Value]) -> None:
    assert told(terms, text) == values
