"""Infusions, pushes and injections of one encounter: which codes, or what must be documented first."""

from service.mapping.tables.infusion.administrations import ROLES, Administration, Billed, Options, Unanswered
from service.mapping.tables.infusion.hierarchy import arrange

__all__ = ["ROLES", "Administration", "Billed", "Options", "Unanswered", "arrange"]
