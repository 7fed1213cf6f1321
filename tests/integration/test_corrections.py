"""A report of which one observation is corrected, deleted or wrong: the others stay as they were."""

import itertools

import pytest

from service.domain.event import Event, Format
from tests.shipped import shipped_reader

READER = shipped_reader()
OBSERVED = {
    "status": "completed",
    "intent": "postop_analgesia",
    "target": "epidural",
    "approach": "interlaminar",
    "entry_levels": "L2-L3",
    "device": "catheter",
    "substances.class": "local_anesthetic",
    "imaging.modality": "fluoroscopy",
    "imaging.images_archived": "Y",
    "catheter.disposition": "left_indwelling",
}
FINDINGS = "11504-8^Findings", "The epidural catheter was left in place."
PLAN = "18776-5^Plan", "Patient to return."


def coded(status="F", **observed):
    return [
        f"OBX|1|ST|{name.replace('__', '.')}||{value}||||||{status}"
        for name, value in (observed or OBSERVED).items()
    ]


def text(*titled, status="F"):
    return [f"OBX|1|TX|{title}^LN||{words}||||||{status}" for title, words in titled]


def message(hour, *observations, status="F", reported=""):
    head = [
        f"MSH|^~\\&|ANY|HOSP|||202603021{hour}0000||ORU^R01|M{hour}|P|2.5.1",
        "PID|1||P1^^^HOSP^MR",
        "PV1|1|I|||||||||||||||||V1",
        f"OBR|1||A1|EPI|||20260302090000|||||||||||||||{reported}|||{status}",
    ]
    body = "\r".join([*head, *observations]).encode()
    return Event(f"e{hour}", "main", Format.HL7V2, "ANY|HOSP", "ORU^R01", f"M{hour}", 0.0, hour, body)


def charted(*events):
    """The codes, what is asked before there is one, and what is documented."""
    chart = READER.chart([part for event in events for part in READER.read(event).parts])
    codes = [candidate.code for proposal in chart.proposals for candidate in proposal.candidates]
    asked = {q.element for proposal in chart.proposals for q in proposal.questions if q.blocking}
    return codes, asked, chart.documentation


def in_any_order(*events):
    """What every order of arrival comes to: the same."""
    ends = [charted(*order) for order in itertools.permutations(events)]
    assert len({(str(codes), str(sorted(asked))) for codes, asked, _ in ends}) == 1
    return ends[0]


WHOLE = message(0, *coded())


def test_an_observation_that_is_corrected_alone_replaces_itself_and_nothing_else():
    codes, asked, documented = in_any_order(
        WHOLE, message(1, *coded("C", imaging__modality="none"), status="C")
    )
    assert (codes, asked) == (["62326"], set())
    assert documented.values("imaging.modality") == ("none",)


@pytest.mark.parametrize("status", ["D", "W", "X"])
def test_one_that_is_deleted_or_wrong_is_gone_and_asked_for(status):
    gone = message(1, *coded(status, catheter__disposition="left_indwelling"), status="C")
    codes, asked, documented = in_any_order(WHOLE, gone)
    assert (codes, asked) == ([], {"catheter.disposition"})
    assert documented.values("target") == ("epidural",)


def test_corrections_of_different_observations_add_up():
    first = message(1, *coded("C", imaging__modality="none"), status="C")
    second = message(2, *coded("C", catheter__disposition="removed_same_day"), status="C")
    assert in_any_order(WHOLE, first, second)[0] == ["62322"]


def test_a_report_that_repeats_everything_replaces_everything():
    again = {name: value for name, value in OBSERVED.items() if name != "imaging.modality"}
    lines = [*coded(**again)[:-1], *coded("C", catheter__disposition="left_indwelling")]
    assert in_any_order(WHOLE, message(1, *lines, status="C"))[1] == {"imaging.modality"}


def test_a_correction_that_repeats_the_time_of_the_report_counts_by_the_time_of_its_message():
    first = message(0, *coded(), reported="20260302090000")
    later = message(1, *coded("C", imaging__modality="none"), status="C", reported="20260302090000")
    assert in_any_order(first, later)[0] == ["62326"]


def test_a_message_without_observations_changes_none():
    assert in_any_order(WHOLE, message(1, status="F"))[0] == ["62327"]


def test_a_correction_of_a_report_that_was_taken_back_does_not_bring_it_back():
    back = message(1, *coded(), status="X")
    codes, _, documented = charted(WHOLE, back, message(2, *coded("C", imaging__modality="none"), status="C"))
    assert codes == []
    assert documented.values("target") == ()


def test_a_corrected_text_is_read_where_the_text_was_that_it_corrects():
    """Under its heading: the words of a plan document nothing, whichever message brings them."""
    others = coded(**{name: value for name, value in OBSERVED.items() if name != "catheter.disposition"})
    first = message(0, *others, *text(FINDINGS, PLAN))
    assert charted(first)[0] == ["62327"]
    planned = message(1, *text((FINDINGS[0], "See plan."), (PLAN[0], FINDINGS[1]), status="C"), status="C")
    codes, asked, _ = in_any_order(first, planned)
    assert (codes, asked) == ([], {"catheter.disposition"})
