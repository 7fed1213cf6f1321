"""CMS files as a site loads them: how many units a code may have, and which modifiers it takes."""

from service.edits.mue import read_mue
from service.edits.pfs import read_pfs

__all__ = ["read_mue", "read_pfs"]
