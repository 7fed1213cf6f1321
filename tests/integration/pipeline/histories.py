"""The same thing told several times by each kind of message: done, corrected, taken back, issued again.

A history gives its messages for a patient in the order in which their sender made them.
"""

from functools import partial

import pytest

from tests.integration.pipeline.conftest import GUIDED, report

PID = "PID|1||{}^^^HOSP^MR||TESTPERSON^T||19600101|F"
VISIT = "PV1|1|I|||||||||||||||||V1"
REMOVED = {**GUIDED, "catheter__disposition": "removed_same_day"}
UNGUIDED = {"imaging__modality": "none"}


def segment(name, **fields):
    """A segment of fields named f1, f2, ..."""
    values = {int(n[1:]): value for n, value in fields.items()}
    return "|".join([name, *(values.get(n, "") for n in range(1, max(values) + 1))])


def message(kind, hour, patient, *segments):
    """A message made at a full hour of one day."""
    head = f"MSH|^~\\&|ANY|HOSP|||202701101{hour}0000||{kind}|M{hour}|P|2.5.1"
    return "\r".join([head, PID.format(patient), VISIT, *segments, ""]).encode()


def at(hour):
    return f"202701101{hour}0000"


# ---- reports -------------------------------------------------------------------------------------


def by_result_status(patient, *, last="again"):
    """OBR-25: final, corrected, cancelled, final."""
    told = [
        report(1, "F", at(0), patient, **GUIDED),
        report(2, "C", at(1), patient, **REMOVED),
        report(3, "X", at(2), patient, **REMOVED),
        report(4, "F", at(3), patient, **UNGUIDED),
    ]
    return told if last == "again" else told[:3]


def by_observation_status(patient, *, last="again"):
    """OBX-11: final, one corrected alone, all posted wrong, all final again."""
    done, wrong, again = (report(n, "F", at(h), patient, **m) for n, h, m in _WHOLE)
    corrected = report(2, "C", at(1), patient, **_ONLY_REMOVED)
    told = [done, corrected, wrong.replace(b"||||||F", b"||||||W"), again]
    return told if last == "again" else told[:3]


_ONLY_REMOVED = {
    **dict.fromkeys(("intent", "target", "approach", "entry_levels", "device", "substances__class"), ""),
    "catheter__disposition": "removed_same_day",
}
_WHOLE = [(1, 0, GUIDED), (3, 2, REMOVED), (4, 3, UNGUIDED)]


# ---- notes ---------------------------------------------------------------------------------------


def note(event, hour, patient, elements, number="D-1", *, only=False, **txa):
    """A note with every element of a report; or with some only."""
    header = {"f1": "1", "f2": "OP", "f4": "20270110", "f12": number, "f17": "AU", **txa}
    found = observed(elements)
    if only:
        names = {name.replace("__", ".") for name in elements}
        found = [line for line in found if line.split("|")[3] in names]
    return message(f"MDM^{event}", hour, patient, segment("TXA", **header), *found)


def observed(elements):
    """Every element of a report, by the report that has them."""
    whole = report(1, "F", at(0), **elements).decode()
    return [
        "OBX|0|CWE|status||completed||||||F",
        *(line for line in whole.split("\r") if line.startswith("OBX")),
    ]


def by_edit(patient, *, last="again"):
    """T02, T08, T11, T02 of one document; the edit's own time (TXA-8) is repeated in the cancellation."""
    told = [
        note("T02", 0, patient, GUIDED),
        note("T08", 1, patient, REMOVED, f8=at(1)),
        note("T11", 2, patient, REMOVED, f8=at(1)),
        note("T02", 3, patient, UNGUIDED),
    ]
    return told if last == "again" else told[:3]


def by_replacement(patient, *, last="again"):
    """T02, its replacement T10, whose cancellation T11, and the first document once more."""
    told = [
        note("T02", 0, patient, GUIDED),
        note("T10", 1, patient, REMOVED, "D-2", f13="D-1"),
        note("T11", 2, patient, REMOVED, "D-2", f13="D-1"),
        note("T02", 3, patient, UNGUIDED),
    ]
    return told if last == "again" else told[:3]


def by_availability(patient, *, last="again"):
    """TXA-19: T04 makes a document obsolete, another status change brings it back."""
    told = [
        note("T02", 0, patient, GUIDED),
        note("T08", 1, patient, REMOVED),
        note("T04", 2, patient, REMOVED, f19="OB"),
        note("T04", 3, patient, UNGUIDED, f19="AV"),
    ]
    return told if last == "again" else told[:3]


# ---- procedures ----------------------------------------------------------------------------------


def pr1(kind, hour, patient, code, action="", number="PX-1"):
    done = segment("PR1", f1="1", f3=f"{code}^^C4", f5="20270110093000", f19=number, f20=action)
    return message(kind, hour, patient, done)


def by_action(patient, *, kind="ADT^A08", last="again"):
    """PR1-20: added, updated, deleted, added."""
    told = [
        pr1(kind, 0, patient, "62327", "A"),
        pr1(kind, 1, patient, "62323", "U"),
        pr1(kind, 2, patient, "62323", "D"),
        pr1(kind, 3, patient, "62326", "A"),
    ]
    return told if last == "again" else told[:3]


# ---- charges -------------------------------------------------------------------------------------


def ft1(number, kind, code):
    return segment("FT1", f1="1", f2=number, f4="20270110", f6=kind, f7="LOCAL", f10="1", f25=f"{code}^^C4")


def by_transaction(patient, *, last="again"):
    """FT1-6: charged, corrected by credit and charge, credited, charged anew."""
    told = [
        [ft1("T1", "CG", "62327")],
        [ft1("T1", "CD", "62327"), ft1("T2", "CG", "62323")],
        [ft1("T2", "CD", "62323")],
        [ft1("T3", "CG", "62326")],
    ]
    bodies = [message("DFT^P03", hour, patient, *lines) for hour, lines in enumerate(told)]
    return bodies if last == "again" else bodies[:3]


_ALL = {
    "ORU by OBR-25": by_result_status,
    "ORU by OBX-11": by_observation_status,
    "MDM T08": by_edit,
    "MDM T10": by_replacement,
    "MDM by TXA-19": by_availability,
    "PR1 in ADT": by_action,
    "PR1 in BAR": partial(by_action, kind="BAR^P12"),
    "DFT": by_transaction,
}
REISSUED = [pytest.param(history, id=name) for name, history in _ALL.items()]
_CANCELLED = {name: partial(history, last="cancel") for name, history in _ALL.items()}


def unnumbered(told):
    """The message of a source that does not say who numbered the patient (PID-3.4)."""
    return told.replace(b"^^^HOSP^MR", b"^^^^MR")


def now_and_then_numbered(history, patient):
    """Every other message comes from such a source."""
    return [unnumbered(told) if at % 2 else told for at, told in enumerate(history(patient))]


_CANCELLED |= {
    f"{name}, now and then numbered": partial(now_and_then_numbered, _CANCELLED[name])
    for name in ("ORU by OBR-25", "DFT")
}
TAKEN_BACK = [pytest.param(history, id=name) for name, history in _CANCELLED.items()]
