"""What the end of a line means."""

import pytest

from service.mapping.narrative.words import cut

LONG = "The patient was placed prone on the table and the back was prepped."
ENDS = [
    pytest.param(f"{LONG}\nCatheter type: triple\nThe vein was entered", 4, id="short, and a capital below"),
    pytest.param(f"{LONG}\nThere was no\nfluoroscopy", 2, id="short, and a small letter below"),
    pytest.param(f"{LONG[:-1]} and\nFluoroscopy", 1, id="as long as any, and a capital below"),
    pytest.param("placed at\nL4-5", 1, id="wraps"),
    pytest.param("under AP view\n- images saved", 2, id="above an item"),
    pytest.param("Needle in place\nImages: saved", 2, id="above a label"),
    pytest.param("LUMBAR PUNCTURE\nPosition: prone", 2, id="capitals above a label"),
    pytest.param("LUMBAR DISCOGRAPHY, L4-5\nThe needle was placed", 2, id="capitals above text"),
    pytest.param("THE NEEDLE WAS PLACED AT L4-5 WITHOUT\nFLUOROSCOPY", 1, id="capitals wrap as well"),
]


@pytest.mark.parametrize(("text", "sentences"), ENDS)
def test_a_sentence_ends_at(text: str, sentences: int) -> None:
    assert cut(text).words.count(".") + 1 == sentences


def test_a_line_of_capitals_alone_is_a_heading_still() -> None:
    assert cut("PLAN OF CARE\nNeedle: 22G").words[3:5] == (":", ".")
