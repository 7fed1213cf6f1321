"""What the lexicon makes of the files beside what stands in them."""

from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.lexicon import read_lexicon
from tests.mapping_cases import MAPPINGS


def test_other_forms_of_a_routine_verb_are_routine_and_no_other_words() -> None:
    lexicon = read_lexicon(MAPPINGS / "terms", read_vocabulary(MAPPINGS / "vocabulary.yaml"))
    anywhere = lexicon.routine.anywhere
    assert {"demonstrated", "demonstrate", "demonstrates", "demonstrating"} <= anywhere
    assert {"noted", "lasted"} <= anywhere  # of which other forms would be
    assert anywhere.isdisjoint({"not", "last"})
