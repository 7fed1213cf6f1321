"""Tables of a few lines for tests, read and compiled as the shipped ones are, with the shipped vocabulary."""

from pathlib import Path
from typing import Any

from service.domain.charge import Proposal
from service.domain.documentation import Documentation, DocumentedElement, Source
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.lint.table_tests import given
from service.mapping.tables.compiler import compile_table
from service.mapping.tables.evaluate import Tables, propose
from service.mapping.tables.table import Table
from service.mapping.tables.table_file import TableSource, read_lookup, read_table

MAPPINGS = Path(__file__).parents[3] / "mappings"
VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
LOOKUPS = {"spinal_region": read_lookup(MAPPINGS / "lookups/spinal_region.yaml")[0]}
_HEAD = "format: table/1\ntitle: A table of a test\nowner: tests\n"
_TAIL = "\nquestions: {}\ntests: []\n"


def written(folder: Path, text: str, name: str = "small") -> Table:
    """Write a table without its head, and compile it."""
    return compile_table(source(folder, text, name), VOCABULARY, LOOKUPS)


def source(folder: Path, text: str, name: str = "small") -> TableSource:
    """Write a table without its head, and read it."""
    path = folder / f"{name}.yaml"
    days = "" if text.startswith("effective:") else "effective: {from: 2000-01-01}\n"
    rank = "" if "\nrank:" in text else "\nrank: []"
    path.write_text(_HEAD + days + text + rank + _TAIL)
    return read_table(path)


def said(table: Table, **elements: Any) -> "Said":
    """What one table makes of these elements (a__b is a.b)."""
    named = {name.replace("__", "."): value for name, value in elements.items()}
    return Said(*propose(Tables([table]), given({}, named, VOCABULARY)))


class Said:
    """What came out, in short: lines, what is asked first, what is asked beside."""

    def __init__(self, *proposals: Proposal) -> None:
        candidates = [each for proposal in proposals for each in proposal.candidates]
        questions = [each for proposal in proposals for each in proposal.questions]
        self.is_silent = not proposals
        self.candidates = candidates
        self.lines = [
            "-".join((each.code, *each.modifiers)) + (f" x{each.units}" if each.units != 1 else "")
            for each in candidates
        ]
        self.asks = {each.element: each.between for each in questions if each.blocking}
        self.confirms = {each.element for each in questions if not each.blocking}
        self.disputed = {each.element for each in questions if each.conflict}


def thing(group: str, number: int, event: str = "e1", *, words: bool = False, **values: Any) -> Documentation:
    """What one document says of one thing of a group, in fields or in words."""
    origin = "narrative" if words else "structured"
    source = Source("OBX-5", event_id=event)
    return Documentation(
        "p",
        tuple(
            DocumentedElement(f"{group}.{name}", value, source, origin, str(number))
            for name, value in values.items()
        ),
    )


def together(*parts: Documentation) -> Documentation:
    """All of it as what is documented of one procedure."""
    return Documentation("p", tuple(element for part in parts for element in part.elements))
