"""Credits: sent only for what billing holds, and in the words in which it was charged."""

from collections.abc import Iterator, Mapping, Sequence

from service.domain.charge import Charge, PostingState
from service.domain.errors import PostingRefused
from service.domain.ids import technical_key
from service.hl7 import Message, charge_lines, decode
from service.store import Store

Words = tuple[str, ...]


def taken_back(store: Store, charges: Sequence[Charge]) -> dict[str, list[Words]]:
    """The lines of the charges that these take back, as billing was told of them, by key.

    PostingRefused where billing does not hold one for certain: its credit would be money for nothing.
    """
    return {each.reverses: _told(store, each.reverses) for each in charges if each.reverses}


def _told(store: Store, key: str) -> list[Words]:
    found = store.postings.of_charge(key)
    for posting in found:
        if posting.state is not PostingState.POSTED:
            raise PostingRefused(
                f"the charge that it takes back ({key}) is {posting.state} now: see to that one"
            )
    return sorted(line for posting in found for line in _lines(posting.body or b"", _keys_of(key)))


def refuse_other_words(body: bytes, charges: Sequence[Charge], told: Mapping[str, list[Words]]) -> None:
    """The file of a destination may change meanwhile: a credit of other lines or amounts is for a person."""
    for charge in charges:
        if not (charge.reverses and told[charge.reverses]):
            continue
        keys = _keys_of(charge.key) | _keys_of(charge.reverses)
        if sorted(_lines(body, keys)) != told[charge.reverses]:
            raise PostingRefused(
                f"billing was told other lines or amounts of {charge.reverses} than this would take back: "
                "the destination's file has changed. Credit it in billing, by hand"
            )


def _keys_of(key: str) -> set[str]:
    return {key, technical_key(key)}


def _lines(body: bytes, keys: set[str]) -> Iterator[Words]:
    if not body.startswith(b"MSH"):
        return  # a FHIR server takes back what it holds, as it is
    for line in charge_lines(Message.parse(decode(body).text)):
        if line.key in keys:
            yield line.money
