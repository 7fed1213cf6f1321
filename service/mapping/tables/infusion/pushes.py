"""Pushes: the initial one of a site, each new drug, and the same drug again."""

from typing import NamedTuple

from service.mapping.tables.infusion.administrations import (
    FACILITY,
    HALF_HOUR,
    PROFESSIONAL,
    PUSH,
    Administration,
    Disputed,
    Note,
    Piece,
    Unanswered,
    ask,
    ask_setting,
    drug_of,
)
from service.mapping.tables.infusion.outcome import Outcome, called, nothing, together
from service.mapping.tables.infusion.sites import Site, by_time
from service.mapping.tables.infusion.stretches import gap, instant, minutes, stretches


class _Encounter(NamedTuple):
    """What the pushes of one drug have to know of all the rest."""

    infused: dict[str, list[Administration]]  # by drug
    initial: dict[
        int, bool
    ]  # number of the push that is the initial service of a site -> whether a further site
    setting: str | None
    disputed: Disputed


def pushes_outcome(sites: list[Site], setting: str | None, disputed: Disputed) -> Outcome:
    """Bill the pushes of all sites: whether a drug is new is a matter of the encounter."""
    infused = _by_drug([each for site in sites for each in site.infusions])
    initial = {push.number: place > 0 for place, site in enumerate(sites) if (push := site.initial_push)}
    series = _by_drug(by_time((each for site in sites for each in site.pushes), first=initial))
    if asked := _starts_asked(series, infused, setting, disputed, several_sites=len(sites) > 1):
        return Outcome([], [], asked)
    encounter = _Encounter(infused, initial, setting, disputed)
    return together(_one_drug(pushes, encounter) for pushes in series.values())


def _by_drug(several: list[Administration]) -> dict[str, list[Administration]]:
    found: dict[str, list[Administration]] = {}
    for each in several:
        found.setdefault(drug_of(each), []).append(each)
    return found


def _starts_asked(
    series: dict[str, list[Administration]],
    infused: dict[str, list[Administration]],
    setting: str | None,
    disputed: Disputed,
    *,
    several_sites: bool,
) -> list[Unanswered]:
    """A push needs no time, unless its drug was given again: is it a new one, and how long after the last?

    Then, with several sites, the order of all pushes says which is the initial one of a site.
    """
    again = {drug for drug, pushes in series.items() if len(pushes) > 1 or drug in infused}
    needed = series if several_sites and again else () if setting == PROFESSIONAL else again
    return [ask(push, "start", disputed) for drug in needed for push in series[drug] if push.start is None]


def _one_drug(pushes: list[Administration], encounter: _Encounter) -> Outcome:
    outcome = nothing()
    reported: list[Administration] = []
    infused = encounter.infused.get(drug_of(pushes[0]), [])
    for push in pushes:
        if push.number in encounter.initial or not (reported or infused):
            outcome.pieces.append(_new(push, encounter))
            reported.append(push)
        elif encounter.setting == PROFESSIONAL or push.is_chemotherapy or _too_soon(push, reported, infused):
            outcome.notes.append(_unreported(push, reported, infused, encounter))
        elif encounter.setting == FACILITY:
            outcome.pieces.append(_repeat(push))
            reported.append(push)
        else:
            outcome.asked.append(ask_setting(encounter.disputed))
    return outcome


def _too_soon(push: Administration, reported: list[Administration], infused: list[Administration]) -> bool:
    """Within 30 minutes of a push that is reported, or of an infusion of the drug, before or after it.

    The rule speaks of pushes. That a bolus belongs to the infusion of its drug is common practice, no rule.
    """
    moment = [instant(each.start) for each in (push, *reported) if each.start]
    given = [(start, start) for start in moment[1:]] + stretches(infused)
    return any(gap((moment[0], moment[0]), each) <= HALF_HOUR for each in given)


def _new(push: Administration, encounter: _Encounter) -> Piece:
    kind = "chemotherapy_push" if push.is_chemotherapy else "push"
    if push.number not in encounter.initial:
        return Piece(f"{kind}_sequential", 1, (push.number,), f"{_pushed(push)}: a further drug")
    further = encounter.initial[push.number]
    where = f" by {push.access}, a further site" if further else ""
    because = f"{_pushed(push)}: the initial service{where}"
    return Piece(f"{kind}_initial", 1, (push.number,), because, further)


def _repeat(push: Administration) -> Piece:
    because = f"{_pushed(push)}: the same drug again, more than 30 minutes apart"
    return Piece("push_repeat", 1, (push.number,), because)


def _unreported(
    push: Administration,
    reported: list[Administration],
    infused: list[Administration],
    encounter: _Encounter,
) -> Note:
    why = "for a professional" if encounter.setting == PROFESSIONAL else "within 30 minutes"
    why = "as another substance" if push.is_chemotherapy else why
    because = f"{called(push)} pushed again is not reported {why}"
    return Note((reported or infused)[0].number, (push.number,), because)


def _pushed(push: Administration) -> str:
    """Say how it came to be a push."""
    if push.route == PUSH:
        return f"{called(push)} was pushed"
    if push.end is None:
        return f"{called(push)} was infused, with no end documented, and counts as a push"
    return f"{called(push)} ran {minutes(stretches([push]))} minutes and counts as a push"
