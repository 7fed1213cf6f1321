"""Codes seen: what feeds brought for elements of closed values, and nobody has translated yet."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from service.domain.documentation import UnknownCode
from service.domain.feed import Feed
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.findings import Finding
from service.mapping.files.yaml_fault import nearest

#: (feed, element, code) -> how many documents said so.
Seen = Counter[tuple[str, str, str]]
#: What a code looks like. Anything else may be what somebody typed of a patient, or a patient's number.
_CODE: Final = re.compile(r"(?!\S*\d{6})\S{1,20}")
_OFTEN: Final = 3  # documents; words that so many have are no patient's own


def count(seen: Seen, feed: Feed, codes: Iterable[UnknownCode]) -> None:
    """Count what one document says in codes that nobody translated."""
    seen.update({(feed.name, each.element, each.text.strip()) for each in codes})


def untranslated(feeds: Iterable[Feed], vocabulary: Vocabulary, seen: Seen) -> Iterator[Finding]:
    """Yield a warning a code, at the element in its feed, the commonest first.

    What is no code (a date, a number) and cannot be read is none.
    """
    by_name = {feed.name: feed for feed in feeds}
    for (name, element, text), times in sorted(seen.items(), key=lambda each: (-each[1], each[0])):
        feed = by_name[name]
        local = next((paths.values for paths in feed.elements if paths.element == element), {})
        known = {*local, *map(str, vocabulary.element(element).values)}
        if known:
            said = f"{element}: {_said(text, times)} came {times} time{'s' * (times > 1)}"
            message = f"{said}, and stands for no value{nearest(text, known)}"
            # A feed of named observations need not list the element.
            yield Finding(feed.file, feed.lines.get(element, 1), "warning", message)


def _said(text: str, times: int) -> str:
    if times >= _OFTEN or _CODE.fullmatch(text):
        return f"the code {text!r}"
    return f"a text of {len(text)} characters"
