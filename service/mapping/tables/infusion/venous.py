"""Infusions, pushes and hydration by a vascular access site: the part to which the hierarchy applies."""

from collections.abc import Iterable

from service.mapping.tables.infusion.administrations import (
    FACILITY,
    HALF_HOUR,
    PROFESSIONAL,
    Administration,
    Disputed,
    Note,
    Options,
    Piece,
    Unanswered,
    ask,
    ask_setting,
    drug_of,
    numbers_of,
)
from service.mapping.tables.infusion.outcome import Outcome, called, hours, together
from service.mapping.tables.infusion.overlaps import Course, course_of
from service.mapping.tables.infusion.pushes import pushes_outcome
from service.mapping.tables.infusion.sites import Site, sites_of
from service.mapping.tables.infusion.stretches import Stretch, further_hours, minutes, stretches, union


def venous_outcome(
    venous: list[Administration], setting: str | None, options: Options, disputed: Disputed
) -> Outcome:
    """Bill what went into veins: one initial service a site, and what is added to it.

    Not settled: whether what is added at a further site needs modifier 59 too. Here only its initial one has.
    """
    sites = sites_of(venous, options)
    courses = [course_of(site, disputed) for site in sites]
    asked = _choice_asked(sites, setting, options, disputed)
    asked += [each for course in courses for each in course.asked]
    return together(
        (
            Outcome([], [], asked),
            Outcome(_infusions(sites, courses), [], []),
            pushes_outcome(sites, setting, disputed),
            *(_hydration(site, further=place > 0) for place, site in enumerate(sites)),
        )
    )


def _choice_asked(
    sites: list[Site], setting: str | None, options: Options, disputed: Disputed
) -> list[Unanswered]:
    """A facility goes by the hierarchy, a professional by the reason for the visit: nobody documents it."""
    mixed = [site for site in sites if len(site.kinds) > 1]
    if not mixed or setting == FACILITY or options.professional_by_hierarchy:
        return []
    if setting != PROFESSIONAL:
        return [ask_setting(disputed)]
    return [ask(min(site.leading, key=lambda each: each.number), "category", disputed) for site in mixed]


def _infusions(sites: list[Site], courses: list[Course]) -> list[Piece]:
    pieces: list[Piece] = []
    for place, (site, course) in enumerate(zip(sites, courses, strict=True)):
        if course.initial:
            pieces += _initial(course.initial, further=site.access if place else "")
    pieces += _sequential([each for course in courses for each in course.sequential])
    return pieces + _concurrent([each for course in courses for each in course.concurrent])


def _initial(runs: list[Administration], *, further: str) -> list[Piece]:
    # Some report a later infusion of the drug by its own hours; here the minutes add up.
    total = minutes(stretches(runs))
    where = f" by {runs[0].access}, a further site" if further else ""
    because = f"{called(runs[0])} ran {total} minutes: the initial service{where}"
    role = f"{_kind(runs)}_initial"
    return [Piece(role, 1, numbers_of(runs), because, bool(further)), *_hours(runs, total)]


def _hours(runs: list[Administration], total: int) -> list[Piece]:
    count = further_hours(total)
    because = f"{called(runs[0])} ran {total} minutes: {hours(count)}"
    return [Piece(f"{_kind(runs)}_hour", count, numbers_of(runs), because)] if count else []


def _kind(runs: list[Administration]) -> str:
    """Runs of one drug."""
    return "chemotherapy_infusion" if runs[0].is_chemotherapy else "therapeutic_infusion"


def _sequential(runs: Iterable[tuple[Administration, list[Stretch]]]) -> list[Piece]:
    """Each drug once in the encounter; its minutes add up, those of two sites too."""
    by_drug: dict[str, list[tuple[Administration, list[Stretch]]]] = {}
    for run, alone in runs:
        by_drug.setdefault(drug_of(run), []).append((run, alone))
    return [piece for found in by_drug.values() for piece in _one_sequential(found)]


def _one_sequential(found: list[tuple[Administration, list[Stretch]]]) -> list[Piece]:
    runs = [run for run, _alone in found]
    total = minutes(union(part for _run, alone in found for part in alone))
    because = f"{called(runs[0])} ran {total} minutes by itself: a further drug"
    piece = Piece(f"{_kind(runs)}_sequential", 1, numbers_of(runs), because)
    return [piece, *_hours(runs, total)]


def _concurrent(runs: list[Administration]) -> list[Piece]:
    """Once in the encounter, however many drugs and however long."""
    names = " and ".join(dict.fromkeys(called(run) for run in runs))
    because = f"{names} ran at the same time as another drug: once an encounter"
    return [Piece("therapeutic_infusion_concurrent", 1, numbers_of(runs), because)] if runs else []


def _hydration(site: Site, *, further: bool) -> Outcome:
    # Fluid that only keeps the line open is never billed, but no element tells that: a person must see to it.
    total, numbers = site.hydration_minutes, numbers_of(site.hydration)
    leads = site.leading is site.hydration
    if total <= HALF_HOUR:
        because = f"hydration of {total} minutes by itself is not reported"
        return Outcome([], [Note(site.leading[0].number, numbers, because)] if numbers else [], [])
    ran = f"hydration ran {total} minutes by itself"
    count = further_hours(total) + (0 if leads else 1)
    pieces = [Piece("hydration_hour", count, numbers, f"{ran}: {count} x an hour")] if count else []
    if leads:
        where = f" by {site.hydration[0].access}, a further site" if further else ""
        because = f"{ran}: the initial service{where}"
        pieces.insert(0, Piece("hydration_initial", 1, numbers, because, further))
    return Outcome(pieces, [], [])
