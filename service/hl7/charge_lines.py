"""The lines in which a DFT or a BAR tells of charges: FT1, or PR1 where there is none."""

from dataclasses import dataclass, field

from service.hl7.message import Message, Segment

#: PR1-20, table 0206: the procedure is taken back, or told.
DELETED, ADDED = "D", "A"
_KEY = {"FT1": 2, "PR1": 19}
_KIND = {"FT1": 6, "PR1": 20}
#: What says how much of what was charged: the first component of each.
_MONEY = {"FT1": (4, 7, 10, 11, 12, 25, 26), "PR1": (3, 5, 16)}


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """One of them."""

    segment: Segment = field(repr=False)

    @property
    def key(self) -> str:
        """The charge's key, or that of its technical component."""
        return self.segment.component(_KEY[self.segment.name], 1)

    def is_credit(self, letter: str) -> bool:
        """Whether it takes back; `letter` is what FT1-6 says then."""
        taken_back = letter if self.segment.name == "FT1" else DELETED
        return self.segment.component(_KIND[self.segment.name], 1) == taken_back

    @property
    def money(self) -> tuple[str, ...]:
        """What was charged, and how much, without what a receiver calls its code systems."""
        return tuple(_said(self.segment.field(n)) for n in _MONEY[self.segment.name])


def charge_lines(message: Message) -> list[ChargeLine]:
    """All of a message, in order."""
    return [ChargeLine(segment) for segment in message.of("FT1") or message.of("PR1")]


def _said(field_: str) -> str:
    return "~".join(repetition.partition("^")[0] for repetition in field_.split("~"))
