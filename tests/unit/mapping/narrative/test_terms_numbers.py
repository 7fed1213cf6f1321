"""Numbers within phrases: what is read as a quantity, and what is left open."""

from pathlib import Path

import pytest

from service.domain.documentation import Value
from service.domain.errors import MappingError
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import Terms, load_terms
from tests.unit.mapping.terms_folder import MAPPINGS, write_terms

VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
FILE = """\
format: terms/1
elements:
  wound.length_cm:
    values:
      "{number}":
        - "{number} cm|centimeter|centimeters"
        - "{number} x {number} cm"
        - "length : {number} cm"
  wound.closure:
    values:
      sutures: ["{number} interrupted? sutures"]
      staples: ["23.4% staples", "3% staples"]
  drug.amount_mg:
    values:
      "{number}": ["{number} mg"]
  sedation.minutes:
    values:
      "{number}": ["{number} minutes", "{number} min of 1% air"]
  central_line.accesses:
    values:
      "{number}": ["veins : {number}"]
"""


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Terms:
    return load_terms(write_terms(tmp_path_factory.mktemp("numbers"), FILE), VOCABULARY)


def settled(terms: Terms, text: str) -> list[Value]:
    return [each.value for each in terms.find(text) if not each.doubt]


READ = [
    ("A 3.2 cm laceration.", [3.2]),
    ("A 3.2cm laceration.", [3.2]),
    ("A 3-cm laceration.", [3]),
    ("A .5 cm laceration.", [0.5]),
    ("A 15 centimeter laceration.", [15]),
    ("Length: 3 cm", [3, 3]),
    ("Length:3cm", [3, 3]),
    ("Length - 3 cm", [3]),
    ("approximately 3 cm", [3]),
    ("Wound 1: 3 cm", [3]),
    ("At 10:30 a 3 cm wound", [3]),
    ("On 3/4/2024, a 3 cm wound", [3]),
    ("Closed with 3-0 nylon, 3 cm", [3]),
    ("Given 1,000 mg", [1000]),
    ("Given 2000 mg", [2000]),
    ("Given 80 mg (40 mg/ml)", [80]),
    ("Lidocaine 1% 40 mg", [40]),
    ("Given over 30 minutes", [30]),
    ("15 min of 1% air", [15]),
    ("veins: 2", [2]),
    ("Closed with 4 sutures", ["sutures"]),
    ("Closed with 4 interrupted sutures", ["sutures"]),
    # a row of numbers
    ("a 3 x 2 cm wound", [3]),
    ("a 3x2cm wound", [3]),
    ("a 3 \u00d7 2 cm wound", [3]),
    # literal numbers
    ("23.4% staples", ["staples"]),
    ("3% staples", ["staples"]),
    ("0.3% staples", []),
]
OPEN = [
    "2-3 cm",
    "2 -3 cm",
    "2- 3 cm",
    "2 - 3 cm",
    "2\u20133 cm",
    "2 to 3 cm",
    "2 or 3 cm",
    "2 and 3 cm wounds",
    "2, 3, and 4 cm wounds",
    "2, 3 cm wounds",
    "2 cm to 3 cm",
    "2cm-3cm",
    "2 cm - 3 cm",
    "between 2 and 3 cm",
    "over 3 cm",
    "more than 3 cm",
    "at least 3 cm",
    "up to 3 cm",
    "> 3 cm",
    "<3 cm",
    "\u2265 3 cm",
    "3 cm or more",
    "3+ cm",
    "another 3 cm",
    "40 mg/ml",
    "40 mg / ml",
    "40mg per ml",
    "20 mg/kg",
    "3 1/2 cm",
    "1/2 cm",
    "3 \u00bd cm",
    "3,5 cm",
    "1.2.3 cm",
    "a 3. 5 cm wound",
    "15 cm\u00b2",
    "15 cm^2",
    "#3 cm",
    "3% cm",
    "2 x 3 cm",
    "3 x 2 x 1 cm",
    "3 cm x 2 cm",
    "L4 cm",
    "10:30 cm",
    "2024-03-04 cm",
    "3 sq cm",
    "2-3 sutures",
    "10:30 minutes",
    "every 15 minutes",
    "veins: 2.5",
    "veins: 2-3",
    "one of 3 cm and one of 4-5 cm",
]


@pytest.mark.parametrize(("text", "values"), READ, ids=[text for text, _ in READ])
def test_a_number_is_read(terms: Terms, text: str, values: list[Value]) -> None:
    assert settled(terms, text) == values


@pytest.mark.parametrize("text", OPEN)
def test_what_is_no_single_number_settles_nothing(terms: Terms, text: str) -> None:
    assert settled(terms, text) == []


def test_the_value_has_the_type_of_its_element(terms: Terms) -> None:
    """As a field would give it."""
    types = [type(value) for value in settled(terms, "A 3 cm wound. Given 15 minutes.")]
    assert types == [float, int]


def test_a_number_is_taken_back_like_any_value(terms: Terms) -> None:
    (statement,) = terms.find("No 3 cm laceration.")
    assert (statement.value, statement.doubt) == (3, "negation")


def test_what_hinders_the_number_hinders_every_number(tmp_path: Path) -> None:
    file = FILE.replace("  wound.closure:", '    only_without: {"{number}": [photograph]}\n  wound.closure:')
    terms = load_terms(write_terms(tmp_path, file), VOCABULARY)
    assert settled(terms, "A 3 cm wound. See photograph.") == []


@pytest.mark.parametrize(
    ("phrase", "message"),
    [
        ("laceration", "states no {number}"),
        ("{number}|long laceration", "states no {number}"),
        ("a {number}? laceration", "states no {number}"),
        ("length {number}", "does not say behind {number} that it is cm"),
        ("length {number} ... wide", "does not say behind {number} that it is cm"),
        ("length {number} cm? wide", "does not say behind {number} that it is cm"),
        ("{number} cm of 3 wounds", "has another number beside {number}"),
        ("{numbr} cm", "unknown mark '{numbr}'; nearest: {number}"),
    ],
)
def test_a_phrase_that_may_stand_without_its_number_is_refused(
    tmp_path: Path, phrase: str, message: str
) -> None:
    file = FILE.replace("length : {number} cm", phrase)
    with pytest.raises(MappingError) as refused:
        load_terms(write_terms(tmp_path, file), VOCABULARY)
    assert message in str(refused.value)
    assert refused.value.line == 8


def test_the_key_is_for_numbers_alone(tmp_path: Path) -> None:
    file = FILE.replace("      sutures:", '      "{number}":')
    with pytest.raises(MappingError, match=r"mine\.yaml:11: not a value of wound\.closure"):
        load_terms(write_terms(tmp_path, file), VOCABULARY)
