"""Unnumbered: messages that do not say which authority numbered their patient (PID-3.4).

Two authorities give one number to two patients. Of a procedure, who was born on the same day and has the
number of the one authority that is known is the same patient (docs/decisions/0030).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from service.pipeline.gather import FHIR_KEY, ProcedureRef, Said, apart


def unnumbered(
    documented: Mapping[ProcedureRef, Sequence[Said]], refs: Iterable[ProcedureRef]
) -> dict[ProcedureRef, ProcedureRef]:
    """Of these procedures those without an authority, each with what is the same of the one that is known."""
    by_authority: dict[tuple[str, ...], dict[str, ProcedureRef]] = defaultdict(dict)
    for ref in refs:
        first = documented[ref][0]
        context = first.part.context
        born = {each.part.context.patient_birth_date for each in documented[ref]} - {""}
        if context.patient_id and len(born) == 1 and not first.key.startswith(FHIR_KEY):
            same = (ref[0], apart(first.key, first.event), context.patient_id, *born)
            by_authority[same][context.patient_id_authority] = ref
    return {
        refs[""]: next(ref for authority, ref in refs.items() if authority)
        for refs in by_authority.values()
        if "" in refs and len(refs) == 2  # noqa: PLR2004  nobody's, and the only one that is known
    }


def as_numbered(told: Iterable[Said], by: Said) -> list[Said]:
    """What was said of a patient, with the authority that another message names."""
    authority = by.part.context.patient_id_authority
    return [
        replace(
            each,
            part=replace(each.part, context=replace(each.part.context, patient_id_authority=authority)),
        )
        for each in told
    ]
