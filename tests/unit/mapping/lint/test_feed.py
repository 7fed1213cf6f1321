"""A feed whose lines could never be approved is told of before a coder finds out."""

from dataclasses import replace

import pytest

from service.domain.event import Format
from service.domain.feed import Feed
from service.mapping.lint.feed import lint_feeds

FEED = Feed(
    name="ward",
    format=Format.HL7V2,
    accepts=("ORU^R01",),
    each="OBR",
    file="ward.yaml",
    context={"patient_id": ("PID-3.1",), "visit_number": ("PV1-19.1",)},
)


def faults(**more):
    return [finding.message for finding in lint_feeds([replace(FEED, **more)])]


@pytest.mark.parametrize(
    "fine",
    [
        {},
        {"context": {"patient_id": ("PID-3.1",), "account_number": ("PID-18.1",)}},
        {"context": {}, "plan": ("ORC-1",)},
    ],
    ids=["visit", "account", "what is planned is never charged"],
)
def test_a_feed_that_says_whose_its_procedures_are_is_in_order(fine):
    assert faults(**fine) == []


@pytest.mark.parametrize(
    ("context", "missing"),
    [
        ({}, "patient_id, visit_number or account_number"),
        ({"patient_id": ("PID-3.1",), "visit_number": ()}, "visit_number or account_number"),
        ({"visit_number": ("PV1-19.1",)}, "patient_id"),
    ],
)
def test_what_billing_cannot_do_without_is_named(context, missing):
    (fault,) = faults(context=context)
    assert f"context says nothing of {missing}:" in fault
