"""Sayings: what one sentence says by itself, wherever in a note it stands, and what in it takes that back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from service.domain.documentation import Value
from service.mapping.narrative.automaton import Places
from service.mapping.narrative.claims import (
    Claim,
    Found,
    claims_of,
    find_phrases,
    vague_elements,
    value_of,
    without_idle,
)
from service.mapping.narrative.clauses import Clauses, Sentence
from service.mapping.narrative.grammar import heading_words
from service.mapping.narrative.leftover import left_over
from service.mapping.narrative.lexicon import Lexicon, Persons
from service.mapping.narrative.marks import COLON
from service.mapping.narrative.meanings import BearsOut, Cue, Hinders, Mark, States
from service.mapping.narrative.mentions import HARMLESS, unread, unsaid_denials
from service.mapping.narrative.words import Words

_LONGEST_SENTENCE: Final = 400  # words
_LONGEST_NAME: Final = 12  # words, its heading among them
_DR: Final = 3  # words of one with the title before it
_LASTING: Final = Mark("lasting")
#: What an element's own cues say: that the words mean another thing, such as what numbed the skin.
_OTHER: Final = "elsewhere"
#: What takes back even a plain statement, beside a word of years ago.
_STRONG: Final = frozenset({"negation", "unfilled", "unticked"})


class Saying(NamedTuple):
    """A claim, and what its sentence makes of it."""

    claim: Claim
    value: Value | None  # None: any, or none that can be read
    doubts: tuple[str, ...]  # the kinds of the cues that reach it
    doubt: str  # what takes it back as a statement; "" = nothing


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a sentence says."""

    found: Found
    marks: frozenset[str]  # their kinds
    sayings: tuple[Saying, ...] = ()
    of_one_thing: bool = False  # it tells of one thing of a group
    too_long: bool = False  # a list without stops: no telling what a cue reaches
    taken_back: Places = ()  # what it takes back, and nobody can tell what that is
    left_over: Places = ()  # words that nobody understands


class _Reaching(NamedTuple):
    """A cue, and the words that it touches."""

    cue: Cue
    places: frozenset[int]  # its own
    first: int
    last: int


def read_sentence(sentence: Sentence, lexicon: Lexicon) -> Said:
    """Read the words of a sentence."""
    words = sentence.words
    found = find_phrases(words, lexicon)
    marks = frozenset(mark.kind for _, mark in found.marks)
    taken_back = unsaid_denials(found) if "taking_back" in marks else ()
    claims = unread(without_idle(claims_of(found, words), in_title=sentence.in_title)) if found.said else []
    if not claims:
        left = left_over(words, found, (), (), lexicon.routine, _named(sentence, lexicon))
        return Said(found, marks, taken_back=taken_back, left_over=left)
    too_long = len(words.words) > _LONGEST_SENTENCE
    reaching = [] if too_long else _reaching(words, found, claims, lexicon)
    sayings = tuple(_sayings(words, found, claims, reaching))
    return Said(
        found,
        marks,
        sayings,
        any(isinstance(each.meaning, States) and each.meaning.one_of_several for each in claims),
        too_long,
        taken_back,
        _left_over(sentence, found, sayings, lexicon),
    )


def _left_over(sentence: Sentence, found: Found, sayings: tuple[Saying, ...], lexicon: Lexicon) -> Places:
    """Return the words of its sentence that are none of what it states. A title has words of its own."""
    states = [each for each in sayings if _tells(each)]
    stated = [each.claim for each in states if not each.doubt]
    others = [each.claim for each in states if each.doubt == _OTHER]
    return left_over(sentence.words, found, stated, others, lexicon.routine, _named(sentence, lexicon))


def _tells(saying: Saying) -> bool:
    """Whether something is stated, or told to have been done."""
    meaning = saying.claim.meaning
    return isinstance(meaning, BearsOut) or (isinstance(meaning, States) and saying.value is not None)


def _named(sentence: Sentence, lexicon: Lexicon) -> int:
    """Return how many words of a sentence only name what the note, or a field, is about; they may be any."""
    words = sentence.words.words
    if _names_person(words, lexicon.persons):
        return len(words)
    if not sentence.title:
        return lexicon.grammar.label(words)
    title = min(sentence.title, sentence.words.first_line())
    return 0 if lexicon.grammar.tells(sentence.words.words[:title]) else title


def _names_person(words: Sequence[str], persons: Persons) -> bool:
    """Whether a sentence says no more than who did it: his name may be any words."""
    if COLON not in words or len(words) > _LONGEST_NAME or heading_words(words) not in persons.headings:
        return False
    name = words[words.index(COLON) + 1 :]
    if len(name) <= 1:
        return False
    return name[-1] in persons.credentials or (name[0] in persons.credentials and len(name) <= _DR)


def _sayings(words: Words, found: Found, claims: list[Claim], reaching: list[_Reaching]) -> Iterator[Saying]:
    strong = _strong(reaching, found) if reaching else []
    vague = vague_elements(claims)
    for claim in claims:
        doubts = tuple(_doubts(claim, reaching)) if reaching else ()
        doubt = doubts[0] if doubts else ""
        if isinstance(claim.meaning, States) and claim.meaning.plain:
            doubt = next(_doubts(claim, strong), "")
        if claim.meaning.element in vague:
            doubt = doubt or "unclear"
        yield Saying(claim, _value(claim, words), doubts, doubt)


def _value(claim: Claim, words: Words) -> Value | None:
    meaning = claim.meaning
    if isinstance(meaning, Hinders | BearsOut) or meaning.value is None:
        return None
    if claim.vague and isinstance(meaning, States):
        return None
    return value_of(claim, meaning.value, words)


def _strong(reaching: list[_Reaching], found: Found) -> list[_Reaching]:
    """What takes back even a plain statement: a denial, what was left open, a word of years ago."""
    lasting = {place for places, mark in found.marks if mark == _LASTING for place in places}
    return [each for each in reaching if each.cue.kind in _STRONG or not lasting.isdisjoint(each.places)]


def _reaching(words: Words, found: Found, claims: list[Claim], lexicon: Lexicon) -> list[_Reaching]:
    cues = _cues(found, claims) if found.cues else []
    clauses = Clauses(words.words, lexicon.grammar) if cues else None
    return [
        _Reaching(cue, frozenset(places), *clauses.touched(places[0], places[-1] + 1, cue.reach))
        for places, cue in cues
        if clauses
    ]


def _cues(found: Found, claims: list[Claim]) -> list[tuple[Places, Cue]]:
    """The cues of what is claimed. One in a harmless phrase is none ("no blood"; not "no blood patch")."""
    elements = {"", *(claim.meaning.element for claim in claims)}
    cues = [each for each in found.cues if each[1].element in elements]
    phrases = [places for places, mark in found.marks if mark == HARMLESS] if cues else []
    if not phrases:
        return cues
    claimed = {place for claim in claims for place in claim.places}
    harmless = {place for places in phrases if claimed.isdisjoint(places) for place in places}
    return [each for each in cues if not harmless.issuperset(each[0])]


def _doubts(claim: Claim, cues: list[_Reaching]) -> Iterator[str]:
    """Yield the kinds of the cues that take a claim back; a claim's own words do not."""
    places, element = claim.places, claim.meaning.element
    for cue, own, first, last in cues:
        if places[0] >= last or places[-1] < first or cue.element not in ("", element):
            continue
        touched = first <= places[0] or any(first <= place < last for place in places)
        if touched and not own.issubset(places):
            yield cue.kind
