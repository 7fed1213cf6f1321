"""What takes something back in words that no phrase has is asked about: behind clean and in whole notes."""

from pathlib import Path

import pytest
import yaml

from service.mapping import Mappings, load
from service.pipeline.chart import Reader
from tests.mapping_cases import MAPPINGS, NARRATIVE, Outcome, run

DATA = Path(__file__).parents[3] / "data"
NOTES = yaml.safe_load((DATA / "sentences.yaml").read_text())
WHOLE = yaml.safe_load((DATA / "whole_notes.yaml").read_text())
HEADER = {
    "service_date": "2026-03-02",
    "encounter.setting": "professional",
    "encounter.pos": "11",
    "encounter.payer": "commercial",
}
EACH = [
    pytest.param(each, sentence, kind, id=f"{kind}: {sentence}")
    for each in NOTES
    for kind in ("asked", "unasked")
    for sentence in each[kind]
]


@pytest.fixture(scope="module")
def mappings() -> Mappings:
    return load(MAPPINGS)


@pytest.fixture(scope="module")
def reader(mappings: Mappings) -> Reader:
    return Reader(mappings)


def outcome(mappings: Mappings, reader: Reader, note: str) -> Outcome:
    return run(mappings, reader, {"header": HEADER, "note": note}, NARRATIVE)


@pytest.mark.parametrize(("each", "sentence", "kind"), EACH)
def test_a_sentence_more(mappings: Mappings, reader: Reader, each: dict, sentence: str, kind: str) -> None:
    plain = outcome(mappings, reader, each["note"])
    came = outcome(mappings, reader, each["note"] + sentence)
    assert (plain.codes, plain.asks) == (set(each["codes"]), ())
    if kind == "unasked":
        assert came == plain
    else:
        assert {*came.asks, *came.confirms} - {*plain.confirms}


@pytest.mark.parametrize("each", WHOLE, ids=range(1, len(WHOLE) + 1))
def test_a_whole_note(mappings: Mappings, reader: Reader, each: dict) -> None:
    came = run(mappings, reader, {"header": {}, **each}, NARRATIVE)
    if "codes" in each:
        assert (set(came.lines), came.asks, "status" in came.confirms) == (set(each["codes"]), (), False)
    else:
        assert came.codes <= set(each["trap"]) or came.asks or {"status", "csf.obtained"} & {*came.confirms}
