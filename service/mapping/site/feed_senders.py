"""What feeds say of a sender, whatever it sends: how it is answered, and what its numbers must be."""

from collections.abc import Callable, Iterable, Mapping

from service.domain.event import Format
from service.domain.feed import Feed
from service.mapping.files.yaml_file import Lines

_SAID_OF_A_SENDER = ("acknowledge", "application_acks_to", "out_of_sequence")
_UNSAID = Feed("", Format.HL7V2, (), "")


def check_senders(read: Iterable[tuple[Feed, Lines]]) -> None:
    """Raise MappingError where a feed says of no sender, or two of one, what hangs on the sender."""
    said: dict[tuple[object, ...], Feed] = {}
    for feed, lines in read:
        for name in _SAID_OF_A_SENDER:
            if not getattr(feed, name):
                continue
            if feed.format is not Format.HL7V2 or not feed.match:
                raise lines.error("only a feed of HL7 v2 that names its sender (match) can say this", name)
            other = said.setdefault((name, *sorted(feed.match.items())), feed)
            if getattr(other, name) != getattr(feed, name):
                raise lines.error(f"feed {other.name!r} says otherwise of the same sender", name)


def acknowledgement_mode(feeds: Iterable[Feed], application: str, facility: str) -> str:
    """How the sender of this MSH-3 and MSH-4 is answered, whatever it sends: as_asked or original."""
    return _of_sender(feeds, application, facility, lambda feed: feed.acknowledge) or "as_asked"


def application_acks_to(feeds: Iterable[Feed], application: str, facility: str) -> str:
    """HOST:PORT where the later application acknowledgements of a sender go; "" = no feed says."""
    return _of_sender(feeds, application, facility, lambda feed: feed.application_acks_to) or ""


def refuses_out_of_sequence(feeds: Iterable[Feed], application: str, facility: str) -> bool:
    """Whether a message of this sender is refused when its number (MSH-13) is not the next one."""
    return _of_sender(feeds, application, facility, lambda feed: feed.out_of_sequence) == "refused"


def _of_sender(
    feeds: Iterable[Feed], application: str, facility: str, said: Callable[[Feed], str | None]
) -> str | None:
    """What the feed says that says most about who the sender is."""
    fields = {"MSH-3": application, "MSH-4": facility}
    fitting = (feed for feed in feeds if said(feed) and is_from(feed, fields))
    return said(max(fitting, key=lambda feed: len(feed.match), default=_UNSAID))


def is_from(feed: Feed, fields: Mapping[str, str]) -> bool:
    """Whether a message with these fields comes from the sender that a feed names."""
    return all(_same(fields.get(name, ""), wanted) for name, wanted in feed.match.items())


def _same(value: str, wanted: str) -> bool:
    """HD fields are compared by their first component: MSH-3 may carry a universal id behind it."""
    return value.partition("^")[0].strip().casefold() == wanted.strip().casefold()
