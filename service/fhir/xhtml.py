"""The text of an XHTML narrative, as a reader sees it: tags away, one line a block."""

from html.parser import HTMLParser

_BLOCKS = frozenset(
    {"br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "pre", "table", "tr"}
)


def text_of(xhtml: str) -> str:
    """Strip the tags of `xhtml`; table cells are parted by a space."""
    reader = _Reader()
    reader.feed(xhtml)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.pieces.append("\n" if tag in _BLOCKS else " " if tag in {"td", "th"} else "")

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append("\n" if tag in _BLOCKS else "")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data.replace("\n", " "))
