"""The lexicon: every phrase of mappings/terms, compiled, with what it means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from service.domain.documentation import Value
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.faults import Faults
from service.mapping.files.yaml_file import Lines, read_yaml
from service.mapping.narrative.automaton import Automaton
from service.mapping.narrative.grammar import Grammar
from service.mapping.narrative.marks import COLON, COMMA, HARMLESS_MARKS
from service.mapping.narrative.meanings import (
    BearsOut,
    Cue,
    Hinders,
    Ignored,
    Mark,
    Meaning,
    Mentions,
    States,
    Topic,
    Within,
)
from service.mapping.narrative.phrases import Families, Phrase, compile_phrase, words_of
from service.mapping.narrative.terms_file import CuesFile, ElementTerms, RoutineFile, TermsFile
from service.mapping.narrative.values import ANY, Values

CUES_FILE: Final = "cues.yaml"
ROUTINE_FILE: Final = "routine.yaml"
DEEDS_FILE: Final = "deeds.yaml"
_SHORTEST_PAST: Final = 7  # letters: other forms of "noted" and "lasted" would be "not" and "last"
#: Doubts in which a word is no mention of a thing, or no word of an event.
_NO_MENTION = frozenset({"negation", "hypothesis", "unticked"})
_NO_EVENT = _NO_MENTION | {"plan", "aside"}
_HINDERING = {"only_without": _NO_MENTION, "overtaken_by": _NO_EVENT, "contested_by": _NO_EVENT}

Entry = tuple[Phrase, Meaning]


@dataclass(frozen=True, slots=True)
class Routine:
    """Words and marks that take nothing back: in any sentence, and in one that states something."""

    anywhere: frozenset[str]
    beside_a_statement: frozenset[str]  # those of any sentence among them
    subjects: frozenset[str]  # whose sentences may have other words as well,
    grammar: frozenset[str]
    of_the_procedure: frozenset[str]  # but for those that have one of these


@dataclass(frozen=True, slots=True)
class Persons:
    """How a line says who did it, and no more."""

    headings: frozenset[tuple[str, ...]]
    credentials: frozenset[str]  # before or behind the name


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All entries, and the grammar that says how far each reaches."""

    entries: Sequence[Entry]  # in the order of the files
    automaton: Automaton  # finds them, by their number
    grammar: Grammar
    routine: Routine
    persons: Persons
    gap_ends: frozenset[str]
    agreeing: frozenset[str] = frozenset()  # elements of which title and text must name the same
    inclusive: Mapping[Value, frozenset[Value]] = field(default_factory=dict)  # both -> left, right
    #: Element -> its thing ("joint"): of these, what titles and forms say counts where it is borne out.
    bearing: Mapping[str, str] = field(default_factory=dict)


def read_lexicon(folder: Path, vocabulary: Vocabulary, *, of_deeds: bool = False) -> Lexicon:
    """Read and compile every file of mappings/terms: that of deeds alone, or all others."""
    cues, cue_lines = read_yaml(folder / CUES_FILE, CuesFile)
    routine, _ = read_yaml(folder / ROUTINE_FILE, RoutineFile)
    paths = (path for path in sorted(folder.glob("*.yaml")) if path.name not in (CUES_FILE, ROUTINE_FILE))
    of_elements = (path for path in paths if (path.name == DEEDS_FILE) is of_deeds)
    faults, files = Faults(), []
    for path in of_elements:
        with faults.gathered():
            files.append(read_yaml(path, TermsFile))
    families = _families([(cues, cue_lines), *files], faults)
    faults.tell()  # phrases of what could not be read would be told of without need
    entries = list(_cue_entries(cues, _Compiler(families, cue_lines, faults)))
    written: dict[tuple[str, Value | Within], str] = {}
    for file, lines in files:
        for name, terms in file.elements.items():
            with faults.gathered():
                reader = Values.of(name, vocabulary, lines)
                _no_value_twice(reader, terms, written, faults)
                entries += _element_entries(reader, terms, _Compiler(families, lines, faults))
    faults.tell()
    agreeing = {name for file, _ in files for name, terms in file.elements.items() if terms.title_must_agree}
    gap_ends = frozenset(cues.gap_ends)
    automaton = Automaton([phrase for phrase, _ in entries], gap_ends)
    return Lexicon(
        entries,
        automaton,
        _grammar(cues),
        _routine(routine),
        _persons(cues),
        gap_ends,
        frozenset(agreeing),
        dict(_inclusive(vocabulary)),
        dict(_bearing(files, vocabulary)),
    )


