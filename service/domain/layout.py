"""How a charge is laid out on its way to one receiver: what mappings/destinations/*.yaml says, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from service.domain.charge import Charge
from service.domain.codes import Modifier
from service.domain.ids import technical_key

PROFESSIONAL, TECHNICAL = "26", "TC"


@dataclass(frozen=True, slots=True)
class ChargeMasterItem:
    """One line of the receiver's charge master: what it calls a service, between two days (both included)."""

    transaction_code: str  # FT1-7
    begins: str = ""  # YYYY-MM-DD; "" = always was
    ends: str = ""  # "" = no end is known
    department: str = ""  # FT1-13
    unit_amount: Decimal | None = None  # FT1-12

    def holds_on(self, day: str) -> bool:
        """Whether it holds on a day of service."""
        return self.begins <= day and (not self.ends or day <= self.ends)


@dataclass(frozen=True, slots=True)
class ChargeMaster:
    """The receiver's own transaction codes, by procedure code and (where it matters) first modifier."""

    items: Mapping[tuple[str, str], tuple[ChargeMasterItem, ...]]

    def find(self, charge: Charge) -> ChargeMasterItem | None:
        """The line that holds for a charge on its day: of its first modifier, else of the bare code."""
        first = str(charge.modifiers[0]) if charge.modifiers else ""
        return self.item(str(charge.code), first, charge.service_date)

    def item(self, code: str, modifier: str, day: str) -> ChargeMasterItem | None:
        """The line that holds for a code and its first modifier ("" = none) on a day."""
        for each in dict.fromkeys((modifier, "")):
            for item in self.items.get((code, each), ()):
                if item.holds_on(day):
                    return item
        return None


@dataclass(frozen=True, slots=True)
class Split:
    """Codes with a professional and a technical component, and which of the two this receiver is told."""

    codes: frozenset[str] = frozenset()
    components: tuple[str, ...] = (PROFESSIONAL, TECHNICAL)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which message, which version, and what stands where in it."""

    sending: tuple[str, str]  # MSH-3, MSH-4
    receiving: tuple[str, str]  # MSH-5, MSH-6
    processing_id: str = "P"  # MSH-11
    message: str = "DFT^P03"  # MSH-9
    version: str = "2.5.1"  # MSH-12
    accept_ack: str = ""  # MSH-15
    application_ack: str = ""  # MSH-16
    per_visit: bool = False  # one message for all charges of a visit that wait together
    visit_number_in: tuple[str, ...] = ("PV1-19",)
    account_number_in: tuple[str, ...] = ("PID-18",)
    cpt: str = "C4"  # name of the code system, as the receiver has it
    hcpcs: str = "HCPCS"
    diagnosis: str = "I10"
    diagnosis_dots: bool = True
    charge: str = "CG"  # FT1-6
    credit: str = "CD"  # FT1-6
    reverses_in: str = "NTE-3"  # where a credit names the charge that it takes back; "" = nowhere
    modifiers: bool = True  # FT1-26; without it a charge that has modifiers is refused
    with_pr1: bool = False  # a PR1 after each FT1
    with_in1: bool = False  # the payer, where documented
    charge_master: ChargeMaster | None = field(default=None, repr=False)  # None: FT1-7 is the procedure code
    split: Split = Split()

    @property
    def is_bar(self) -> bool:
        """Whether procedures are told (PR1), and no financial transactions (FT1)."""
        return self.message.startswith("BAR")

    @property
    def minor(self) -> int:
        """The second number of the version."""
        return int(self.version.split(".")[1])


def components_of(charge: Charge, split: Split) -> list[Charge]:
    """The lines that a charge makes: one, or its professional and its technical component.

    The technical component needs a key of its own (FT1-2): receivers tell repeats by it.
    """
    said = {str(modifier) for modifier in charge.modifiers} & {PROFESSIONAL, TECHNICAL}
    if str(charge.code) not in split.codes or said:
        return [charge]
    return [_component(charge, modifier) for modifier in split.components]


def _component(charge: Charge, modifier: str) -> Charge:
    line = replace(charge, modifiers=(Modifier(modifier), *charge.modifiers))
    if modifier == PROFESSIONAL:
        return line
    reverses = technical_key(charge.reverses) if charge.reverses else ""
    return replace(line, key=technical_key(charge.key), reverses=reverses)
