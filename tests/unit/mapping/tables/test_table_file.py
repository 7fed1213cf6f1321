"""All tables together: which are asked, what one shuts out of another, which wait for one answer."""

from pathlib import Path

from service.domain.charge import CandidateCharge, Excluded, Proposal, Question
from service.domain.documentation import Documentation, Source, UnknownCode
from service.mapping.documented.stands import group
from service.mapping.lint.table_tests import given
from service.mapping.tables.evaluate import Tables, join_waiting, propose
from service.mapping.tables.table import Table
from tests.unit.mapping.small_tables import VOCABULARY, written

BODY = """
applies_when: {status: {eq: completed, if_unknown: pass}}
facts: {it: {ask_about: device, evidence: [{if: {device: {in: [needle, catheter]}}, then: it}]}}
decide: {hit: unique, columns: [it, code], rows: [[it, "62320"]]}
"""


def table(folder: Path, name: str, concerns: str, more: str = "") -> Table:
    return written(folder, f"concerns: {concerns}\n{BODY}{more}", name)


def concerned(tables: Tables, *untranslated: str, **elements: object) -> list[str]:
    found = group(given({}, elements, VOCABULARY))
    return [each.name for each in tables.concerned(found, frozenset(untranslated))]


def test_a_table_is_asked_when_its_value_or_any_value_of_its_element_is_documented(tmp_path: Path) -> None:
    tables = Tables(
        [
            table(tmp_path, "both", "{device: [needle], target: any}"),
            table(tmp_path, "needles", "{device: [needle]}"),
            table(tmp_path, "targets", "{target: any}"),
        ]
    )
    assert concerned(tables, device="needle") == ["both", "needles"]
    assert concerned(tables, device="catheter") == []
    assert concerned(tables, target="disc") == ["both", "targets"]
    assert concerned(tables, device="needle", target="disc") == ["both", "needles", "targets"]
    assert concerned(tables, status="completed") == []


def test_a_code_that_nobody_translated_may_be_any_value(tmp_path: Path) -> None:
    tables = Tables([table(tmp_path, "needles", "{device: [needle]}")])
    assert concerned(tables, "device") == ["needles"]
    unknown = UnknownCode("device", "LOCAL-7", Source("OBX-5"))
    (proposal,) = propose(tables, Documentation("p", (), unknown=(unknown,)))
    assert [(question.element, question.blocking) for question in proposal.questions] == [("device", True)]


def test_what_is_documented_beside_a_code_that_nobody_translated_settles_nothing(tmp_path: Path) -> None:
    tables = Tables([table(tmp_path, "needles", "{device: [needle]}")])
    documented = given({}, {"device": "needle"}, VOCABULARY).elements
    unknown = UnknownCode("device", "LOCAL-7", Source("OBX-5"))
    (proposal,) = propose(tables, Documentation("p", documented, unknown=(unknown,)))
    assert (proposal.candidates, [each.element for each in proposal.questions]) == ((), ["device"])


def candidate(code: str, name: str, beside: str = "") -> CandidateCharge:
    return CandidateCharge(code, name, 1, beside=beside)


def proposal(name: str, *candidates: CandidateCharge, confirms: tuple[str, ...] = ()) -> Proposal:
    questions = tuple(Question(element, "?", blocking=False) for element in confirms)
    return Proposal(name, "", candidates, questions)


def shutting_out(folder: Path, *codes: str) -> Tables:
    listed = ", ".join(f'"{code}"' for code in codes)
    return Tables([table(folder, "strict", "{device: any}", f"never_with: [{listed}]\n")])


def test_what_is_shut_out_is_taken_out_of_other_tables_and_said(tmp_path: Path) -> None:
    strict, other = (
        proposal("strict", candidate("62320", "strict")),
        proposal("other", candidate("77003", "other"), candidate("20610", "other")),
    )
    kept, rest = shutting_out(tmp_path, "77003").shut_out([strict, other])
    assert kept == strict
    assert [each.code for each in rest.candidates] == ["20610"]
    assert rest.excluded == (Excluded("77003", "other", "62320", "strict"),)


def test_a_table_that_proposes_nothing_shuts_nothing_out(tmp_path: Path) -> None:
    asking, other = proposal("strict", confirms=("device",)), proposal("other", candidate("77003", "other"))
    assert shutting_out(tmp_path, "77003").shut_out([asking, other]) == (asking, other)


def test_a_table_does_not_shut_out_its_own(tmp_path: Path) -> None:
    own = proposal("strict", candidate("62320", "strict"), candidate("77003", "strict", "62320"))
    assert shutting_out(tmp_path, "77003").shut_out([own]) == (own,)


def test_what_stands_beside_a_code_goes_with_it_and_so_does_what_stands_beside_that(tmp_path: Path) -> None:
    other = proposal(
        "other",
        candidate("20610", "other"),
        candidate("20611", "other", "20610"),
        candidate("20612", "other", "20611"),
        candidate("20600", "other"),
        candidate("20601", "other", "20600"),
    )
    strict = proposal("strict", candidate("62320", "strict"))
    _, rest = shutting_out(tmp_path, "20610").shut_out([strict, other])
    assert [each.code for each in rest.candidates] == ["20600", "20601"]
    assert [each.code for each in rest.excluded] == ["20610", "20611", "20612"]
    assert {(each.by_code, each.by_table) for each in rest.excluded} == {("62320", "strict")}


def test_what_was_to_be_confirmed_beside_a_code_that_is_gone_is_asked_no_more(tmp_path: Path) -> None:
    other = proposal("other", candidate("77003", "other"), confirms=("device",))
    strict = proposal("strict", candidate("62320", "strict"))
    _, rest = shutting_out(tmp_path, "77003").shut_out([strict, other])
    assert (rest.candidates, rest.questions) == ((), ())
    assert [each.code for each in rest.excluded] == ["77003"]


def waiting(name: str, *asked: str, between: tuple[str, ...] = (), conflict: bool = False) -> Proposal:
    questions = (Question(element, name, True, between, name, conflict) for element in asked)
    return Proposal(name, "", questions=tuple(questions))


def test_tables_that_wait_for_one_answer_become_one_question_between_all_their_codes() -> None:
    first = waiting("first", "device", between=("62320", "62322"))
    (joined,) = join_waiting((first, waiting("second", "device", between=("62322", "62270"), conflict=True)))
    (question,) = joined.questions
    assert (joined.table, question.wording) == ("first", "first")
    assert question.between == ("62320", "62322", "62270")
    assert question.conflict


def test_a_table_that_waits_for_two_answers_joins_those_that_wait_for_either() -> None:
    apart = (waiting("first", "device"), waiting("second", "target"))
    assert join_waiting(apart) == apart
    (joined,) = join_waiting((*apart, waiting("third", "target", "device")))
    assert (joined.table, [each.element for each in joined.questions]) == ("first", ["device", "target"])


def test_joined_questions_stand_where_the_first_stood_and_codes_stay_where_they_were() -> None:
    proposed = proposal("coded", candidate("20610", "coded"), confirms=("device",))
    joined = join_waiting(
        (
            waiting("first", "target"),
            proposed,
            waiting("alone", "intent"),
            waiting("second", "device"),
            waiting("third", "target"),
        )
    )
    assert [each.table for each in joined] == ["first", "coded", "alone", "second"]
    assert joined[1] == proposed


def test_a_code_is_not_held_back_by_a_question_that_another_table_waits_for() -> None:
    proposed = proposal("coded", candidate("20610", "coded"), confirms=("device",))
    both = (waiting("first", "device"), proposed)
    assert join_waiting(both) == both
