"""What a source documented about a procedure, and where it says so.

An event is read into ProcedureReports (readings and narratives, not yet understood); a report is understood
into DocumentedElements; the latest reports of one procedure, together, are its Documentation.
"""

from collections.abc import Mapping
from dataclasses import field

from service.domain.frozen import frozen

#: A documented value. Absent means not documented; "none" means documented as not done.
Value = str | bool | int | float


@frozen
class Source:
    """Where something stands: the evidence that a coder is shown."""

    path: str  # HL7 path "OBX[3]-5" (third OBX of the message) or FHIRPath "Procedure.note[0].text"
    start: int = 0  # character span in the unescaped text of that field or element
    end: int = 0
    text: str = field(default="", repr=False)  # the words themselves
    event_id: str = ""
    beside: str = ""  # what else the value was worked out from, in words; "" = from this place alone


@frozen
class Reading:
    """What a field says, for an element that a feed expects there."""

    element: str  # a name of the vocabulary
    text: str = field(repr=False)  # code or words, unescaped, as sent
    source: Source
    item: str = ""  # OBX-4: readings of one sub-id are of one thing (one wound, one drug)
    observation: str = ""  # OBX-3 and OBX-4: what a later message may correct by itself
    unit: str = ""  # OBX-6: of what it counts; "" = not said


@frozen
class Narrative:
    """Free text in which elements may be found: one field or element, its lines joined by newlines."""

    text: str = field(repr=False)
    source: Source  # start=0, end=len(text)
    #: What it is labelled as, outermost first, joined by " / ": TXA-2, OBX-3, NTE-4.
    title: str = ""
    observation: str = ""  # as in Reading


@frozen
class StatedCode:
    """A procedure code that the sender itself states (FT1-25, PR1-3, a CPT coding in Procedure.code).

    Without a code it is one of the sender's own (FT1-7), which nothing here can read: its source shows it.
    """

    code: str
    modifiers: tuple[str, ...]
    units: str  # as sent; "" = not stated
    source: Source
    doubt: str = ""  # why it may be another, or no charge at all: "FT1-6 is AJ"


@frozen
class BillingContext:
    """Who, where and which visit: what billing needs beside the code. "" = not documented."""

    patient_id: str = ""  # PID-3.1
    patient_id_authority: str = ""  # PID-3.4
    patient_family_name: str = ""  # PID-5.1
    patient_given_name: str = ""  # PID-5.2
    patient_birth_date: str = ""  # PID-7, ISO 8601
    patient_sex: str = ""  # PID-8
    account_number: str = ""  # PID-18.1
    visit_number: str = ""  # PV1-19.1
    patient_class: str = ""  # PV1-2
    location: str = ""  # PV1-3.1
    performer_id: str = ""  # FT1-20.1 / PR1-11.1 / OBR-32.1: NPI where known
    performer_family_name: str = ""
    performer_given_name: str = ""
    order_number: str = ""  # OBR-3.1, filler order number
    payer_id: str = ""  # IN1-3.1
    payer_name: str = ""  # IN1-4.1
    patient_reference: str = ""  # FHIR: Procedure.subject.reference
    encounter_reference: str = ""  # FHIR: Procedure.encounter.reference


@frozen
class Plan:
    """What was ordered or booked: shown to the coder, never documentation of what was done."""

    text: str = field(repr=False)  # OBR-4, ORC-1: "Epidural injection (NW)"
    source: Source
    cancelled: bool = False


@frozen
class Ties:
    """How a report may belong together with others that have another key."""

    #: "document:D-1", "placer:P-7": what it is known by, and those that it speaks of.
    names: tuple[str, ...] = field(default=(), repr=False)
    #: Its key holds only where nothing better is known: it belongs to the procedure of a better key that has
    #: a name in common with it.
    is_weak: bool = False
    #: The list of which it is one line: what a later message of the list leaves out is taken back.
    listing: str = field(default="", repr=False)
    plan: Plan | None = None  # it is no more than that


@frozen
class ProcedureReport:
    """What one event says about one procedure, as read, not yet understood.

    Reports with one `procedure_key` are about one procedure. A later `version` of one `document` replaces
    the earlier; different documents add to each other.
    """

    procedure_key: str = field(repr=False)  # "order:A-77", "fhir:Procedure/12", ...
    document: str = field(repr=False)
    version: str  # sorts: the sender's time of this version, digits only; ties go by arrival
    readings: tuple[Reading, ...]
    narratives: tuple[Narrative, ...] = ()
    stated: tuple[StatedCode, ...] = ()
    context: BillingContext = BillingContext()
    certain: bool = False  # a procedure for certain (PR1, FT1, Procedure), or only perhaps (any OBR)
    withdrawn: bool = False  # the sender takes this document back (TXA-19 CA, entered-in-error, ...)
    replaces: str = field(default="", repr=False)  # another document, whose place this one takes (MDM^T10)
    namespace: str = ""  # who assigned the number in `procedure_key` (EI.2); "" = not said
    #: The observations that it changes, leaving the others of its document as they were; None = it is whole.
    changes: frozenset[str] | None = None
    ties: Ties = Ties()
    pending: str = ""  # why it is no documentation yet: "TXA-17 is IP"
    adds_to: str = field(default="", repr=False)  # the document of which it is an addendum


@frozen
class DocumentedElement:
    """An element of the vocabulary, its value, and where it is documented."""

    name: str
    value: Value
    source: Source
    #: "structured": a coded field settles it. "narrative": an explicit statement in free text.
    #: "conflict": one of the values that the source itself declares to be in conflict.
    #: "fallback": what holds where nothing else documents it (a feed's constant, the status of a report).
    origin: str = "structured"
    #: Which wound, lesion, joint, drug ... of its document it tells of; "" = none in particular.
    item: str = field(default="", repr=False)


@frozen
class UnknownCode:
    """A local code that a feed does not translate: shown to the interface analyst, never guessed at."""

    element: str
    text: str = field(repr=False)
    source: Source
    nearest: Mapping[str, str] = field(default_factory=dict)


@frozen
class Documentation:
    """All that is documented about one procedure: the input of the mapping tables.

    An element of a list type stands once per item. A scalar element that stands with two different values is
    a conflict: never settled by preferring one, always a question.
    """

    procedure_key: str = field(repr=False)
    elements: tuple[DocumentedElement, ...]
    stated: tuple[StatedCode, ...] = ()
    context: BillingContext = BillingContext()
    certain: bool = False
    withdrawn: bool = False
    unknown: tuple[UnknownCode, ...] = ()  # documented, but in codes that nobody has translated
    plans: tuple[Plan, ...] = ()
    credited: tuple[StatedCode, ...] = ()  # taken back, though never stated before

    def values(self, name: str) -> tuple[Value, ...]:
        """The different values documented for an element, in order; empty = not documented."""
        return tuple(dict.fromkeys(e.value for e in self.elements if e.name == name))
