"""Answered: what clinicians said when they were asked is part of a procedure's documentation.

An answer overrules what was documented of its element before: the question was put because that was missing,
or contradicted itself. What comes after it stands beside it, and where the two differ it is asked again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from service.domain.asking import Asked
from service.domain.documentation import Documentation, DocumentedElement, Source

PATH = "answer"


def with_answers(documentation: Documentation, answered: Sequence[Asked]) -> Documentation:
    """The documentation, with the answers in it, in the order in which they were given."""
    if not answered:
        return documentation
    elements: Sequence[DocumentedElement] = documentation.elements
    for asked in answered:
        if asked.answer and asked.answer.values:
            elements = [*_left(elements, asked.element, asked.answer.mark), *_said(elements, asked)]
    return replace(documentation, elements=tuple(elements))


def _left(elements: Iterable[DocumentedElement], name: str, mark: str) -> list[DocumentedElement]:
    return [each for each in elements if each.name != name or each.source.event_id > mark]


def _said(elements: Iterable[DocumentedElement], asked: Asked) -> list[DocumentedElement]:
    assert asked.answer
    text = asked.answer.text
    source = Source(PATH, 0, len(text), text, asked.id)
    item = _item(elements, asked.element)
    return [DocumentedElement(asked.element, value, source, item=item) for value in asked.answer.values]


def _item(elements: Iterable[DocumentedElement], name: str) -> str:
    """Of which of several things it tells: of the one there is, or of none in particular."""
    group, dot, _ = name.partition(".")
    items = {each.item for each in elements if dot and each.name.startswith(f"{group}.") and each.item}
    return items.pop() if len(items) == 1 else ""
