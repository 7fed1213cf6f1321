"""Messages that name a thing differently and yet speak of one procedure: charted as one, in any order."""

import itertools

import pytest

from service.domain.charge import ChargeKind
from tests.integration.pipeline.conftest import GUIDED, approve, post_all, queue
from tests.integration.pipeline.histories import message, note, observed, segment, unnumbered

LEFT = {"catheter__disposition": "left_indwelling"}
WITHOUT_OUTCOME = {**GUIDED, "catheter__disposition": ""}


def oru(patient, hour=0, filler="F1", placer="P1", elements=GUIDED, status="F", **obr):
    order = segment(
        "OBR", f1="1", f2=placer, f3=filler, **{"f4": "EPI", "f7": "20270110080000", **obr}, f25=status
    )
    return message("ORU^R01", hour, patient, order, *observed(elements))


def addendum(patient, hour, number="D-2", parent="D-1", **txa):
    return note("T06", hour, patient, LEFT, number, only=True, f13=parent, **txa)


@pytest.fixture
def ends(database, take):
    """What the queue shows for messages in every order of arrival, each order for a patient of its own."""

    def play(history):
        count = len(history("P"))
        found = set()
        for number, order in enumerate(itertools.permutations(range(count))):
            told = history(f"P{number}")
            take(*(told[at].replace(b"|P|2.5.1", b"-%d|P|2.5.1" % number) for at in order))
            found.add(str(shown(database, f"P{number}")))
        return found

    return play


def shown(database, patient):
    lines = queue(database)
    return [
        (line.kind.value, line.code) for line in lines if line.content["context"]["patient_id"] == patient
    ]


CHARGED = {"[('CG', '62327')]"}


def oru_addendum(patient, hour, elements=LEFT, *, parent="P1^F1", service="ADD", **obr):
    """A report without a number of its own; it documents these elements alone."""
    order = segment("OBR", f1="1", f4=service, f7="20270110080000", f25="F", f29=parent, **obr)
    names = {name.replace("__", ".") for name in elements}
    told = [line for line in observed(elements) if line.split("|")[3] in names]
    return message("ORU^R01", hour, patient, order, *told)


PARENTS = {
    "both numbers": "P1&HIS^F1&RIS",
    "the filler's": "^F1",
    "the placer's": "P1",
}


@pytest.mark.parametrize("parent", PARENTS.values(), ids=PARENTS)
@pytest.mark.parametrize("service", ["ADD", "EPI"], ids=["another service", "its parent's service"])
def test_an_addendum_to_a_report_is_found_by_its_parent(ends, parent, service):
    def told(p):
        return [oru(p, elements=WITHOUT_OUTCOME), oru_addendum(p, 1, parent=parent, service=service)]

    assert ends(told) == CHARGED


def test_the_parent_may_be_named_in_the_common_order(ends):
    def told(p):
        added = oru_addendum(p, 1, parent="").replace(
            b"OBR|", segment("ORC", f1="RE", f8="^F1").encode() + b"\rOBR|"
        )
        return [oru(p, elements=WITHOUT_OUTCOME), added]

    assert ends(told) == CHARGED


@pytest.mark.parametrize("service", ["ADD", "EPI"], ids=["another service", "its parent's service"])
def test_an_addendum_to_a_report_goes_when_the_report_does(ends, service):
    def told(p):
        told_again = oru(p, 1, filler="", placer="", f4=service, f29="P1^F1")
        return [oru(p), told_again, oru(p, 2, status="X")]

    assert ends(told) == {"[]"}


def test_two_addenda_of_one_report_both_count(ends):
    def told(p):
        image = {"imaging__modality": "fluoroscopy"}
        report = oru(p, elements={"imaging__modality": "", "catheter__disposition": ""})
        return [report, oru_addendum(p, 1), oru_addendum(p, 2, image)]

    assert ends(told) == CHARGED


IMAGE = {"imaging__modality": "fluoroscopy"}
WITHOUT_BOTH = {"imaging__modality": "", "catheter__disposition": ""}
SAID_OF_NO_OTHER = {
    "reports": lambda p: [oru(p, elements=WITHOUT_BOTH), oru_addendum(p, 1), oru_addendum(p, 2, IMAGE)],
    "notes": lambda p: [
        note("T02", 0, p, {**GUIDED, **WITHOUT_BOTH}),
        note("T06", 1, p, LEFT, only=True),
        note("T06", 2, p, IMAGE, only=True),
    ],
}


