"""Lint of words: questions lead nobody to an answer, and no text describes a code.

CPT descriptors are the AMA's. Code numbers and a few words of our own may stand in a file; more beside a code
looks like a descriptor, and is refused.
"""

import re
from collections.abc import Iterator

from service.mapping.documented.values import plain
from service.mapping.documented.vocabulary import Element, Vocabulary
from service.mapping.files.findings import Finding, Report
from service.mapping.tables.table_file import TableFile

#: So many words may stand in one text with a code; descriptors are longer.
MAX_WORDS_BESIDE_CODE = 8

_DESCRIPTOR = "too many words beside a code: this looks like a descriptor, which is the AMA's"
_CODE = re.compile(r"\b([0-9]{4}[0-9FTUM]|[A-Z][0-9]{4})\b")
_QUOTED_CODE = re.compile(rf"[\"']{_CODE.pattern}[\"']")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LEADING = re.compile(
    r"\b(please (add|confirm|amend|addend|agree|correct)|confirm (that|whether)|agree that|"
    r"should (say|be|read)|needed for (billing|coding|payment)|in order to bill|"
    r"reimburse\w*|payer requires)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^(was|were|is|are|did|do|does|has|have|had|can|could|would|will|may)\b|\bwhether\b",
    re.IGNORECASE,
)


def lint_text(file: TableFile, vocabulary: Vocabulary, report: Report) -> None:
    """Find leading questions, and text that looks like a descriptor."""
    for name, wording in file.questions.items():
        element = vocabulary.element(name) if name in vocabulary else None
        for fault in leading(wording, element):
            report.error(f"leading question: {fault}", "questions", name)
    for path, text in _texts(file):
        if descriptor_like(text):
            report.error(_DESCRIPTOR, *path)


def leading(wording: str, element: Element | None) -> Iterator[str]:
    """Say why a question leads to an answer."""
    if _YES_NO.search(wording):
        yield "it can be answered by yes or no; ask what, which, where or when"
    if found := _LEADING.search(wording):
        yield f"it says {found.group(0)!r}"
    if _CODE.search(wording):
        yield "it names a code"
    named = [value for value in (element.values if element else ()) if _names(wording, str(value))]
    if len(named) == 1 and not isinstance(named[0], bool):
        yield f"it names one of the answers, {named[0]}"


def _names(wording: str, value: str) -> bool:
    return re.search(rf"\b{re.escape(plain(value))}\b", plain(wording)) is not None


def descriptor_like(text: str) -> bool:
    """Whether a text holds a code and more words than a label of our own needs."""
    return bool(_CODE.search(text)) and len(_WORD.findall(text)) > MAX_WORDS_BESIDE_CODE


def lint_comments(text: str, file: str) -> list[Finding]:
    """Find comments that look like a descriptor. A # within quotes counts too: better one too many."""
    return [
        Finding(file, number, "error", _DESCRIPTOR)
        for number, line in enumerate(text.splitlines(), 1)
        if descriptor_like(line.partition("#")[2]) or ("#" in line and _beside_code(line))
    ]


def _beside_code(line: str) -> bool:
    """Whether a comment of some length stands behind a quoted code: a label of a row."""
    before, _mark, comment = line.partition("#")
    return bool(_QUOTED_CODE.search(before)) and len(_WORD.findall(comment)) > MAX_WORDS_BESIDE_CODE


def _texts(file: TableFile) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("title",), file.title
    for section, texts in (("sources", file.sources), ("unsettled", file.unsettled)):
        yield from (((section, number), text) for number, text in enumerate(texts))
    yield from ((("switches", name, "title"), switch.title) for name, switch in file.switches.items())
    yield from ((("tests", number, "name"), test.name) for number, test in enumerate(file.tests))
