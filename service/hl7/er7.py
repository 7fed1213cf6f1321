"""Outbound text: segments out of values. Every value is escaped, or refused when no escape makes it safe."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from service.domain.errors import PostingRefused
from service.hl7.escapes import STANDARD, escape
from service.hl7.message import Message

Component = str | tuple[str, ...]  # a tuple: its subcomponents
Repetition = tuple[Component, ...]
Field = Sequence[Repetition]
SegmentOut = tuple[str, Mapping[int, Field]]


def one(*components: Component) -> Field:
    """A field that does not repeat."""
    return [components]


def time_of(moment: datetime) -> str:
    """A TS or DTM, to the second, with its offset."""
    return moment.strftime("%Y%m%d%H%M%S%z")


def write(segments: Sequence[SegmentOut]) -> bytes:
    """The message, read back before anybody gets it; PostingRefused names the field at fault."""
    text = "".join(render(name, fields) + "\r" for name, fields in segments)
    _read_back(text, segments)
    return text.encode("utf-8")


def render(name: str, fields: Mapping[int, Field]) -> str:
    """One segment; PostingRefused names the field that cannot be written."""
    texts = {n: _render_field(f"{name}-{n}", field) for n, field in fields.items()}
    is_header = name in ("MSH", "FHS", "BHS")
    first = 3 if is_header else 1
    values = [texts.get(n, "") for n in range(first, max(fields) + 1)]
    head = [name, str(STANDARD)] if is_header else [name]
    return STANDARD.field.join(head + values).rstrip(STANDARD.field)


def _render_field(location: str, field: Field) -> str:
    try:
        repetitions = [_join(STANDARD.component, map(_render_component, repetition)) for repetition in field]
    except ValueError:
        raise PostingRefused(f"{location}: the value holds a control character") from None
    return STANDARD.repetition.join(repetitions)


def _render_component(component: Component) -> str:
    parts = (component,) if isinstance(component, str) else component
    return _join(STANDARD.subcomponent, (escape(part.strip(" ")) for part in parts))


def _join(separator: str, parts: Iterator[str]) -> str:
    return separator.join(parts).rstrip(separator)


def _read_back(text: str, segments: Sequence[SegmentOut]) -> None:
    """Every value, but for blanks around it, must come back as it went in, out of the segments meant."""
    read = Message.parse(text).segments
    if [segment.name for segment in read] != [name for name, _ in segments]:
        raise PostingRefused("the message reads back as other segments")
    for segment, (name, fields) in zip(read, segments, strict=True):
        for n, field in fields.items():
            for rep, repetition in enumerate(field):
                for c, s, value in _values(repetition):
                    if segment.component(n, c, s, rep) != value.strip(" "):
                        raise PostingRefused(f"{name}-{n}: the value would not be read as it is meant")


def _values(repetition: Repetition) -> Iterator[tuple[int, int, str]]:
    for c, component in enumerate(repetition, 1):
        for s, value in enumerate((component,) if isinstance(component, str) else component, 1):
            yield c, s, value
