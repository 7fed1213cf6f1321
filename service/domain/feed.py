"""Feed: where in a source's messages each element stands. Read from mappings/feeds/*.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.domain.event import Format


@dataclass(frozen=True, slots=True)
class ElementPaths:
    """The places in which one element may stand, in order: the first that says anything is read."""

    element: str  # a name of the vocabulary
    paths: tuple[str, ...]  # HL7 paths, "OBX[3.1=IMG]-5", or FHIRPath relative to the procedure
    values: Mapping[str, str] = field(default_factory=dict)  # local code, lower-cased -> vocabulary value
    fallback: tuple[str, ...] = ()  # local codes that count only where nothing else documents the element


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
    facility: str = ""  # "" = the default facility
    timezone: str = ""  # IANA; times without offset are in it. "" = the default
    key: tuple[str, ...] = ()  # paths; the first that says anything names the procedure
    document: tuple[str, ...] = ()  # paths; the document whose later version replaces it
    version: tuple[str, ...] = ()  # paths; when this version was made
    certain: bool = False  # every such message is about a procedure that was done or stated
    withdrawn: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # path -> values: taken back
    ignored: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # path -> values: not (yet) a document
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # BillingContext field -> paths
    stated_code: tuple[str, ...] = ()  # paths of a code and its system, e.g. "FT1-25", "PR1-3"
    stated_modifiers: tuple[str, ...] = ()
    stated_units: tuple[str, ...] = ()
    elements: tuple[ElementPaths, ...] = ()
    named_observations: bool = (
        False  # HL7: an OBX whose OBX-3 names an element of the vocabulary documents it
    )
    narratives: tuple[str, ...] = ()  # paths of free text
    constants: Mapping[str, str] = field(default_factory=dict)  # element -> value true of every message of it
