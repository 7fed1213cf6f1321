"""What a feed leaves out, so that none of its lines could ever be approved."""

from collections.abc import Iterable, Iterator
from typing import Final

from service.domain.feed import Feed
from service.mapping.files.findings import Finding

#: Fields of `context` of which billing needs one of each.
_NEEDED: Final = (("patient_id",), ("visit_number", "account_number"))


def lint_feeds(feeds: Iterable[Feed]) -> Iterator[Finding]:
    """Yield a warning for each feed that documents procedures and does not say whose they are."""
    for feed in feeds:
        missing = [" or ".join(names) for names in _NEEDED if not any(map(feed.context.get, names))]
        if missing and not feed.plan:
            message = (
                f"context says nothing of {', '.join(missing)}: billing needs it, and no line of this feed "
                "could be approved. Copy context from the generic feed of its messages"
            )
            yield Finding(feed.file, 1, "warning", message)