@pytest.mark.parametrize("told", SAID_OF_NO_OTHER.values(), ids=SAID_OF_NO_OTHER)
@pytest.mark.parametrize("made", [b"202701101100", b""], ids=["in one minute", "nobody says when"])
def test_two_addenda_that_their_control_ids_alone_tell_apart_both_count(ends, told, made):
    def at_once(p):
        first, *addenda = told(p)
        return [first, *(_made(each, made) for each in addenda)]

    assert ends(at_once) == CHARGED


def _made(told, time):
    """The message with another MSH-7."""
    fields = told.split(b"|")
    return b"|".join([*fields[:6], time, *fields[7:]])


def test_a_correction_without_a_number_is_of_the_report_and_not_beside_it(ends):
    removed = {**GUIDED, "catheter__disposition": "removed_same_day"}

    def told(p):
        return [oru(p), oru(p, 1, filler="", placer="", elements=removed, status="C", f29="P1^F1")]

    assert ends(told) == {"[('CG', '62323')]"}


def test_what_has_a_number_of_its_own_is_another_order_than_its_parent(ends):
    def told(p):
        return [oru(p, elements=WITHOUT_OUTCOME), oru(p, 1, "F2", "", elements=LEFT, f29="P1^F1")]

    assert ends(told).isdisjoint(CHARGED)


@pytest.mark.parametrize("order", ["", "F1"], ids=["no order", "an order"])
def test_a_cancellation_that_names_the_document_alone_finds_its_note(ends, order):
    assert ends(lambda p: [note("T02", 0, p, GUIDED, f15=order), note("T11", 1, p, GUIDED)]) == {"[]"}


@pytest.mark.parametrize("order", ["", "F1"], ids=["no order", "an order"])
def test_an_addendum_that_names_its_parent_alone_adds_to_it(ends, order):
    told = lambda p: [note("T02", 0, p, WITHOUT_OUTCOME, f15=order), addendum(p, 1)]  # noqa: E731
    assert ends(told) == CHARGED


def test_a_chain_of_replacements_is_one_procedure(ends):
    assert (
        ends(
            lambda p: [
                note("T02", 0, p, {"imaging__modality": "none"}),
                note("T10", 1, p, {**GUIDED, "catheter__disposition": "removed_same_day"}, "D-2", f13="D-1"),
                note("T10", 2, p, GUIDED, "D-3", f13="D-2"),
            ]
        )
        == CHARGED
    )


def test_a_note_that_knows_only_the_placers_number_is_of_the_report_that_knows_both(ends):
    assert (
        ends(lambda p: [oru(p, elements=WITHOUT_OUTCOME), note("T02", 1, p, LEFT, only=True, f14="P1")])
        == CHARGED
    )


def test_one_note_of_two_orders_leaves_them_two_and_its_cancellation_takes_back_both(database, take):
    take(note("T02", 0, "P1", GUIDED, f15="F1"), note("T02", 1, "P1", GUIDED, f15="F2"))
    assert shown(database, "P1") == [("CG", "62327"), ("CG", "62327")]
    take(note("T11", 2, "P1", GUIDED))
    assert shown(database, "P1") == []


def test_what_another_patient_names_alike_is_another(database, take):
    take(note("T02", 0, "P1", GUIDED, f15="F1"), note("T11", 1, "P2", GUIDED))
    assert shown(database, "P1") == [("CG", "62327")]


def test_a_charge_goes_along_when_its_note_turns_out_to_be_of_another_message_s_order(database, take, coder):
    take(note("T02", 0, "P1", GUIDED, f14="P-7"))
    approve(database, coder, queue(database)[0])
    post_all(database)
    take(oru("P1", 1, placer="P-7"))
    assert queue(database) == [], "neither a second charge nor a credit"
    take(
        note("T02", 2, "P1", {"imaging__modality": "none"}, f14="P-7"), oru("P1", 3, placer="P-7", status="X")
    )
    (correction,) = queue(database)
    assert (correction.kind, correction.code) == (ChargeKind.CHARGE, "62326")
    approve(database, coder, correction)
    assert queue(database) == []


