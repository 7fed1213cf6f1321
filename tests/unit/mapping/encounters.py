"""Encounters for tests of the infusion hierarchy: what was given, and what is billed of it.

Times are minutes from the first hour of the encounter. Codes stand for the roles that a table gives them.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.mapping.tables.infusion import Administration, Options, arrange

CODES = {
    "hydration_initial": "96360",
    "hydration_hour": "96361",
    "therapeutic_infusion_initial": "96365",
    "therapeutic_infusion_hour": "96366",
    "therapeutic_infusion_sequential": "96367",
    "therapeutic_infusion_concurrent": "96368",
    "subcutaneous_infusion_initial": "96369",
    "subcutaneous_infusion_hour": "96370",
    "subcutaneous_infusion_pump": "96371",
    "injection": "96372",
    "intra_arterial": "96373",
    "push_initial": "96374",
    "push_sequential": "96375",
    "push_repeat": "96376",
    "on_body_injector": "96377",
    "chemotherapy_injection": "96401",
    "hormonal_injection": "96402",
    "chemotherapy_push_initial": "96409",
    "chemotherapy_push_sequential": "96411",
    "chemotherapy_infusion_initial": "96413",
    "chemotherapy_infusion_hour": "96415",
    "chemotherapy_pump": "96416",
    "chemotherapy_infusion_sequential": "96417",
}
INITIAL = ("96360", "96365", "96374", "96409", "96413")
FACILITY, PROFESSIONAL = "facility", "professional"
EIGHT = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)


def at(minute):
    return None if minute is None else EIGHT + timedelta(minutes=minute)


def infused(drug, start, end, *, by=None, route="infusion", category="therapeutic", concurrent=None):
    return Administration(0, drug, category, route, by, at(start), at(end), concurrent)


def pushed(drug, start=None, *, by=None, category="therapeutic"):
    return infused(drug, start, None, by=by, route="push", category=category)


def fluid(start, end, *, by=None, concurrent=None):
    return infused("saline", start, end, by=by, category="hydration", concurrent=concurrent)


def under_skin(drug, start, end):
    return infused(drug, start, end, route="subcutaneous_infusion")


def once(route, drug="ketorolac"):
    return infused(drug, None, None, route=route)


def numbered(several):
    return [replace(each, number=number) for number, each in enumerate(several, 1)]


def answer(*several, setting=FACILITY, disputed=(), **options):
    return arrange(
        numbered(several), setting=setting, options=Options(**options), disputed=frozenset(disputed)
    )


def codes(billed):
    """96365, 96366 x2, 96374-59: in the order of the codes."""
    return sorted(
        CODES[line.role]
        + ("-59" if line.with_modifier_59 else "")
        + (f" x{line.units}" if line.units > 1 else "")
        for line in billed
    )


def asked(unanswered):
    return {(each.element.split(".")[1], each.number) for each in unanswered}
