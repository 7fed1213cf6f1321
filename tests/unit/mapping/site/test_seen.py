"""Local codes that came and that nobody has translated: where, how often, and which known one is near."""

from pathlib import Path

import pytest

from service.domain.documentation import Source, UnknownCode
from service.domain.feed import Feed
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.site.feeds import load_feed
from service.mapping.site.seen import Seen, count, untranslated

VOCABULARY = read_vocabulary(Path(__file__).parents[4] / "mappings" / "vocabulary.yaml")
FEED = """\
format: feed/1
title: a source
messages: hl7v2
accepts: [ORU^R01]
each: OBR
elements:
  service_date: {paths: [OBR-7]}
  imaging.modality:
    paths: ["OBX[3.1=IMG]-5"]
    values: {FLU: fluoroscopy}
"""


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    path = tmp_path / "a-source.yaml"
    path.write_text(FEED)
    return load_feed(path, VOCABULARY)


def told(feed: Feed, *documents: list[tuple[str, str]]) -> list[str]:
    seen = Seen()
    for codes in documents:
        count(seen, feed, [UnknownCode(name, text, Source("OBX[1]-5")) for name, text in codes])
    return [f"{each.line}: {each.message}" for each in untranslated([feed], VOCABULARY, seen)]


def test_a_code_is_told_with_the_line_of_its_element_how_often_and_the_nearest_one(feed: Feed) -> None:
    assert told(
        feed, [("imaging.modality", "FLUO"), ("imaging.modality", "FLUO ")], [("target", "epidurl")]
    ) == [
        "8: imaging.modality: the code 'FLUO' came 1 time, and stands for no value; nearest: flu",
        "1: target: the code 'epidurl' came 1 time, and stands for no value; nearest: epidural",
    ]


def test_the_commonest_comes_first(feed: Feed) -> None:
    rare, common = [("imaging.modality", "AAA")], [("imaging.modality", "ZZZ")]
    assert [line.split("'")[1] for line in told(feed, rare, common, common)] == ["ZZZ", "AAA"]


@pytest.mark.parametrize("text", ["for Mr Testperson", "MRN12345678", "x" * 21])
def test_what_may_be_a_patients_own_is_told_by_its_length(feed: Feed, text: str) -> None:
    (line,) = told(feed, [("imaging.modality", text)])
    assert f"a text of {len(text)} characters" in line
    assert text not in line


def test_words_that_many_documents_have_are_a_code(feed: Feed) -> None:
    document = [("imaging.modality", "by image intensifier")]
    assert "the code 'by image intensifier' came 3 times" in told(feed, document, document, document)[0]


def test_what_is_no_code_is_left_out(feed: Feed) -> None:
    assert told(feed, [("service_date", "yesterday")]) == []
