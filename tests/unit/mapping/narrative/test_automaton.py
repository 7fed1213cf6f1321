import random

import pytest

from service.mapping.narrative.automaton import Automaton
from service.mapping.narrative.phrases import compile_phrase, match
from service.mapping.narrative.words import cut

GAP_ENDS = frozenset({"and", "which"})
FAMILIES = {"seen": ("fluoroscopy", "c arm", "c arm fluoroscopy"), "gone": ("removed", "taken out")}
PHRASES = (
    "catheter",
    "catheter tip",
    "catheter ... <gone>",
    "old the? catheter ... <gone> ... at the? end",
    "catheter tip? ... seen",
    "<seen> guidance? ... used",
    "<seen> fluoroscopy? used",
    "c arm|c fluoroscopy",
    "{number} cm",
    "2 cm",
    "{number} by {number} ... wound",
    "in {year}",
    "{year}|old catheter",
    "a|a-b b? c",
    "a ... a ... a",
    "at {level}",
)
WORDS = [
    *("catheter", "tip", "c", "arm", "fluoroscopy", "guidance", "used", "seen", "the", "a", "b", "at", "end"),
    *("and", "which", "removed", "taken", "out", "old", "2", "3.5", "cm", "by", "wound", "in", "2019"),
    *("L4-5", ".", ",", "\n\n"),
]


def compiled(texts=PHRASES):
    return [compile_phrase(text, FAMILIES) for text in texts]


def by_automaton(phrases, text):
    automaton = Automaton(phrases, GAP_ENDS)
    return list(automaton.find(text))


def one_by_one(phrases, text):
    """Every phrase tried at every place."""
    tried = (
        (number, match(phrase, text, place, GAP_ENDS))
        for place in range(len(text.words))
        for number, phrase in enumerate(phrases)
    )
    return [(number, places) for number, places in tried if places]


@pytest.mark.parametrize(
    ("phrase", "text", "places"),
    [
        ("catheter ... <gone>", "the catheter was taken out", (1, 3, 4)),
        ("catheter ... <gone>", "the catheter and the needle was removed", None),
        ("catheter tip? ... seen", "catheter tip was seen", (0, 1, 3)),
        ("<seen> fluoroscopy? used", "the c arm fluoroscopy used", (1, 2, 3, 4)),
        ("a|a-b used|b-used-seen", "a b used seen", (0, 1, 2)),
        ("2 cm", "2 cm", (0, 1)),
        ("in {year}", "in 2019", (0, 1)),
    ],
)
def test_a_phrase_is_found_with_its_own_words(phrase, text, places):
    found = [own for _, own in by_automaton(compiled([phrase]), cut(text))]
    assert found[:1] == ([places] if places else [])


def test_all_phrases_at_once_find_what_each_finds_alone():
    phrases, chance = compiled(), random.Random(3)
    for _ in range(1500):
        text = cut(" ".join(chance.choices(WORDS, k=chance.randint(1, 30))))
        assert by_automaton(phrases, text) == one_by_one(phrases, text), text.words
