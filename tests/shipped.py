"""The shipped mappings, read once for all tests of a process."""

from functools import cache

from service.mapping import load
from service.pipeline.chart import Reader
from tests.programs import REPOSITORY


@cache
def shipped_mappings():
    """All that mappings/ says."""
    return load(REPOSITORY / "mappings")


@cache
def shipped_reader():
    """Who reads events by them."""
    return Reader(shipped_mappings())
