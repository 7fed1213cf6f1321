"""What holds for a sender whatever it sends, by MSH-3 and MSH-4."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from service.domain.feed import Feed
from service.mapping import acknowledgement_mode, application_acks_to, refuses_out_of_sequence

_Said = TypeVar("_Said")
_REMEMBERED = 16_384  # senders: they are few, and this is hot

#: Whether a sender, MSH-3|MSH-4, may send with a certificate of these names.
Allowed = Callable[[str, tuple[str, ...]], bool]


def original_mode(feeds: tuple[Feed, ...]) -> Callable[[str, str], bool]:
    """Which senders are answered in original mode whatever they ask for."""

    @lru_cache(maxsize=_REMEMBERED)
    def is_original(application: str, facility: str) -> bool:
        return acknowledgement_mode(feeds, application, facility) == "original"

    return is_original


def acks_to(feeds: tuple[Feed, ...]) -> Callable[[str], str]:
    """Where later acknowledgements go, HOST:PORT, by MSH-3|MSH-4."""
    return _by_sender(application_acks_to, feeds)


def strict(feeds: tuple[Feed, ...]) -> Callable[[str], bool]:
    """Whose numbered messages are refused when they are not in order, by MSH-3|MSH-4."""
    return _by_sender(refuses_out_of_sequence, feeds)


def _by_sender(
    said: Callable[[tuple[Feed, ...], str, str], _Said], feeds: tuple[Feed, ...]
) -> Callable[[str], _Said]:
    @lru_cache(maxsize=_REMEMBERED)
    def of_sender(sender: str) -> _Said:
        application, _, facility = sender.partition("|")
        return said(feeds, application, facility)

    return of_sender


def lenient(_sender: str) -> bool:
    """No feed wants numbered messages in order."""
    return False


def nowhere(_sender: str) -> str:
    """No feed says where later acknowledgements go."""
    return ""


def allow_list(senders: Mapping[str, Sequence[str]]) -> Allowed | None:
    """Who may send: {"MSH-3|MSH-4": names of which its certificate has one}; None = whoever wants to.

    "*" stands for any application or facility; the entry that says most about a sender decides. Where no
    names are given, any certificate will do.
    """
    if not senders:
        return None
    names_of = {sender.casefold(): {name.casefold() for name in names} for sender, names in senders.items()}

    @lru_cache(maxsize=_REMEMBERED)
    def is_allowed(sender: str, names: tuple[str, ...]) -> bool:
        application, _, facility = sender.casefold().partition("|")
        entries = (sender.casefold(), f"{application}|*", f"*|{facility}", "*|*")
        wanted = next((names_of[entry] for entry in entries if entry in names_of), None)
        if wanted is None:
            return False
        return not wanted or not wanted.isdisjoint(map(str.casefold, names))

    return is_allowed
