"""Feed files are checked against the vocabulary as they are read; the most specific feed takes a message."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.domain.errors import MappingError
from service.domain.event import Format
from service.domain.feed import Feed, Identity
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.site.feed_senders import (
    acknowledgement_mode,
    application_acks_to,
    refuses_out_of_sequence,
)
from service.mapping.site.feeds import choose_feed, load_feeds

MAPPINGS = Path(__file__).parents[4] / "mappings"
VOCABULARY = read_vocabulary(MAPPINGS / "vocabulary.yaml")
GOOD = """\
format: feed/1
title: A test
messages: hl7v2
accepts: [ORU^R01]
match: {MSH-3: DEPT, MSH-4: HILL}
each: OBR
timezone: America/Chicago
key:
  - {name: order, of: [OBR-3.1], namespace: OBR-3.2}
  - {name: done, of: [PV1-19.1, OBR-4.1], day: OBR-7}
replaces:
  - {name: note, of: [TXA-13.1], when: {MSH-9.2: [T10]}}
context:
  patient_id: [PID-3.1]
stated:
  code: [OBR-4]
elements:
  imaging.modality:
    paths: ["OBX[3.1=IMG]-5"]
    values: {01: fluoroscopy, ND: ""}
    fallback: ["01"]
constants:
  status: completed
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    folder = tmp_path / "mappings" / "feeds"
    folder.mkdir(parents=True)
    shutil.copy(MAPPINGS / "vocabulary.yaml", folder.parent)

    def write(**texts: str) -> Path:
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text)
        return folder

    return write


def shipped() -> tuple[Feed, ...]:
    return load_feeds(MAPPINGS / "feeds", VOCABULARY)


def test_a_feed_is_read_as_it_is_written(write: Write) -> None:
    (feed,) = load_feeds(write(hill=GOOD), VOCABULARY)
    assert (feed.name, feed.format, feed.accepts, feed.each) == ("hill", Format.HL7V2, ("ORU^R01",), "OBR")
    assert feed.match == {"MSH-3": "DEPT", "MSH-4": "HILL"}
    assert feed.stated_code == ("OBR-4",)
    assert feed.key == (
        Identity("order", ("OBR-3.1",), namespace="OBR-3.2"),
        Identity("done", ("PV1-19.1", "OBR-4.1"), day="OBR-7"),
    )
    assert feed.replaces == (Identity("note", ("TXA-13.1",), when={"MSH-9.2": ("T10",)}),)
    (element,) = feed.elements
    assert element.paths == ("OBX[3.1=IMG]-5",)
    assert element.values == {"01": "fluoroscopy", "nd": ""}
    assert element.fallback == ("01",)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("  imaging.modality:", "  imaging.modalty:", 18, "nearest: imaging.modality"),
        ("01: fluoroscopy", "01: fluroscopy", 20, "nearest: fluoroscopy"),
        ('fallback: ["01"]', 'fallback: ["02"]', 21, "'02' is not among the values of imaging.modality"),
        ("  status: completed", "  status: complet", 23, "nearest: complete"),
        ("  patient_id:", "  patient_di:", 14, "no field of the billing context; nearest: patient_id"),
        ("America/Chicago", "America/Chicag", 7, "is not an IANA time zone"),
        ("messages: hl7v2", "messages: hl7", 3, "nearest: hl7v2"),
        ("each: OBR", "each: OBR\neahc: OBR", 7, "unknown key 'eahc'; nearest: each"),
        ("{name: order, of: [OBR-3.1],", "{name: order, of: [],", 9, "key.0.of"),
        ("{name: order, of: [OBR-3.1],", "{of: [OBR-3.1],", 9, "'name' is missing"),
        ("{name: order,", "{name: Order number,", 9, "key.0.name"),
        ("each: OBR", "expect_every: 4 hours\neach: OBR", 6, "'4 hours' is no period: write 90m, 4h or 2d"),
        ("each: OBR", "expect_every: 0h\neach: OBR", 6, "is no period"),
        ("day: OBR-7", "days: OBR-7", 10, "unknown key 'days'; nearest: day"),
        ("  - {name: order, of: [OBR-3.1], namespace: OBR-3.2}", "  - OBR-3.1", 9, "key.0"),
    ],
    ids=[
        "element",
        "value",
        "fallback",
        "constant",
        "context",
        "time zone",
        "messages",
        "key",
        "identity of nothing",
        "identity without a name",
        "name with a space",
        "period in words",
        "no period",
        "key of an identity",
        "path alone",
    ],
)
def test_a_wrong_feed_is_refused(write: Write, right: str, wrong: str, line: int, message: str) -> None:
    with pytest.raises(MappingError) as refused:
        load_feeds(write(hill=GOOD.replace(right, wrong)), VOCABULARY)
    assert message in str(refused.value)
    assert (refused.value.file, refused.value.line) == ("mappings/feeds/hill.yaml", line)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("OBR-3.1", 9),
        ("OBR-3.2", 9),
        ("OBR-7", 10),
        ("TXA-13.1", 12),
        ("MSH-9.2", 12),
        ("PID-3.1", 14),
        ("OBR-4", 16),
        ("OBX[3.1=IMG]-5", 19),
    ],
)
def test_a_feed_knows_in_which_line_each_path_stands(write: Write, path: str, line: int) -> None:
    (feed,) = load_feeds(write(hill=GOOD), VOCABULARY)
    assert str(feed.error("wrong", path)) == f"mappings/feeds/hill.yaml:{line}: wrong"


