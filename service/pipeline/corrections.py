"""Corrections of a part: a message that changes some observations is read with what it does not repeat."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace

from service.domain.documentation import BillingContext, Narrative, ProcedureReport
from service.domain.feed import Feed
from service.mapping import Understood

#: Understands a report by its feed.
Understand = Callable[[Feed, ProcedureReport], Understood]


def completed(parts: Sequence[Understood], understand: Understand) -> Sequence[Understood]:
    """The parts of one procedure; one that changes only some observations, with what was there before.

    It is then understood anew, whole: what a line of text means may hang on the lines before it.
    """
    if not any(_is_partial(part) for part in parts):
        return parts
    latest: dict[str, Understood] = {}
    whole: dict[int, Understood] = {}
    for at in sorted(
        range(len(parts)), key=lambda at: parts[at].version
    ):  # stable: ties stay as they arrived
        part = parts[at]
        before = latest.get(part.document)
        if _is_partial(part) and before and not (before.withdrawn or part.withdrawn):
            part = _completed(part, before, understand)
        latest[part.document] = whole[at] = part
    return [whole[at] for at in range(len(parts))]


def _is_partial(part: Understood) -> bool:
    return part.read is not None and part.read[1].changes is not None


def _completed(part: Understood, before: Understood, understand: Understand) -> Understood:
    if not (part.read and before.read):
        return part
    feed, report = part.read
    return understand(feed, merged(before.read[1], report))


def merged(before: ProcedureReport, later: ProcedureReport) -> ProcedureReport:
    """What a document says after a later message changed some of its observations."""
    changes = later.changes or frozenset()
    said = {reading.element for reading in later.readings if not reading.observation}
    kept = (
        reading
        for reading in before.readings
        if reading.observation not in changes and (reading.observation or reading.element not in said)
    )
    return replace(
        later,
        readings=(*kept, *later.readings),
        narratives=tuple(_narratives(before.narratives, later.narratives, changes)),
        stated=later.stated or before.stated,
        context=_context(before.context, later.context),
        namespace=later.namespace or before.namespace,
        changes=before.changes,
    )


def _narratives(
    before: Sequence[Narrative], later: Sequence[Narrative], changes: frozenset[str]
) -> Iterator[Narrative]:
    """A corrected text stands where the one was that it corrects; what is new comes last."""
    told: set[str] = set()
    for narrative in before:
        if narrative.observation not in changes:
            yield narrative
        elif narrative.observation not in told:
            told.add(narrative.observation)
            yield from (each for each in later if each.observation == narrative.observation)
    yield from (each for each in later if each.observation not in told)


def _context(before: BillingContext, later: BillingContext) -> BillingContext:
    return replace(before, **{name: value for name, value in asdict(later).items() if value})
