"""The shipped mappings, read once for all tests of a process; and copies to change."""

import shutil
from functools import cache

from service.mapping import load
from service.pipeline.chart import Reader
from tests.programs import REPOSITORY

ONE_TABLE = "neuraxial-injection.yaml"


@cache
def shipped_mappings():
    """All that mappings/ says."""
    return load(REPOSITORY / "mappings")


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