@pytest.mark.parametrize(("period", "seconds"), [("90m", 5400), ("4h", 14_400), ("2d", 172_800)])
def test_a_feed_may_say_how_often_it_sends(write: Write, period: str, seconds: float) -> None:
    (feed,) = load_feeds(write(hill=GOOD.replace("each:", f"expect_every: {period}\neach:")), VOCABULARY)
    assert feed.expect_every == seconds


def saying(mode: str, **more: str) -> str:
    text = GOOD.replace("each: OBR", f"each: OBR\nacknowledge: {mode}")
    for right, wrong in more.items():
        text = text.replace(right, wrong)
    return text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (saying("orginal"), "nearest: original"),
        (saying("original").replace("match: {MSH-3: DEPT, MSH-4: HILL}\n", ""), "that names its sender"),
        (saying("original").replace("hl7v2", "fhir"), "only a feed of HL7 v2"),
        (saying("as_asked\napplication_acks_to: ehr.example"), "application_acks_to"),
        (saying("as_asked\nout_of_sequence: dropped"), "not one of taken, refused"),
        (
            GOOD.replace("match: {MSH-3: DEPT, MSH-4: HILL}", "application_acks_to: ehr:2576"),
            "that names its sender",
        ),
    ],
)
def test_how_a_sender_is_answered_is_said_by_a_feed_that_names_it(
    write: Write, text: str, message: str
) -> None:
    with pytest.raises(MappingError, match=message):
        load_feeds(write(hill=text), VOCABULARY)


def test_two_feeds_do_not_answer_one_sender_in_two_ways(write: Write) -> None:
    other = saying("as_asked").replace("ORU^R01", "MDM^T02")
    with pytest.raises(MappingError, match="feed 'a' says otherwise of the same sender"):
        load_feeds(write(a=saying("original"), b=other), VOCABULARY)


@pytest.mark.parametrize(("said", "is_refused"), [("refused", True), ("taken", False)])
def test_a_sender_is_held_to_its_numbers_where_a_feed_says_so(
    write: Write, said: str, *, is_refused: bool
) -> None:
    feeds = load_feeds(write(hill=saying(f"as_asked\nout_of_sequence: {said}")), VOCABULARY)
    assert refuses_out_of_sequence(feeds, "Dept", "HILL") is is_refused
    assert not refuses_out_of_sequence(feeds, "Dept", "DALE")


def test_later_acknowledgements_of_a_sender_go_to_one_address(write: Write) -> None:
    said = "as_asked\napplication_acks_to: ehr:2576"
    feeds = load_feeds(write(a=saying(said)), VOCABULARY)
    assert application_acks_to(feeds, "Dept", "HILL") == "ehr:2576"
    assert application_acks_to(feeds, "Dept", "DALE") == ""
    other = saying(said.replace("2576", "2577")).replace("ORU^R01", "MDM^T02")
    with pytest.raises(MappingError, match="feed 'a' says otherwise of the same sender"):
        load_feeds(write(b=other), VOCABULARY)