def test_what_was_charged_twice_before_it_was_known_to_be_one_is_taken_back_once(database, take, coder):
    take(note("T02", 0, "P1", GUIDED), oru("P1", 1))
    for line in queue(database):
        approve(database, coder, line)
    post_all(database)
    take(note("T08", 2, "P1", GUIDED, f14="P1"))
    (credit,) = queue(database)
    assert (credit.kind, credit.code) == (ChargeKind.CREDIT, "62327")
    approve(database, coder, credit)
    assert queue(database) == []


def test_what_is_said_of_an_order_is_not_said_of_its_children(database, take):
    child = oru("P1", 1, "F2", "", elements=WITHOUT_OUTCOME, f29="P1^F1")
    take(oru("P1", elements=WITHOUT_OUTCOME), child, note("T02", 2, "P1", LEFT, only=True, f14="P1"))
    assert sorted(code for _, code in shown(database, "P1")) == ["", "62327"]


def elsewhere(told):
    return told.replace(b"^^^HOSP^MR", b"^^^ELSEWHERE^MR")


REMOVED = {"catheter__disposition": "removed_same_day"}
OF_ONE_SOURCE = {
    "the report's": lambda one, other: (unnumbered(one), other),
    "the note's": lambda one, other: (one, unnumbered(other)),
}


@pytest.mark.parametrize("told_by", OF_ONE_SOURCE.values(), ids=OF_ONE_SOURCE)
@pytest.mark.parametrize(
    ("of_report", "of_note", "expected"),
    [
        (WITHOUT_OUTCOME, REMOVED, "[('CG', '62323')]"),
        ({**GUIDED, "imaging__modality": ""}, IMAGE, "[('CG', '62327')]"),
    ],
    ids=["a note that is asked about alone", "a note that says nothing alone"],
)
def test_an_order_is_one_though_one_source_leaves_out_who_numbered_its_patient(
    ends, told_by, of_report, of_note, expected
):
    def told(p):
        return told_by(oru(p, elements=of_report), note("T02", 1, p, of_note, only=True, f15="F1"))

    assert ends(told) == {expected}


@pytest.mark.parametrize("told_by", OF_ONE_SOURCE.values(), ids=OF_ONE_SOURCE)
def test_a_cancellation_is_of_its_order_though_one_source_leaves_out_who_numbered_its_patient(ends, told_by):
    assert ends(lambda p: told_by(oru(p), oru(p, 2, status="X"))) == {"[]"}


def test_of_which_authority_a_number_is_nobody_guesses(ends):
    """Two authorities have that number: the note may be of either's patient."""

    def told(p):
        report = oru(p, elements=WITHOUT_OUTCOME)
        return [report, elsewhere(report), unnumbered(note("T02", 1, p, LEFT, only=True, f15="F1"))]

    assert ends(told) == {"[('CG', ''), ('CG', ''), ('CG', '')]"}


@pytest.mark.parametrize("born", [b"19610101", b""], ids=["another day", "not said"])
def test_a_number_without_an_authority_is_one_s_who_was_born_on_that_day_alone(ends, born):
    def told(p):
        late = note("T02", 1, p, LEFT, only=True, f15="F1").replace(b"19600101", born)
        return [oru(p, elements=WITHOUT_OUTCOME), unnumbered(late)]

    assert ends(told) == {"[('CG', ''), ('CG', '')]"}


def test_an_addendum_goes_with_its_note_to_the_patient_who_was_numbered_elsewhere(ends):
    def told(p):
        noted = unnumbered(note("T02", 1, p, IMAGE, only=True, f15="F1"))
        return [oru(p, elements=WITHOUT_BOTH), noted, unnumbered(addendum(p, 2))]

    assert ends(told) == CHARGED


def test_what_was_charged_before_anybody_said_who_numbered_the_patient_stands(database, take, coder):
    take(unnumbered(oru("P1")))
    approve(database, coder, queue(database)[0])
    post_all(database)
    take(oru("P1", 1))
    assert queue(database) == [], "neither a second charge nor a credit"
    take(unnumbered(oru("P1", 2, elements={"imaging__modality": "none"})))
    (correction,) = queue(database)
    assert (correction.code, bool(correction.corrects)) == ("62326", True)
    assert correction.content["context"]["patient_id_authority"] == "HOSP"
