"""What an operator can mend, said in one line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from service.domain.errors import ChargeCaptureError


@contextmanager
def said_in_one_line() -> Iterator[None]:
    """Turn an error of ours into a line on stderr and exit code 2."""
    try:
        yield
    except ChargeCaptureError as error:
        sys.stderr.write(f"charge-capture: {error}\n")
        sys.exit(2)
