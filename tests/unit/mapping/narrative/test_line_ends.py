"""Where the end of a line ends a sentence: where the text shows that it was ended on purpose."""

import pytest

from service.mapping.narrative.words import cut

LONG = "The patient was placed prone on the table and the back was prepped and draped in sterile fashion."


@pytest.mark.parametrize(
    ("lines", "stops"),
    [
        pytest.param("Catheter type: triple lumen\nThe vein was entered", ["."], id="short, then a capital"),
        pytest.param("There was no\nfluoroscopy", [], id="short, then a small letter"),
        pytest.param(f"{LONG[:-1]} and without\nFluoroscopy", [], id="as long as any line"),
        pytest.param("Side\nLevel: L4-5", ["."], id="a label"),
        pytest.param("Side\n- L4-5", ["."], id="a bullet"),
    ],
)
def test_a_line_end(lines: str, stops: list[str]) -> None:
    words = cut(f"{lines}\n\n{LONG}").words
    assert [word for word in words[: words.index("\n")] if word == "."] == stops


def test_a_heading_in_capitals_with_nothing_behind_it_is_one() -> None:
    assert cut("OPERATIVE REPORT\nDIAGNOSIS: pain").words[:4] == ("operative", "report", ":", ".")
    assert cut("TECHNIQUE\nThe vein was entered").words[:3] == ("technique", ":", "the")
