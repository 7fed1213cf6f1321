"""Infusions, pushes and injections of one encounter: which codes, or what must be documented first."""

from service.mapping.infusion.administrations import ROLES, Administration, Billed, Options, Unanswered
from service.mapping.infusion.hierarchy import arrange

__all__ = ["ROLES", "Administration", "Billed", "Options", "Unanswered", "arrange"]
