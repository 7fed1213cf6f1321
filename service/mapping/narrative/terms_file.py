"""The files of mappings/terms: words for the values of elements, and the cues that take them back."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from service.mapping.narrative.clauses import Reach


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Denial(_Written):
    """Phrases that say that one thing ("of"; "any" = all of them) was not so."""

    value: str
    of: str
    phrases: tuple[str, ...]


class ElementTerms(_Written):
    """What text says about one element."""

    values: dict[str, tuple[str, ...]] = {}  # value -> phrases that state it
    plainly: dict[str, tuple[str, ...]] = {}  # value -> phrases that only a denial takes back
    though_aside: dict[
        str, tuple[str, ...]
    ] = {}  # value -> phrases that name a heading of history or the like
    otherwise: dict[str, tuple[str, ...]] = {}  # value -> phrases; where the note states no other
    failing_that: dict[str, tuple[str, ...]] = {}  # value -> phrases; where its sentence states no other
    denials: tuple[Denial, ...] = ()
    ignore: tuple[str, ...] = ()  # phrases whose words mean something else here
    doubt: dict[Reach, tuple[str, ...]] = {}  # cues of this element alone
    only_without: dict[str, tuple[str, ...]] = {}  # value -> phrases; any mention of one leaves it open
    overtaken_by: dict[str, tuple[str, ...]] = {}  # value -> phrases that say that it is so no longer
    contested_by: dict[str, tuple[str, ...]] = {}  # value, or "any" -> phrases beside which it is disputed
    here: tuple[str, ...] = ()  # of the part of the body that the element is about
    elsewhere: tuple[str, ...] = ()  # of another: in a text with one of `here`, its sentence is disputed
    going_elsewhere: tuple[str, ...] = ()  # and so are those after it in its paragraph, up to one of `here`
    mentions: dict[
        str, tuple[str, ...]
    ] = {}  # value, or "any" -> words that dispute, where they state nothing
    titles: dict[str, tuple[str, ...]] = {}  # value -> phrases; in a title, only held against the text below
    borne_out: dict[str, tuple[str, ...]] = {}  # value -> phrases; these, and titles, count where there is
    borne_out_by: tuple[str, ...] = ()  # one of these in the text (for all of "joint. ...")
    title_must_agree: bool = (
        False  # what a title names and the text below does not, or the reverse, is disputed
    )


class TermsFile(_Written):
    """One file of terms."""

    format: Literal["terms/1"]
    families: dict[str, tuple[str, ...]] = {}  # name -> words that are used alike
    elements: dict[str, ElementTerms]


class Headings(_Written):
    """Which headings stand above today's service, and which above history, plans and consent."""

    today: tuple[str, ...]  # the whole heading
    aside: tuple[str, ...]  # any word of the heading
    title: tuple[str, ...] = ()  # of those of today: what the note is about, not yet how it went
    holding: tuple[str, ...] = ()  # of those aside: with nothing behind it, the next heading stands under it
    person: tuple[str, ...]  # of who did it
    credentials: tuple[str, ...]  # before or behind a name
    reason: tuple[
        str, ...
    ]  # of those aside: a field, or a line of `making_ready`, ends what stands under them
    field: tuple[
        str, ...
    ] = ()  # how it was done, in a word or two: they end a reason, not a history or a plan


class Sections(_Written):
    """Phrases that say of which note, and of which day, what follows them tells."""

    dated: tuple[str, ...]  # the date of what follows, at the head of a line
    copied: tuple[str, ...]  # what follows is from another note
    copy_title: tuple[str, ...]  # the same, where nothing else stands in the line
    own: tuple[str, ...]  # a title that ends that
    void: tuple[str, ...]  # the whole text is not what it seems


class RoutineFile(_Written):
    """mappings/terms/routine.yaml: words that take nothing back, by what they speak of."""

    format: Literal["routine/1"]
    anywhere: dict[str, tuple[str, ...]]
    beside_a_statement: dict[str, tuple[str, ...]]
    subjects: dict[str, tuple[str, ...]]
    of_the_procedure: tuple[str, ...]


class CuesFile(_Written):
    """mappings/terms/cues.yaml."""

    format: Literal["cues/1"]
    families: dict[str, tuple[str, ...]] = {}
    headings: Headings
    sections: Sections
    cues: dict[
        Literal["negation", "plan", "failure", "history", "hypothesis", "unfilled", "unticked"],
        dict[Reach, tuple[str, ...]],
    ]
    lasting: tuple[str, ...]  # cues of history that hold for the sentences after them too
    present: tuple[str, ...]  # phrases that end that
    taking_back: tuple[str, ...]  # phrases that deny or change something, whatever it is
    harmless: tuple[str, ...]  # phrases with a cue's word in them that take nothing back
    formulas: tuple[str, ...]  # phrases whose words take nothing back; a cue among them is one
    contrasts: tuple[str, ...]
    verbs: tuple[str, ...]
    openers: tuple[str, ...]
    making_ready: tuple[str, ...]  # words of a line with which the procedure begins
    going_on: tuple[str, ...]  # words after which a line that names the procedure goes on in the next
    links: tuple[str, ...]
    gap_ends: tuple[str, ...]  # words that "..." does not pass over
