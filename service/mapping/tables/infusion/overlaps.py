"""Infusions of one site: which drug is the initial one, which follow it, which run beside another."""

from typing import NamedTuple

from service.mapping.tables.infusion.administrations import (
    INFUSION,
    PUSH_MINUTES,
    Administration,
    Disputed,
    Unanswered,
    ask,
    drug_of,
)
from service.mapping.tables.infusion.sites import Site, by_length
from service.mapping.tables.infusion.stretches import Stretch, minutes, stretches, within, without


class Course(NamedTuple):
    """The infusions of one site, laid out in time."""

    initial: list[Administration]
    sequential: list[tuple[Administration, list[Stretch]]]  # each with when it ran by itself
    concurrent: list[Administration]
    asked: list[Unanswered]


def course_of(site: Site, disputed: Disputed) -> Course:
    """Lay out the infusions, the longest first: a short one runs beside a long one, not the other way."""
    initial = site.initial_infusion
    course = Course(initial, [], [], _wrongly_marked(site, disputed))
    placed = list(initial)
    for run in by_length(each for each in site.infusions if each not in initial):
        others = stretches(each for each in placed if drug_of(each) != drug_of(run))
        _place(run, others, course, disputed)
        placed.append(run)
    course.asked.extend(_contradicted(placed, course.concurrent, disputed))
    return course


def _place(run: Administration, others: list[Stretch], course: Course, disputed: Disputed) -> None:
    """Decide between after another drug and beside it.

    Where an infusion ran partly beside another and partly alone, coders do not agree: `concurrent` decides.
    Two of chemotherapy beside each other have no code: a person decides.
    """
    ran = stretches([run])
    alone = without(ran, others)
    beside = minutes(within(ran, others)) > PUSH_MINUTES
    enough_alone = minutes(alone) > PUSH_MINUTES
    if not minutes(within(ran, others)) or (run.concurrent is False and enough_alone):
        course.sequential.append((run, alone))
    elif not run.is_chemotherapy and (
        run.concurrent or (run.concurrent is None and beside and not enough_alone)
    ):
        course.concurrent.append(run)
    else:
        course.asked.append(ask(run, "concurrent", disputed, conflict=run.concurrent is False))


def _wrongly_marked(site: Site, disputed: Disputed) -> list[Unanswered]:
    """Marked as run at the same time as another one when no other ran, or marked in both ways."""
    given = [each for each in (*site.infusions, *site.pushes, *site.hydration) if each.route == INFUSION]
    return [
        ask(each, "concurrent", disputed, conflict=True)
        for each in given
        if (each.number, "infusion.concurrent") in disputed
        or (each.concurrent and not within(stretches([each]), _others(each, given)))
    ]


def _others(one: Administration, given: list[Administration]) -> list[Stretch]:
    return stretches(each for each in given if each is not one)


def _contradicted(
    placed: list[Administration], concurrent: list[Administration], disputed: Disputed
) -> list[Unanswered]:
    """Marked as run by itself, while another drug ran beside it by the clock."""
    return [
        ask(each, "concurrent", disputed, conflict=True)
        for each in placed
        if each.concurrent is False
        and any(_beside(each, other) for other in concurrent if drug_of(other) != drug_of(each))
    ]


def _beside(one: Administration, other: Administration) -> bool:
    return minutes(within(stretches([one]), stretches([other]))) > PUSH_MINUTES
