"""What a sentence speaks of, and says in words that cannot be read, is disputed."""

import pytest

from service.domain.documentation import Narrative, Source, Value
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import Terms, load_terms
from tests.unit.mapping.terms_folder import MAPPINGS, write_terms

VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
FILE = """\
format: terms/1
elements:
  imaging.modality:
    values:
      fluoroscopy: [under fluoroscopy]
    mentions:
      any: [fluoroscopy, c-arm]
    ignore: [c-arm was positioned]
  entry_levels:
    values:
      "{level}": ["needle at {level}", "{level} was injected"]
    mentions:
      "{level}": ["{level}"]
    doubt:
      both: [stenosis]
"""


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Terms:
    return load_terms(write_terms(tmp_path_factory.mktemp("mentions"), FILE), VOCABULARY)


def disputed(terms: Terms, text: str) -> set[Value]:
    told = terms.read(Narrative(text, Source("OBX[1]-5", 0, len(text), text)), service_days={"2026-03-02"})
    return {each.value for each in told if each.origin == CONFLICT_ORIGIN}


GUIDED = "Done under fluoroscopy. Needle at L4-5."
DISPUTING = [
    pytest.param(GUIDED, set(), id="nothing more is said"),
    pytest.param(f"{GUIDED} The c-arm stayed in its corner.", {"fluoroscopy"}, id="what cannot be read"),
    pytest.param(f"{GUIDED} The c-arm was positioned.", set(), id="what is harmless"),
    pytest.param(f"{GUIDED} PLAN: more fluoroscopy.", set(), id="a plan"),
    pytest.param(f"{GUIDED} He had c-arm pictures in 2019.", set(), id="history"),
    pytest.param(f"{GUIDED} Risks of fluoroscopy were explained.", set(), id="consent"),
    pytest.param(f"{GUIDED} Again under fluoroscopy with the c-arm.", set(), id="beside what is stated"),
    pytest.param(f"{GUIDED} The space at L4-5 was tight.", set(), id="a value that is stated"),
    pytest.param(f"{GUIDED} L3-4 came next.", {"L4-L5"}, id="a value that is not stated"),
    pytest.param(f"{GUIDED} Stenosis at L3-4.", set(), id="of the disease"),
    pytest.param(f"{GUIDED} L4-5 was not reached.", {"L4-L5"}, id="denied, and stated"),
    pytest.param(f"{GUIDED} L4-5 was not injected.", {"L4-L5"}, id="denied in words that are known"),
    pytest.param(f"{GUIDED} L4-5 will be done tomorrow.", {"L4-L5"}, id="stated, and still to be done"),
    pytest.param(f"{GUIDED} L3-4 was not reached.", set(), id="denied, and not stated"),
    pytest.param(
        f"PROCEDURE: {GUIDED}\nThe line on the c-arm is carried forward.", {"fluoroscopy"}, id="on a copy"
    ),
    pytest.param(f"02/02/2026\nL3-4 came next.\n03/02/2026\n{GUIDED}", set(), id="of another day"),
]


@pytest.mark.parametrize(("text", "expected"), DISPUTING)
def test_what_is_mentioned_and_not_read_is_disputed(terms: Terms, text: str, expected: set[Value]) -> None:
    assert disputed(terms, text) == expected
