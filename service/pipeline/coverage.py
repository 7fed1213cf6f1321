"""Coverage of a line: what a site's notes of payers' policies find wanting, drawn up whenever it is shown."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from service.domain.charge import CandidateStatus, ChargeKind
from service.domain.coverage import CoverageFlag, CoveragePolicy, Covered, flags_of
from service.domain.review import Candidate, Line
from service.pipeline.day import stands
from service.store import Store


def coverage_of(
    store: Store, line: Candidate, policies: Sequence[CoveragePolicy]
) -> tuple[CoverageFlag, ...]:
    """Every flag of a line of the queue; none of a credit, or where code or day are not known."""
    if line.kind is ChargeKind.CREDIT:
        return ()
    concerned = _concerned(line, policies)
    others = _others(store, line, concerned) if concerned else ()
    return flags_of(_service(line, others), concerned)


def coverage_without_history(line: Line, policies: Sequence[CoveragePolicy]) -> tuple[CoverageFlag, ...]:
    """The flags that the documentation alone raises: how often it was done, nobody is asked."""
    return flags_of(_service(line, None), _concerned(line, policies))


def _concerned(line: Line | Candidate, policies: Sequence[CoveragePolicy]) -> list[CoveragePolicy]:
    if not line.code or not line.service_date:
        return []
    payers = _payers(line.content["elements"])
    return [each for each in policies if each.concerns(line.code, line.service_date, payers)]


def _service(line: Line | Candidate, others: tuple[tuple[str, str], ...] | None) -> Covered:
    elements = line.content["elements"]
    return Covered(
        code=line.code,
        day=line.service_date,
        payers=_payers(elements),
        diagnoses=tuple(line.content["diagnoses"]),
        documented=frozenset(str(each["name"]) for each in elements),
        others=others,
    )


def _payers(elements: Iterable[dict[str, object]]) -> tuple[str, ...]:
    return tuple(sorted({str(each["value"]) for each in elements if each["name"] == "encounter.payer"}))


def _others(store: Store, line: Candidate, policies: Sequence[CoveragePolicy]) -> tuple[tuple[str, str], ...]:
    """What else the patient was charged for, or will be, around the day."""
    reach = max((each.frequency.days for each in policies if each.frequency), default=0)
    codes = {code for each in policies if each.frequency for code in each.codes}
    day = date.fromisoformat(line.service_date)
    days = [(day + timedelta(days=n)).isoformat() for n in range(1 - reach, reach)]
    found = store.candidates.of_days(line, days, codes) if days else []
    others = [each for each in found if each.id not in {line.id, line.corrects}]
    return tuple(
        (each.code, each.service_date)
        for each in others
        if each.status is not CandidateStatus.PROPOSED and stands(store, each)
    )
