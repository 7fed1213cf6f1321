"""CMS files as a site loads them, and what they say of the lines of one day."""

from service.edits.add_on import read_add_ons
from service.edits.check import check
from service.edits.mue import read_mue, read_mue_records
from service.edits.pfs import read_pfs
from service.edits.ptp import read_ptp
from service.edits.recognize import Recognized, recognize

__all__ = [
    "Recognized",
    "check",
    "read_add_ons",
    "read_mue",
    "read_mue_records",
    "read_pfs",
    "read_ptp",
    "recognize",
]
