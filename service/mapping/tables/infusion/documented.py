"""What each administration must say of itself before any code can stand."""

from datetime import timedelta
from itertools import chain

from service.mapping.tables.infusion.administrations import (
    CHEMOTHERAPY,
    CHEMOTHERAPY_ROUTES,
    HALF_HOUR,
    HYDRATION,
    INFUSION,
    INJECTION,
    PORTABLE_PUMP,
    PUSH_MINUTES,
    ROUTES,
    SUBCUTANEOUS,
    THERAPEUTIC,
    Administration,
    Disputed,
    Options,
    Unanswered,
    ask,
    drug_of,
)
from service.mapping.tables.infusion.stretches import instant, minutes, stretches

_A_DAY = timedelta(days=1)


def kind_asked(several: list[Administration], disputed: Disputed) -> list[Unanswered]:
    """Category and route, on which everything hangs."""
    # What has no category may be chemotherapy, which leads all others. Hydration is an infusion into a vein;
    # else one of the two is wrong.
    category = [ask(each, "category", disputed) for each in several if not _has_category(each)]
    category += [ask(each, "category", disputed, conflict=True) for each in _given_as_both(several)]
    route = [ask(each, "route", disputed) for each in several if not _has_route(each)]
    return category + route + [ask(each, "hormonal", disputed) for each in several if _may_be_hormonal(each)]


def _has_category(given: Administration) -> bool:
    if given.category == HYDRATION:
        return given.route == INFUSION or given.route not in ROUTES
    return given.category in (THERAPEUTIC, CHEMOTHERAPY)


def _given_as_both(several: list[Administration]) -> list[Administration]:
    """One drug that is chemotherapy here and none there: one of the two is wrong."""
    chemotherapy = {drug_of(each) for each in several if each.drug and each.is_chemotherapy}
    other = {drug_of(each) for each in several if each.category == THERAPEUTIC}
    return [each for each in several if drug_of(each) in chemotherapy & other]


def _has_route(given: Administration) -> bool:
    """Chemotherapy has codes of its own for what is not here, as into an artery: a person decides."""
    if given.is_chemotherapy:
        return given.route in CHEMOTHERAPY_ROUTES
    return given.route in ROUTES and given.route != PORTABLE_PUMP


def _may_be_hormonal(given: Administration) -> bool:
    return given.is_chemotherapy and given.route == INJECTION and given.hormonal is None


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
    drugs = [each for each in venous if each.category != HYDRATION]
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