@pytest.mark.parametrize(
    ("application", "facility", "mode"),
    [
        ("DEPT", "HILL", "original"),
        ("dept^1.2^ISO", "Hill", "original"),
        ("DEPT", "DALE", "as_asked"),
        ("OTHER", "HILL", "as_asked"),
        ("WARD", "HILL", "as_asked"),
        ("WARD", "DALE", "original"),
    ],
)
def test_the_most_specific_feed_that_says_so_decides_how_a_sender_is_answered(
    write: Write, application: str, facility: str, mode: str
) -> None:
    ward = saying("original", **{"{MSH-3: DEPT, MSH-4: HILL}": "{MSH-3: WARD}"})
    exception = saying("as_asked", DEPT="WARD")
    feeds = load_feeds(
        write(a=saying("original"), b=ward, c=exception, d=GOOD.replace("DEPT", "D")), VOCABULARY
    )
    assert acknowledgement_mode(feeds, application, facility) == mode


def test_two_feeds_of_the_same_messages_are_refused(write: Write) -> None:
    with pytest.raises(MappingError, match="feed 'a' takes ORU\\^R01 of the same sources"):
        load_feeds(write(a=GOOD, b=GOOD), VOCABULARY)


def test_feeds_of_different_sources_may_take_the_same_messages(write: Write) -> None:
    assert len(load_feeds(write(a=GOOD, b=GOOD.replace("HILL", "DALE")), VOCABULARY)) == 2


@pytest.mark.parametrize(
    ("application", "facility", "message_type", "expected"),
    [
        ("ANESREC", "NORTH", "ORU^R01", "north-anesthesia"),
        ("anesrec^1.2.3^ISO", "North", "ORU^R01", "north-anesthesia"),
        ("ANESREC", "SOUTH", "ORU^R01", "generic-oru"),
        ("", "", "ORU^R01", "generic-oru"),
        ("ANESREC", "NORTH", "MDM^T02", "generic-mdm"),
        ("X", "Y", "DFT^P03", "generic-dft"),
        ("X", "Y", "ADT^A08", "generic-adt"),
        ("X", "Y", "BAR^P05", "generic-bar"),
        ("X", "Y", "SIU^S12", "generic-booking"),
        ("X", "Y", "ORM^O01", "generic-order"),
        ("X", "Y", "VXU^V04", None),
        ("X", "Y", "Procedure", None),
    ],
)
def test_the_most_specific_feed_takes_a_message(
    application: str, facility: str, message_type: str, expected: str | None
) -> None:
    fields = {"MSH-3": application, "MSH-4": facility}
    feed = choose_feed(shipped(), format=Format.HL7V2, message_type=message_type, fields=fields)
    assert (feed and feed.name) == expected


def test_what_a_feed_says_of_its_source_decides_and_not_its_name(write: Write) -> None:
    any_source = GOOD.replace("match: {MSH-3: DEPT, MSH-4: HILL}\n", "")
    application = GOOD.replace(", MSH-4: HILL", "")
    feeds = load_feeds(write(a=GOOD, b=application, c=any_source), VOCABULARY)
    sources = [("DEPT", "HILL"), ("DEPT", "DALE"), ("LAB", "HILL")]
    chosen = [
        choose_feed(feeds, format=Format.HL7V2, message_type="ORU^R01", fields={"MSH-3": a, "MSH-4": f})
        for a, f in sources
    ]
    assert [feed and feed.name for feed in chosen] == ["a", "b", "c"]


@pytest.mark.parametrize("resource", ["Procedure", "Bundle/transaction"])
def test_a_fhir_resource_goes_to_the_fhir_feed(resource: str) -> None:
    feed = choose_feed(shipped(), format=Format.FHIR, message_type=resource, fields={})
    assert feed is not None
    assert feed.name == "generic-fhir-procedure"


@pytest.mark.parametrize("feed", shipped(), ids=lambda feed: feed.name)
def test_no_shipped_feed_guesses_whose_charge_it_is_without_knowing_the_source(feed: Feed) -> None:
    names = {element.element for element in feed.elements} | set(feed.constants)
    assert feed.match or "encounter.setting" not in names
