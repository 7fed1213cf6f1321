"""What holds for a sender whatever it sends, by MSH-3 and MSH-4."""

from collections.abc import Callable
from functools import lru_cache

from service.domain.feed import Feed
from service.mapping import acknowledgement_mode


def original_mode(feeds: tuple[Feed, ...]) -> Callable[[str, str], bool]:
    """Which senders are answered in original mode whatever they ask for. Remembers: this is hot."""

    @lru_cache(maxsize=16_384)
    def is_original(application: str, facility: str) -> bool:
        return acknowledgement_mode(feeds, application, facility) == "original"

    return is_original
