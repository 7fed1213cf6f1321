"""The day of a service is the facility's: in the feed's zone, or else in the site's, where that is set."""

import json

import pytest

from service.domain.event import Event, Format
from service.pipeline.chart import Reader
from service.settings import Settings
from service.wiring.given_mappings import mappings_of
from tests.programs import REPOSITORY
from tests.shipped import shipped_mappings

SAMPLE = json.loads((REPOSITORY / "docs" / "samples" / "fhir" / "procedure.json").read_bytes())
EVENING = {"start": "2026-03-03T03:40:00Z"}  # 21:40 of the day before in Chicago


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ({"timezone": "America/Chicago"}, "2026-03-02"),
        ({"timezone": "UTC"}, "2026-03-03"),
        ({}, "2026-03-03"),
    ],
    ids=["the site's zone", "a site that keeps UTC", "nobody says where the site is"],
)
def test_a_moment_that_is_told_in_utc_is_of_the_day_of_the_site(given, day):
    mappings = mappings_of(Settings(**given))
    body = json.dumps({**SAMPLE, "performedPeriod": EVENING}).encode()
    event = Event("e1", "main", Format.FHIR, "ehr", "Procedure", "Procedure/1", 0.0, 1, body)
    ((_, part),) = Reader(mappings).read(event).parts
    assert [each.value for each in part.elements if each.name == "service_date"] == [day]


def test_a_feed_that_names_its_zone_keeps_it():
    (north,) = (
        each for each in shipped_mappings().in_zone("Europe/Berlin").feeds if each.name == "north-anesthesia"
    )
    assert north.timezone == "America/Chicago"
