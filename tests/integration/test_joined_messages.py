"""Which messages speak of one procedure, by the shipped feeds, and what they document together."""

from collections import defaultdict

import pytest

from service import hl7
from service.domain.documentation import Documentation
from service.domain.event import Event, Format
from service.mapping import Senses, Understood, choose_feed, combine, propose
from tests.shipped import shipped_mappings

MAPPINGS = shipped_mappings()
NAMES = frozenset(MAPPINGS.vocabulary.names)
ELEMENTS = {
    "status": "completed",
    "intent": "postop_analgesia",
    "target": "epidural",
    "approach": "interlaminar",
    "entry_levels": "L2-L3",
    "device": "catheter",
    "substances.class": "local_anesthetic",
    "imaging.modality": "fluoroscopy",
    "imaging.images_archived": "Y",
}
LEFT = "The epidural catheter was left in place."
OUT = "The epidural catheter was removed, tip intact."

Message = tuple[str, list[str]]  # MSH-9, segments


def segment(name: str, **fields: str) -> str:
    """A segment of fields named f1, f2, ..."""
    values = {int(n[1:]): value for n, value in fields.items()}
    return "|".join([name, *(values.get(n, "") for n in range(1, max(values) + 1))])


def report(order: str = "F1^PAIN", **more: str) -> Message:
    """An ORU with every element but what became of the catheter."""
    lines = [f"OBX|{n}|ST|{k}||{v}||||||F" for n, (k, v) in enumerate({**ELEMENTS, **more}.items(), 1)]
    return "ORU^R01", [segment("OBR", f3=order, f4="EPI", f7="20260302090000", f25="F"), *lines]


def note(text: str, number: str = "D-1", *, parent: str = "", order: str = "", event: str = "T02") -> Message:
    txa = segment("TXA", f2="PN", f4="20260302090000", f12=number, f13=parent, f15=order, f17="AU")
    return f"MDM^{event}", [txa, segment("OBX", f1="1", f2="TX", f3="1^Procedure note", f5=text, f11="F")]


def charge(number: str = "T1", code: str = "62323", day: str = "20260302", **more: str) -> Message:
    return "DFT^P03", [segment("FT1", f2=number, f4=day, f6="CG", f25=f"{code}^^C4", **more)]


def snapshot(*procedures: str, event: str = "A08") -> Message:
    return f"ADT^{event}", list(procedures)


def done(code: str = "62273", time: str = "20260302093000", number: str = "", **more: str) -> str:
    return segment("PR1", f3=f"{code}^^C4", f5=time, f19=number, **more)


def read(*messages: Message) -> dict[str, Documentation]:
    """Every procedure of messages that came one minute after the other."""
    parts: dict[str, list[Understood]] = defaultdict(list)
    for n, (kind, segments) in enumerate(messages):
        feed = choose_feed(MAPPINGS.feeds, format=Format.HL7V2, message_type=kind, fields={})
        assert feed is not None
        head = [f"MSH|^~\\&|ANY|HOSP|||2026030312{n:02}00||{kind}|M{n}|P|2.5.1", "PID|1||P1^^^HOSP^MR"]
        body = "\r".join([*head, "PV1|1|I|||||||||||||||||V1", *segments]).encode()
        event = Event(f"e{n}", "main", Format.HL7V2, "ANY|HOSP", kind, f"M{n}", 0.0, n, body)
        for said in hl7.Extractor(feed, NAMES).extract(event):
            parts[said.procedure_key].append(
                Senses(MAPPINGS.vocabulary, MAPPINGS.terms, feed).understand(said)
            )
    return {key: combine(key, found) for key, found in parts.items()}


def outcome(documentation: Documentation) -> tuple[list[str], list[str]]:
    """The codes that are proposed, and what must be answered before there is one."""
    proposals = propose(MAPPINGS.tables, documentation)
    codes = [candidate.code for each in proposals for candidate in each.candidates]
    return codes, [q.element for each in proposals for q in each.questions if q.blocking]


def one(*messages: Message) -> Documentation:
    (documentation,) = read(*messages).values()
    return documentation


# ---- orders --------------------------------------------------------------------------------------


def test_a_report_its_note_and_its_charge_are_one_procedure() -> None:
    found = one(report(), note(LEFT, order="F1^PAIN"), charge(f23="F1^PAIN"))
    assert found.procedure_key == "order:F1"
    assert outcome(found) == (["62327"], [])
    assert [each.code for each in found.stated] == ["62323"]


@pytest.mark.parametrize("order", ["F1^PAIN", "F1^pain", "F1", "F1^PAIN^1.2.3^ISO"])
def test_a_number_without_a_namespace_is_the_same_order(order: str) -> None:
    assert outcome(one(report(), note(LEFT, order=order))) == (["62327"], [])


def test_another_number_is_another_order() -> None:
    assert len(read(report(), note(LEFT, order="F2^PAIN"))) == 2


@pytest.mark.parametrize("first", ["F1^PAIN", "F1"])
def test_two_orders_of_one_number_are_never_put_together_to_a_code(first: str) -> None:
    """The note may be about the other order: what is said under either settles nothing."""
    codes, asked = outcome(
        one(report("F1^PAIN"), note(LEFT, order="F1^OTHER"), note(LEFT, "D-2", order=first))
    )
    assert codes == []
    assert {"target", "entry_levels", "catheter.disposition"} <= set(asked)


