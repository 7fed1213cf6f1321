"""The shipped mappings, read once for all tests of a process; and copies to change."""

import shutil
from functools import cache

from service.mapping import Mappings, load
from service.mapping.load import digest_of
from service.pipeline.chart import Reader
from tests.programs import REPOSITORY

ONE_TABLE = "neuraxial-injection.yaml"

_LOADED: dict[str, Mappings] = {}  # by digest


def load_once(folder, site=None, **how):
    """Load a folder, unless one that is the same byte for byte has been."""
    if site or how.get("failing"):
        return load(folder, site or {}, **how)
    digest = digest_of(folder)
    if digest not in _LOADED:
        _LOADED[digest] = load(folder)
    return _LOADED[digest]


@cache
def shipped_mappings():
    """All that mappings/ says."""
    return load_once(REPOSITORY / "mappings")


@cache
def shipped_reader():
    """Who reads events by them."""
    return Reader(shipped_mappings())


def copy_with_one_table(folder):
    """Copy them with one table and no more words than it needs: to read all takes several times as long."""
    read = [path for kind in ("tables", "terms") for path in (REPOSITORY / "mappings" / kind).iterdir()]
    others = shutil.ignore_patterns(
        *(path.name for path in read if path.name not in (ONE_TABLE, "cues.yaml", "routine.yaml"))
    )
    return shutil.copytree(REPOSITORY / "mappings", folder, ignore=others)