def _bearing(files: Iterable[tuple[TermsFile, Lines]], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Each element of a thing of which some phrase tells what was done, and that thing ("joint")."""
    written = {name for file, _ in files for name, terms in file.elements.items() if terms.borne_out_by}
    done = {name.partition(".")[0] for name in written}
    for name in vocabulary.names:
        if (thing := name.partition(".")[0]) in done:
            yield name, thing


def _inclusive(vocabulary: Vocabulary) -> Iterator[tuple[Value, frozenset[Value]]]:
    """Values that take in the others of their element ("bilateral")."""
    for group in vocabulary.groups.values():
        for name in group.distinct:
            values = set(vocabulary.element(name).values)
            for value in values.intersection(group.inclusive):
                yield value, frozenset(values.difference(group.inclusive))


def _no_value_twice(
    reader: Values, terms: ElementTerms, written: dict[tuple[str, Value | Within], str], faults: Faults
) -> None:
    """Several files may have terms for one element, each for values of its own; all else adds up."""
    name, lines = reader.element.name, reader.lines
    for key in ("values", "plainly", "though_aside", "otherwise"):
        for value in getattr(terms, key):
            place = ("elements", name, key, value)
            with faults.gathered():
                other = written.setdefault((name, reader.read(value, *place)), lines.file)
                if other != lines.file:
                    raise lines.error(f"{value!r} of {name} has its phrases in {other}", *place)


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Compiles the phrases of one file, and knows where each stands."""

    families: Families
    lines: Lines
    faults: Faults

    def entries(self, phrases: tuple[str, ...], meaning: Meaning, *keys: str | int) -> Iterator[Entry]:
        for i, text in enumerate(phrases):
            try:
                yield compile_phrase(text, self.families), meaning
            except ValueError as error:
                self.faults.add(self.lines.error(str(error), *keys, i))


def _families(files: Sequence[tuple[CuesFile | TermsFile, Lines]], faults: Faults) -> Families:
    found: dict[str, tuple[str, ...]] = {}
    for file, lines in files:
        for name, members in file.families.items():
            if name in found:
                faults.add(
                    lines.error(f"family {name!r} is written in another file already", "families", name)
                )
            found[name] = members
    return found


def _cue_entries(cues: CuesFile, compiler: _Compiler) -> Iterator[Entry]:
    for kind, by_reach in cues.cues.items():
        for reach, phrases in by_reach.items():
            yield from compiler.entries(phrases, Cue(kind, reach), "cues", kind, reach)
    for mark in ("lasting", "present", "taking_back", "harmless", "formulas"):
        yield from compiler.entries(getattr(cues, mark), Mark(mark), mark)
    for mark, phrases in cues.sections:
        yield from compiler.entries(phrases, Mark(mark), "sections", mark)


def _element_entries(reader: Values, terms: ElementTerms, compiler: _Compiler) -> Iterator[Entry]:
    name = reader.element.name
    for key in ("values", "plainly", "though_aside", "otherwise", "failing_that", "titles", "borne_out"):
        for value, phrases in getattr(terms, key).items():
            place = ("elements", name, key, value)
            with compiler.faults.gathered():
                meaning = reader.states(value, *place, key=key)
                yield from _stating(reader, compiler, phrases, meaning, *place)
    for i, denial in enumerate(terms.denials):
        place = ("elements", name, "denials", i)
        meaning = reader.states(denial.value, *place, of=denial.of)
        yield from _stating(reader, compiler, denial.phrases, meaning, *place, "phrases")
    yield from compiler.entries(terms.borne_out_by, BearsOut(name), "elements", name, "borne_out_by")
    yield from compiler.entries(terms.ignore, Ignored(name), "elements", name, "ignore")
    for reach, phrases in terms.doubt.items():
        yield from compiler.entries(phrases, Cue("elsewhere", reach, name), "elements", name, "doubt", reach)
    for kind in ("here", "elsewhere", "going_elsewhere"):
        yield from compiler.entries(getattr(terms, kind), Topic(name, kind), "elements", name, kind)
    yield from _hindering_entries(reader, terms, compiler)


def _hindering_entries(reader: Values, terms: ElementTerms, compiler: _Compiler) -> Iterator[Entry]:
    """What leaves a value open, or disputes it."""
    name = reader.element.name
    for key, unless in _HINDERING.items():
        for value, phrases in getattr(terms, key).items():
            place = ("elements", name, key, value)
            with compiler.faults.gathered():
                hindered = reader.hindered(value, *place)
                hinders = Hinders(name, hindered, unless, disputes=key == "contested_by")
                yield from compiler.entries(phrases, hinders, *place)
    for value, phrases in terms.mentions.items():
        place = ("elements", name, "mentions", value)
        mentions = Mentions(name, None if value == ANY else reader.read(value, *place))
        yield from compiler.entries(phrases, mentions, *place)


def _stating(
    reader: Values, compiler: _Compiler, phrases: tuple[str, ...], meaning: States, *place: str | int
) -> Iterator[Entry]:
    for i, entry in enumerate(compiler.entries(phrases, meaning, *place)):
        with compiler.faults.gathered():
            reader.check(entry[0], meaning.value, *place, i)
        yield entry


def _routine(file: RoutineFile) -> Routine:
    anywhere = _with_forms(HARMLESS_MARKS.union(*file.anywhere.values()))
    return Routine(
        anywhere,
        anywhere.union(*file.beside_a_statement.values()),
        frozenset[str]().union(*file.subjects.values()),
        frozenset(file.anywhere["grammar"]),
        frozenset(file.of_the_procedure),
    )


def _with_forms(words: frozenset[str]) -> frozenset[str]:
    """Add other forms of verbs: what "advanced" does not take back, "advancing" and "advance" do not."""
    past = {word for word in words if len(word) >= _SHORTEST_PAST and word.endswith("ed")}
    stems = {word[:-2] for word in past} | {word[:-1] for word in past}
    forms = {stem + ending for stem in stems for ending in ("", "s")} | {word[:-2] + "ing" for word in past}
    return words | forms


def _persons(cues: CuesFile) -> Persons:
    headings = cues.headings
    return Persons(frozenset(map(words_of, headings.person)), frozenset(headings.credentials))


def _grammar(cues: CuesFile) -> Grammar:
    return Grammar(
        today_headings=frozenset(words_of(heading) for heading in cues.headings.today),
        aside_headings=frozenset(cues.headings.aside),
        title_headings=frozenset(words_of(heading) for heading in cues.headings.title),
        contrasts=frozenset(cues.contrasts),
        verbs=frozenset(cues.verbs),
        holding_headings=frozenset(cues.headings.holding),
        openers=frozenset(cues.openers),
        breaks=frozenset(cues.contrasts) | {"and"},
        reason_headings=frozenset(cues.headings.reason),
        making_ready=frozenset(cues.making_ready),
        field_headings=frozenset(words_of(heading) for heading in cues.headings.field),
        going_on=frozenset(cues.going_on) | {COMMA, COLON},
        links=frozenset(cues.links) | {COMMA},
    )
