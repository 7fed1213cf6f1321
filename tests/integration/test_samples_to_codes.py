"""Every shipped HL7 v2 sample, from its bytes to the codes or questions that it gives."""

from pathlib import Path

import pytest

from service import hl7
from service.domain.charge import Proposal
from service.domain.documentation import Documentation
from service.domain.event import Event, Format
from service.hl7.message import Message, decode
from service.mapping.documented.document import combine
from service.mapping.senses import Senses
from service.mapping.site.feeds import choose_feed
from service.mapping.tables.evaluate import propose
from tests.shipped import shipped_mappings

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "docs" / "samples" / "hl7v2").glob("*.hl7"))
MAPPINGS = shipped_mappings()


def documented(path: Path) -> tuple[str, list[Documentation]]:
    """The feed that takes a sample, and what each of its procedures documents."""
    body = path.read_bytes()
    header = Message.parse(decode(body).text).segments[0]
    message_type = f"{header.component(9, 1)}^{header.component(9, 2)}"
    fields = {"MSH-3": header.component(3, 1), "MSH-4": header.component(4, 1)}
    feed = choose_feed(MAPPINGS.feeds, format=Format.HL7V2, message_type=message_type, fields=fields)
    assert feed is not None
    event = Event("e1", "main", Format.HL7V2, "", message_type, header.component(10, 1), 0.0, 1, body)
    reports = hl7.Extractor(feed, frozenset(MAPPINGS.vocabulary.names)).extract(event)
    senses = Senses(MAPPINGS.vocabulary, MAPPINGS.terms, feed)
    understood = [senses.understand(report) for report in reports]
    assert not [code for each in understood for code in each.unknown]
    return feed.name, [combine("key", [each]) for each in understood]


def codes(proposals: tuple[Proposal, ...]) -> list[str]:
    return [candidate.code for proposal in proposals for candidate in proposal.candidates]


def blocking(proposals: tuple[Proposal, ...]) -> list[str]:
    return [
        question.element for proposal in proposals for question in proposal.questions if question.blocking
    ]


@pytest.mark.parametrize(
    ("name", "feed", "proposed", "asked", "stated"),
    [
        ("01-oru-r01-procedure-report", "north-anesthesia", ["62327"], [], []),
        ("02-mdm-t02-lumbar-injection", "generic-mdm", ["62323"], [], []),
        ("03-mdm-t02-imaging-not-stated", "generic-mdm", [], ["imaging.modality"], []),
        ("04-dft-p03-department-charge", "generic-dft", [], [], ["62323"]),
        ("05-adt-a08-coded-procedure", "generic-adt", [], [], ["62273"]),
        ("06-bar-p05-coded-procedure", "generic-bar", [], [], ["62321"]),
        ("07-oru-r01-unknown-hospital", "generic-oru", ["62326"], [], []),
        ("08-oru-r01-laboratory", "generic-oru", [], [], []),
        ("09-mdm-t02-thoracic-catheter", "generic-mdm", ["62324"], [], []),
    ],
)
def test_a_sample_gives(
    name: str, feed: str, proposed: list[str], asked: list[str], stated: list[str]
) -> None:
    taken_by, (documentation,) = documented(ROOT / "docs" / "samples" / "hl7v2" / f"{name}.hl7")
    proposals = propose(MAPPINGS.tables, documentation)
    assert taken_by == feed
    assert codes(proposals) == proposed
    assert blocking(proposals) == asked
    assert [each.code for each in documentation.stated] == stated


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_carries_what_billing_needs(path: Path) -> None:
    _, (documentation,) = documented(path)
    context = documentation.context
    assert context.patient_id
    assert context.visit_number
    assert context.patient_family_name == "Testperson"
    assert len(documentation.values("service_date")) == 1


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_ends_its_segments_with_cr(path: Path) -> None:
    body = path.read_bytes()
    assert body.endswith(b"\r")
    assert b"\n" not in body


def test_every_sample_has_a_control_id_of_its_own() -> None:
    ids = [Message.parse(decode(path.read_bytes()).text).segments[0].component(10, 1) for path in SAMPLES]
    assert len(set(ids)) == len(SAMPLES) == 9
