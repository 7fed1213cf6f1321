"""Arrange: the administrations of one encounter in; what is billed, or must be documented first, out.

The rules, and what they leave open, stand beside the code that follows them. Nothing is guessed: what is
missing blocks everything that hangs on it. Pure: nothing is read or kept.
"""

from collections.abc import Iterable
from dataclasses import replace

from service.mapping.tables.infusion.administrations import (
    COMPLEX_BIOLOGIC,
    INJECTION,
    INTRA_ARTERIAL,
    ON_BODY,
    PORTABLE_PUMP,
    SUBCUTANEOUS,
    VENOUS,
    Administration,
    Billed,
    Disputed,
    Options,
    Piece,
    Unanswered,
    ask,
    numbers_of,
)
from service.mapping.tables.infusion.documented import (
    access_asked,
    drugs_asked,
    is_push,
    kind_asked,
    times_asked,
)
from service.mapping.tables.infusion.outcome import Outcome, billed, called, hours, together
from service.mapping.tables.infusion.stretches import further_hours, minutes, stretches
from service.mapping.tables.infusion.venous import venous_outcome

Answer = tuple[tuple[Billed, ...], tuple[Unanswered, ...]]


def arrange(
    administrations: Iterable[Administration],
    *,
    setting: str | None,
    options: Options,
    disputed: Disputed = frozenset(),
) -> Answer:
    """Say what is billed of one encounter. `setting` is `facility`, `professional`, or None: not documented.

    `disputed` are the elements that are documented twice and differently, by number; their values are None.
    """
    given = sorted((_classed(each, options) for each in administrations), key=lambda each: each.number)
    kinds = kind_asked(given, disputed)
    parts = [
        _venous(given, setting, options, disputed, bare=bool(kinds)),
        _under_skin(given, options, disputed),
        Outcome([*_arterial(given), *_on_body(given), *_pumps(given)], [], []),
    ]
    asked = (*kinds, *(each for part in parts for each in part.asked))
    standing = together(part for part in parts if not part.asked)
    return () if kinds else billed(standing), tuple(dict.fromkeys(asked))


def _classed(given: Administration, options: Options) -> Administration:
    """A complex biologic as the site has it; else its category is asked for."""
    if given.category != COMPLEX_BIOLOGIC or options.complex_biologic == "ask":
        return given
    return replace(given, category=options.complex_biologic)


def _venous(
    given: list[Administration], setting: str | None, options: Options, disputed: Disputed, *, bare: bool
) -> Outcome:
    """Bill what goes by the hierarchy. `bare`: what each administration lacks, and no more."""
    venous = [each for each in given if each.route in VENOUS]
    asked = times_asked(venous, options, disputed)
    asked += drugs_asked(venous, disputed)
    asked += [] if asked else access_asked(venous, disputed)
    if asked or bare:
        return Outcome([], [], asked)
    return venous_outcome(venous, setting, options, disputed)


def _under_skin(given: list[Administration], options: Options, disputed: Disputed) -> Outcome:
    """Injections and subcutaneous infusions: no access site, so no hierarchy.

    One of 15 minutes or fewer is an injection, so the number of injections hangs on its times.
    """
    infusions = [each for each in given if each.route == SUBCUTANEOUS]
    if asked := times_asked(infusions, options, disputed):
        return Outcome([], [], asked)
    short = [each for each in infusions if is_push(each)]
    injections = [each for each in given if each.route == INJECTION]
    runs = [each for each in infusions if each not in short]
    if pumps := [each for each in runs if (each.number, "infusion.further_pump") in disputed]:
        return Outcome([], [], [ask(each, "further_pump", disputed) for each in pumps])
    pieces = [_each(_injection(each), each, "was injected") for each in injections]
    pieces += [_each("injection", each, "ran so briefly that it is an injection") for each in short]
    return Outcome(pieces + _subcutaneous(runs), [], [])


def _injection(given: Administration) -> str:
    if not given.is_chemotherapy:
        return "injection"
    return "hormonal_injection" if given.hormonal else "chemotherapy_injection"


def _subcutaneous(runs: list[Administration]) -> list[Piece]:
    """Once an encounter, however many drugs; the time that two run beside each other counts once."""
    if not runs:
        return []
    total, numbers = minutes(stretches(runs)), numbers_of(runs)
    ran = f"subcutaneous infusion ran {total} minutes"
    pieces = [Piece("subcutaneous_infusion_initial", 1, numbers, f"{ran}: once an encounter")]
    if count := further_hours(total):
        pieces.append(Piece("subcutaneous_infusion_hour", count, numbers, f"{ran}: {hours(count)}"))
    if pumps := [each for each in runs if each.further_pump]:
        because = f"a further pump was set up for {called(pumps[0])}: once an encounter"
        pieces.append(Piece("subcutaneous_infusion_pump", 1, numbers_of(pumps), because))
    return pieces


def _arterial(given: list[Administration]) -> list[Piece]:
    return [
        _each("intra_arterial", each, "was given into an artery")
        for each in given
        if each.route == INTRA_ARTERIAL
    ]


def _on_body(given: list[Administration]) -> list[Piece]:
    """Once an encounter."""
    found = [each for each in given if each.route == ON_BODY]
    because = f"{called(found[0])} was given by an on-body injector" if found else ""
    return [Piece("on_body_injector", 1, numbers_of(found), because)] if found else []


def _pumps(given: list[Administration]) -> list[Piece]:
    """Once an encounter."""
    found = [each for each in given if each.route == PORTABLE_PUMP]
    because = f"{called(found[0])} was begun by a pump that goes with the patient" if found else ""
    return [Piece("chemotherapy_pump", 1, numbers_of(found), because)] if found else []


def _each(role: str, given: Administration, what: str) -> Piece:
    return Piece(role, 1, (given.number,), f"{called(given)} {what}")
