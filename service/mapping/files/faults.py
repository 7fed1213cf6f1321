"""Faults: what is wrong with what is being read, gathered, so that its editor hears of all of it at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.domain.errors import MappingError


class Faults:
    """All that was found wrong; one a line, as what else is wrong with a line is mostly the same again."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], MappingError] = {}

    def add(self, *errors: MappingError) -> None:
        for error in errors:
            self._found.setdefault((error.file, error.line), error)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Take what is wrong here, and go on."""
        try:
            yield
        except MappingError as error:
            self.add(error, *error.others)

    def tell(self) -> None:
        """Raise the first, and with it the others; nothing where all is in order."""
        if self._found:
            first, *others = self._found.values()
            raise MappingError(first.problem, first.file, first.line, others)
