"""Feed: where in a source's messages each element stands. Read from mappings/feeds/*.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from service.domain.errors import MappingError
from service.domain.event import Format


@dataclass(frozen=True, slots=True)
class ElementPaths:
    """The places in which one element may stand, in order: the first that says anything is read."""

    element: str  # a name of the vocabulary
    paths: tuple[str, ...]  # HL7 paths, "OBX[3.1=IMG]-5", or FHIRPath relative to the procedure
    values: Mapping[str, str] = field(default_factory=dict)  # local code, lower-cased -> vocabulary value
    fallback: tuple[str, ...] = ()  # local codes that count only where nothing else documents the element


@dataclass(frozen=True, slots=True)
class Identity:
    """One way to tell a procedure or a document by: by what stands at all of these places, and on which day.

    Feeds that give it one name speak of the same thing: "order" in a report, a note and a charge.
    """

    name: str
    paths: tuple[str, ...]
    day: str = ""  # path of a time, of which the day counts
    time: str = ""  # path of a time, which counts to the minute where it is told to the minute
    namespace: str = ""  # path of the namespace that assigned the number, EI.2
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # path -> values: only in messages so
    weak: bool = False  # a key for what cannot be joined to a procedure that is known by a better one

    def text(self, values: Sequence[str]) -> str:
        """ "order:A-77", "visit_code_day:V1+62273+2026-03-13"; no two lists of values give one text."""
        several = len(values) > 1
        return f"{self.name}:" + "+".join(quote(value, safe=" ") if several else value for value in values)


@dataclass(frozen=True, slots=True)
class Feed:
    """One source's messages, or (without `match`) those of any source that has no feed of its own."""

    name: str
    format: Format
    accepts: tuple[str, ...]  # ("ORU^R01",) or ("Procedure",)
    each: str  # HL7: the segment that opens a procedure ("OBR"); FHIR: the resource type ("Procedure")
    owns: tuple[str, ...] = ()  # HL7: further segments that belong to the procedure they follow (OBX, NTE)
    leads: tuple[str, ...] = ()  # HL7: segments that belong to the procedure they precede (ORC)
    match: Mapping[str, str] = field(default_factory=dict)  # {"MSH-3": "LAB", "MSH-4": "NORTH"}
    acknowledge: str | None = None  # as_asked | original: how its sender is answered; None = not said here
    application_acks_to: str = ""  # HOST:PORT for later application acknowledgements; "" = not said here
    out_of_sequence: str | None = None  # taken | refused: what has another number (MSH-13) than the next
    facility: str = ""  # "" = the default facility
    timezone: str = ""  # IANA; times without offset are in it. "" = the default
    key: tuple[Identity, ...] = ()  # the first that says anything tells which procedure it is
    document: tuple[Identity, ...] = ()  # likewise: the document whose later version replaces it
    replaces: tuple[Identity, ...] = ()  # likewise: another document, whose place it takes
    adds_to: tuple[Identity, ...] = ()  # likewise: the document of which it is an addendum
    names: tuple[Identity, ...] = ()  # all that are said: what reports with another key may share
    sends: str = "delta"  # "snapshot": each message lists all that was done, by `document`
    plan: tuple[str, ...] = ()  # paths: its messages tell what is ordered or booked, and no more
    version: tuple[str, ...] = ()  # paths; when this version was made
    certain: bool = False  # every such message is about a procedure that was done or stated
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # path -> values: taken back
    ignored: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # path -> values: not (yet) a document
    signed: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # path -> values by which a document is signed: with any other it says nothing yet, and people are told
    partial: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # path -> values: where each segment says so, what is not repeated stays as it was
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # BillingContext field -> paths
    stated_code: tuple[str, ...] = ()  # paths of a code and its system, e.g. "FT1-25", "PR1-3"
    stated_modifiers: tuple[str, ...] = ()
    stated_units: tuple[str, ...] = ()
    stated_own: tuple[str, ...] = ()  # paths of codes of the sender's own, shown where there is no other
    stated_sure: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # else it is asked what is meant
    elements: tuple[ElementPaths, ...] = ()
    named_observations: bool = (
        False  # HL7: an OBX whose OBX-3 names an element of the vocabulary documents it
    )
    narratives: tuple[str, ...] = ()  # paths of free text
    constants: Mapping[str, str] = field(default_factory=dict)  # element -> value true of every message of it
    title: str = ""
    expect_every: float = 0.0  # seconds: without a message for so long it is silent; 0 = it may be
    file: str = ""  # as shown to people
    lines: Mapping[str, int] = field(default_factory=dict)  # path -> where it is written

    def error(self, problem: str, path: str) -> MappingError:
        """What is wrong with one of its paths, for whoever wrote it."""
        return MappingError(problem, self.file, self.lines.get(path, 1))
