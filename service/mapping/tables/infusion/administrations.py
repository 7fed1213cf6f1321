"""What was given, what is billed of it, and what must be documented first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

HYDRATION = "hydration"
THERAPEUTIC = "therapeutic"
CHEMOTHERAPY = "chemotherapy"
COMPLEX_BIOLOGIC = "complex_biologic"
FACILITY = "facility"
PROFESSIONAL = "professional"

INFUSION = "infusion"
PUSH = "push"
INJECTION = "injection"
SUBCUTANEOUS = "subcutaneous_infusion"
INTRA_ARTERIAL = "intra_arterial"
ON_BODY = "on_body_injector"
PORTABLE_PUMP = "portable_pump"  # begun here, and runs on for more than 8 hours
ROUTES = (INFUSION, PUSH, INJECTION, SUBCUTANEOUS, INTRA_ARTERIAL, ON_BODY, PORTABLE_PUMP)
CHEMOTHERAPY_ROUTES = (INFUSION, PUSH, INJECTION, PORTABLE_PUMP)  # those that have codes here
VENOUS = (INFUSION, PUSH)  # by a vascular access site: the hierarchy is about these

#: An infusion of this many minutes or fewer is a push.
PUSH_MINUTES = 15
#: Hydration, and every further hour, needs more than this; so does a second push of one drug.
HALF_HOUR = 30

#: The keys of the codes that a table configures, in the order of what is billed.
ROLES = (
    "chemotherapy_infusion_initial",
    "chemotherapy_infusion_hour",
    "chemotherapy_infusion_sequential",
    "chemotherapy_pump",
    "chemotherapy_push_initial",
    "chemotherapy_push_sequential",
    "chemotherapy_injection",
    "hormonal_injection",
    "therapeutic_infusion_initial",
    "therapeutic_infusion_hour",
    "therapeutic_infusion_sequential",
    "therapeutic_infusion_concurrent",
    "push_initial",
    "push_sequential",
    "push_repeat",
    "hydration_initial",
    "hydration_hour",
    "subcutaneous_infusion_initial",
    "subcutaneous_infusion_hour",
    "subcutaneous_infusion_pump",
    "injection",
    "intra_arterial",
    "on_body_injector",
)


@dataclass(frozen=True, slots=True)
class Administration:
    """One thing of the group `infusion`; None is not documented, or disputed."""

    number: int  # its place in the documentation: no two have the same
    drug: str | None
    category: str | None  # chemotherapy, complex_biologic, therapeutic, hydration
    route: str | None  # one of ROUTES
    access: str | None  # line or site
    start: datetime | None  # with its offset
    end: datetime | None
    concurrent: bool | None
    further_pump: bool | None = None
    hormonal: bool | None = None

    @property
    def is_chemotherapy(self) -> bool:
        return self.category == CHEMOTHERAPY


@dataclass(frozen=True, slots=True)
class Billed:
    """One code, by its role: how many units, for which administrations, and why."""

    role: str
    units: int
    numbers: tuple[int, ...]
    because: str
    with_modifier_59: bool = False  # an initial service at a further access site


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What must be documented before there is a code for what hangs on it."""

    element: str
    number: int  # of the administration; ENCOUNTER where it is of none
    conflict: bool = False  # documented twice, differently; or it contradicts something else


#: The number of a question about the encounter.
ENCOUNTER = 0

Disputed = frozenset[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Options:
    """What a site settles where the rules leave it open."""

    #: An infusion whose end is not documented: ask for it, or bill it as a push.
    missing_stop: Literal["ask", "push"] = "ask"
    #: Professionals choose the initial service by the reason for the visit, which no element tells. True: by
    #: the hierarchy of the facilities all the same.
    professional_by_hierarchy: bool = False
    #: Hydration before and after an infusion: True, the minutes add up. False, a stretch of 30 minutes or
    #: fewer counts for nothing.
    hydration_adds_up: bool = True
    #: What a monoclonal antibody or another complex biologic is given as.
    complex_biologic: Literal["ask", "chemotherapy", "therapeutic"] = "ask"


class Piece(NamedTuple):
    """A part of what is billed. Pieces of one role become one Billed."""

    role: str
    units: int
    numbers: tuple[int, ...]
    because: str
    with_modifier_59: bool = False


class Note(NamedTuple):
    """Why administrations are not billed for themselves; said beside the code of another one."""

    beside: int
    numbers: tuple[int, ...]
    because: str


def ask(given: Administration, field: str, disputed: Disputed, *, conflict: bool = False) -> Unanswered:
    element = f"infusion.{field}"
    return Unanswered(element, given.number, conflict or (given.number, element) in disputed)


def ask_setting(disputed: Disputed) -> Unanswered:
    element = "encounter.setting"
    return Unanswered(element, ENCOUNTER, (ENCOUNTER, element) in disputed)


def same_name(text: str | None) -> str:
    """A drug or an access site as it is compared: a brand and a generic name are two drugs."""
    return " ".join((text or "").casefold().split())


def drug_of(given: Administration) -> str:
    return same_name(given.drug)


def numbers_of(several: list[Administration]) -> tuple[int, ...]:
    return tuple(sorted(each.number for each in several))
