"""Fitting: which feed takes a message."""

from collections.abc import Callable
from functools import lru_cache

from service.domain.event import Format
from service.domain.feed import Feed
from service.mapping import choose_feed


def feed_finder(feeds: tuple[Feed, ...]) -> Callable[[Format, str, str], Feed | None]:
    """Which feed fits a source best; the source is MSH-3|MSH-4, or the name of the API client.

    Remembers: sources are few, feeds may be many, and this is asked for each message.
    """

    @lru_cache(maxsize=16_384)
    def feed_of(form: Format, message_type: str, sender: str) -> Feed | None:
        application, _, facility = sender.partition("|")
        fields = {"MSH-3": application, "MSH-4": facility}
        return choose_feed(feeds, format=form, message_type=message_type, fields=fields)

    return feed_of
