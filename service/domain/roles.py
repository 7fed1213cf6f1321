"""Roles: what users are made of. What each may do stands in service/api/access.py."""

from typing import Final

ROLES: Final = ("feed", "coder", "lead", "auditor", "admin", "monitor")