# ---- documents and their parents -----------------------------------------------------------------


@pytest.mark.parametrize("order", ["", "F1"], ids=["by its parent", "by its order"])
@pytest.mark.parametrize("event", ["T09", "T10"])
def test_a_replacement_takes_the_place_of_its_parent(order: str, event: str) -> None:
    first = note(f"{LEFT} Under fluoroscopy the needle was advanced.", order=order)
    found = one(first, note(OUT, "D-2", parent="D-1", order=order, event=event))
    assert found.values("catheter.disposition") == ("removed",)
    assert found.values("imaging.modality") == ()


@pytest.mark.parametrize("order", ["", "F1"], ids=["by its parent", "by its order"])
def test_an_addendum_adds_to_its_parent(order: str) -> None:
    first = note(f"{LEFT} Under fluoroscopy the needle was advanced.", order=order)
    found = one(first, note(OUT, "D-2", parent="D-1", order=order, event="T06"))
    assert set(found.values("catheter.disposition")) == {"left_indwelling", "removed"}
    assert found.values("imaging.modality") == ("fluoroscopy",)


def test_an_edit_is_a_later_version_of_its_document() -> None:
    assert one(note(LEFT), note(OUT, event="T08")).values("catheter.disposition") == ("removed",)


def test_a_replacement_that_is_cancelled_does_not_bring_its_parent_back() -> None:
    first, second = note(LEFT), note(OUT, "D-2", parent="D-1", event="T10")
    assert one(first, second, note(OUT, "D-2", parent="D-1", event="T11")).withdrawn


# ---- a later removal -----------------------------------------------------------------------------


def test_a_later_note_of_the_removal_reopens_what_was_left_in_place() -> None:
    placed = [report(), note(LEFT, order="F1")]
    assert outcome(one(*placed)) == (["62327"], [])
    for text in (OUT, "Epidural catheter discontinued, tip intact."):
        assert outcome(one(*placed, note(text, "D-2", order="F1"))) == ([], ["catheter.disposition"])


@pytest.mark.parametrize(
    ("time", "code"),
    [("20260302180000-0600", "62323"), ("20260303060000-0600", "62327")],
    ids=["same day", "next"],
)
def test_the_time_of_the_removal_settles_it_again(time: str, code: str) -> None:
    placed = report(**{"catheter.removed_at": time, "encounter.tz": "America/Chicago"})
    assert outcome(one(placed, note(LEFT, order="F1"), note(OUT, "D-2", order="F1"))) == ([code], [])


# ---- snapshots and charge lines ------------------------------------------------------------------


def stated(found: dict[str, Documentation]) -> dict[str, list[str]]:
    return {key: [each.code for each in documentation.stated] for key, documentation in found.items()}


def test_a_snapshot_that_is_sent_again_tells_of_the_same_procedure() -> None:
    later = done(time="20260302110000-0600")
    found = read(snapshot(done()), snapshot(later), ("BAR^P05", [done()]), snapshot(done(), event="A03"))
    assert stated(found) == {"visit_code_day:V1+62273+2026-03-02": ["62273"]}


def test_of_a_procedure_the_last_snapshot_counts() -> None:
    assert one(snapshot(done()), snapshot(done(f20="D"))).withdrawn
    (code,) = one(snapshot(done(f16="RT")), snapshot(done(f16="LT"))).stated
    assert code.modifiers == ("LT",)


@pytest.mark.parametrize(
    "other",
    [done("62270"), done(time="20260303093000"), done(number="PX-2")],
    ids=["another code", "another day", "a number of its own"],
)
def test_another_procedure_of_a_snapshot_is_another(other: str) -> None:
    assert len(read(snapshot(done(), other), snapshot(done(), other))) == 2


def test_the_same_code_twice_on_one_day_stays_two_procedures_however_often_it_is_sent() -> None:
    twice = snapshot(done(f16="RT"), done(f16="LT"))
    assert len(read(twice, twice, twice)) == 2


@pytest.mark.parametrize(
    ("first", "second", "procedures"),
    [
        pytest.param(charge(), charge(), 1, id="sent again"),
        pytest.param(charge(""), charge(""), 1, id="sent again, without FT1-2"),
        pytest.param(charge("1"), charge("1", "64483"), 2, id="FT1-2 counts the lines: another code"),
        pytest.param(charge("1"), charge("1", day="20260303"), 2, id="FT1-2 counts the lines: another day"),
        pytest.param(charge("T1"), charge("T2"), 2, id="two numbers"),
        pytest.param(charge("T1", f23="F1"), charge("T2", "77003", f23="F1"), 1, id="one order"),
    ],
)
def test_a_charge_line_is_told_by_number_visit_code_and_day(
    first: Message, second: Message, procedures: int
) -> None:
    assert len(read(first, second)) == procedures


def test_a_credit_takes_its_line_back() -> None:
    kind, (line,) = charge()
    assert one((kind, [line]), (kind, [line.replace("|CG|", "|CD|")])).withdrawn
