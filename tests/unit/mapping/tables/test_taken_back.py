"""What a note takes back in words of which nothing can be read is asked about beside its codes."""

import pytest

from service.domain.charge import CandidateCharge, Proposal, Question
from service.domain.documentation import DocumentedElement, Narrative, Source
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import load_terms
from service.mapping.tables.table import Wording
from service.mapping.tables.taken_back import TAKEN_BACK, ask_of_taken_back
from tests.unit.mapping.terms_folder import MAPPINGS

TERMS = load_terms(MAPPINGS / "terms", read_vocabulary(MAPPINGS / "vocabulary.yaml"))
NOTE = "A shave biopsy of the chin was performed."
TAKEN = [
    pytest.param(NOTE, [], id="nothing"),
    pytest.param(f"{NOTE} Not given.", ["Not"], id="it is not said what"),
    pytest.param(f"{NOTE} ADDENDUM: see the other note.", ["ADDENDUM"], id="an addendum"),
    pytest.param(f"{NOTE} No complications were not expected.", ["not"], id="beside what is harmless"),
    pytest.param(f"{NOTE} Not only was it uneventful.", [], id="harmless itself"),
    pytest.param(f"{NOTE} PLAN: do not shave.", [], id="under a plan"),
    pytest.param(f"{NOTE} The patient changed her mind.", ["changed her mind"], id="in words nobody listed"),
    pytest.param(f"{NOTE} The skin was clean and the patient stable.", [], id="in words of routine"),
    pytest.param(f"{NOTE} The left.", ["left"], id="words that belong beside a statement, alone"),
    pytest.param("A shave biopsy of the left chin was taken.", [], id="the same, beside one"),
    pytest.param(f"{NOTE} She felt a zephyr.", [], id="how the patient was, in any words"),
    pytest.param(f"{NOTE} She felt unable.", ["unable"], id="and why it failed"),
    pytest.param(
        f"{NOTE} A zephyr was felt by the needle.", ["zephyr"], id="and what became of the procedure"
    ),
    pytest.param(f"{NOTE} 80 mg.", ["80 mg"], id="a fragment"),
    pytest.param(f"{NOTE} Size: 80 mg.", ["Size"], id="a labelled value"),
    pytest.param(f"PROCEDURE: Zephyr biopsy.\nDETAILS: {NOTE}", [], id="a title"),
    pytest.param(
        "DETAILS: No shave biopsy of the chin was performed. A zephyr.", [], id="where nothing stands"
    ),
    pytest.param("PAST HISTORY: He was not well.", [], id="where nothing is stated"),
]
WORDING = {"t": Wording("t", {"status": "How far?"})}
SOURCE = Source("OBX[1]-5", 0, 3, "Not")
FOUND = {TAKEN_BACK: [DocumentedElement(TAKEN_BACK, "Not", SOURCE, "narrative")]}
LINE = CandidateCharge("11102", "t", 1)


@pytest.mark.parametrize(("text", "expected"), TAKEN)
def test_what_is_taken_back(text: str, expected: list[str]) -> None:
    told = TERMS.read(Narrative(text, Source("OBX[1]-5", 0, len(text), text)))
    assert [each.source.text for each in told if each.name == TAKEN_BACK] == expected


def test_codes_are_asked_about_and_not_held_back() -> None:
    (proposal,) = ask_of_taken_back([Proposal("t", "h", (LINE,))], WORDING, FOUND)
    (question,) = proposal.questions
    assert (question.element, question.blocking, question.between) == ("status", False, ("11102",))
    assert proposal.candidates == (LINE,)


def test_nothing_is_asked_twice_nor_where_nothing_is_proposed() -> None:
    asked = Question("status", "How far?", blocking=False, between=("11102",), table="t")
    several = [Proposal("t", "h", (LINE,), (asked,)), Proposal("t", "h", (), (asked,))]
    assert list(ask_of_taken_back(several, WORDING, FOUND)) == several
    assert ask_of_taken_back([Proposal("t", "h", (LINE,))], WORDING, {}) == (Proposal("t", "h", (LINE,)),)
