"""What is asked beside a code, or where it is settled that there is none."""

from pathlib import Path

import pytest

from service.domain.charge import Proposal, Question
from service.mapping.tables.evaluate import join_waiting
from service.mapping.tables.table import Table
from tests.unit.mapping.small_tables import said, written

NONE = """
concerns: {target: any}
applies_when: {target: {in: [epidural, disc, facet_joint]}}
facts:
  space:
    ask_about: target
    evidence:
      - {if: {target: {eq: epidural}}, then: epidural}
      - {if: {target: {eq: disc}}, then: disc}
      - {if: {target: {eq: facet_joint}}, then: joint}
decide: {hit: unique, columns: [space, code], rows: [[epidural, "62323"], [disc, none], [joint, "64493"]]}
rank: ["62323", "64493"]
modifiers: [{add: GC, if: {teaching.resident: {eq: true}, encounter.payer: {eq: medicare}}}]
overlays: [{name: nothing, if: {device: {eq: stimulator_lead}}, codes: {"64493": none}}]
confirm: [{ask: approach, if: {approach: unknown}LIMIT}]
"""
WITH_CODE = ', on: ["62323", "64493"]'


def table(folder: Path, limit: str = "") -> Table:
    return written(folder, NONE.replace("LIMIT", limit))


def test_a_row_without_a_code_keeps_its_question(tmp_path: Path) -> None:
    told = said(table(tmp_path), target="disc")
    assert (told.lines, told.asks, told.confirms) == ([], {}, {"approach"})


def test_an_overlay_that_takes_the_code_away_leaves_the_question(tmp_path: Path) -> None:
    told = said(table(tmp_path), target="facet_joint", device="stimulator_lead")
    assert (told.lines, told.asks, told.confirms) == ([], {}, {"approach"})


@pytest.mark.parametrize(
    ("target", "device", "lines", "confirms"),
    [
        ("epidural", "needle", ["62323"], {"approach"}),
        ("facet_joint", "needle", ["64493"], {"approach"}),
        ("facet_joint", "stimulator_lead", [], set()),
        ("disc", "needle", [], set()),
    ],
)
def test_it_is_asked_only_beside_the_codes_that_are_named(
    tmp_path: Path, target: str, device: str, lines: list[str], confirms: set[str]
) -> None:
    told = said(table(tmp_path, WITH_CODE), target=target, device=device)
    assert (told.lines, told.confirms) == (lines, confirms)
    assert told.is_silent == (not lines)


def test_nothing_to_ask_and_no_code_is_silence(tmp_path: Path) -> None:
    assert said(table(tmp_path), target="disc", approach="posterior").is_silent


def test_where_there_is_no_code_a_modifier_asks_nothing(tmp_path: Path) -> None:
    more = {"approach": "posterior", "teaching__resident": True}
    assert said(table(tmp_path), target="disc", **more).is_silent
    assert said(table(tmp_path), target="epidural", **more).confirms == {"encounter.payer"}


def asking(name: str, element: str, *, blocking: bool) -> Proposal:
    return Proposal(name, "", questions=(Question(element, "?", blocking),))


def test_what_only_asks_to_confirm_waits_for_nobody() -> None:
    proposals = asking("a", "approach", blocking=False), asking("b", "approach", blocking=True)
    assert join_waiting(proposals) == proposals


def test_joined_questions_are_blocking_if_one_is() -> None:
    beside = Question("approach", "?", blocking=False)
    one = asking("a", "target", blocking=True)
    one = Proposal("a", "", questions=(*one.questions, beside))
    other = Proposal(
        "b", "", questions=(Question("target", "?", blocking=True), Question("approach", "?", blocking=True))
    )
    (joined,) = join_waiting((one, other))
    assert {question.element: question.blocking for question in joined.questions} == {
        "target": True,
        "approach": True,
    }
