"""What each administration must say of itself before any code can stand."""

from datetime import timedelta
from itertools import chain

from service.mapping.infusion.administrations import (
    HALF_HOUR,
    HYDRATION,
    INFUSION,
    PUSH_MINUTES,
    ROUTES,
    SUBCUTANEOUS,
    THERAPEUTIC,
    Administration,
    Disputed,
    Options,
    Unanswered,
    ask,
)
from service.mapping.infusion.stretches import instant, minutes, stretches

_A_DAY = timedelta(days=1)


def kind_asked(several: list[Administration], disputed: Disputed) -> list[Unanswered]:
    """Category and route, on which everything hangs."""
    # Chemotherapy would be the initial service, and no code of it is proposed here: a person decides. What
    # has no category may be chemotherapy. Hydration is an infusion into a vein; else one of the two is wrong.
    category = [ask(each, "category", disputed) for each in several if not _has_category(each)]
    return category + [ask(each, "route", disputed) for each in several if each.route not in ROUTES]


def _has_category(given: Administration) -> bool:
    if given.category == HYDRATION:
        return given.route == INFUSION or given.route not in ROUTES
    return given.category == THERAPEUTIC


def times_asked(several: list[Administration], options: Options, disputed: Disputed) -> list[Unanswered]:
    """Start and end of whatever is billed by its minutes."""
    timed = (each for each in several if each.route in (INFUSION, SUBCUTANEOUS))
    return list(chain.from_iterable(_times(each, options, disputed) for each in timed))


def _times(given: Administration, options: Options, disputed: Disputed) -> list[Unanswered]:
    if given.start and given.end:
        # Nothing runs for no time, or for longer than a day: one of the two is wrong.
        ordered = instant(given.start) < instant(given.end) <= instant(given.start) + _A_DAY
        return [] if ordered else [ask(given, "end", disputed, conflict=True)]
    missing = [field for field in ("start", "end") if getattr(given, field) is None]
    if missing == ["end"] and _may_be_push(given, options, disputed):
        return []
    return [ask(given, field, disputed) for field in missing]


def _may_be_push(given: Administration, options: Options, disputed: Disputed) -> bool:
    """Whether an infusion without an end is billed as a push: not with two ends, and never hydration."""
    return (
        options.missing_stop == "push"
        and given.route == INFUSION
        and given.category == THERAPEUTIC
        and (given.number, "infusion.end") not in disputed
    )


def drugs_asked(venous: list[Administration], disputed: Disputed) -> list[Unanswered]:
    """By name, because the code of one hangs on whether another is the same drug."""
    drugs = [each for each in venous if each.category == THERAPEUTIC]
    return [ask(each, "drug", disputed) for each in drugs if not each.drug] if len(drugs) > 1 else []


def access_asked(venous: list[Administration], disputed: Disputed) -> list[Unanswered]:
    """Through which site. Where nobody says a word about it, it was one site."""
    hydration = [each for each in venous if each.category == HYDRATION]
    billable = minutes(stretches(hydration)) > HALF_HOUR
    matter = [each for each in venous if billable or each.category != HYDRATION]
    unsaid = [each for each in matter if not each.access]
    doubtful = len(unsaid) < len(matter) or any((n.number, "infusion.access") in disputed for n in matter)
    return [ask(each, "access", disputed) for each in unsaid] if doubtful and len(matter) > 1 else []


def is_push(given: Administration) -> bool:
    """By its minutes, or because its end is not documented and the site says so."""
    return given.end is None or minutes(stretches([given])) <= PUSH_MINUTES
