"""What we ask a server for, in the words of each version."""

from service.domain.ehr import Ehr, SubscriptionPlan
from service.fhir import build_subscription

ENDPOINT = "https://charges.test/fhir/notify/north"
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"


def ehr(version="R4"):
    return Ehr("north", "https://ehr.test/r4/", "main", fhir_version=version)


def test_the_classic_one_of_r4():
    plan = SubscriptionPlan("Procedure?status=completed")
    asked = build_subscription(ehr(), plan, ENDPOINT, "cc_1")
    assert (asked["status"], asked["criteria"]) == ("requested", "Procedure?status=completed")
    assert asked["channel"] == {
        "type": "rest-hook",
        "endpoint": ENDPOINT,
        "payload": "application/fhir+json",
        "header": ["Authorization: Bearer cc_1"],
    }


def test_one_without_content_names_no_payload_and_a_signed_one_no_token():
    asked = build_subscription(ehr(), SubscriptionPlan("Procedure?", content="empty"), ENDPOINT, "")
    assert asked["channel"] == {"type": "rest-hook", "endpoint": ENDPOINT}


def test_a_topic_makes_it_one_of_the_backport():
    plan = SubscriptionPlan("Procedure?status=completed", "urn:topic", "id-only", 60)
    asked = build_subscription(ehr(), plan, ENDPOINT, "cc_1")
    assert asked["criteria"] == "urn:topic"
    assert asked["_criteria"]["extension"] == [
        {"url": f"{BACKPORT}filter-criteria", "valueString": "Procedure?status=completed"}
    ]
    assert asked["channel"]["_payload"]["extension"] == [
        {"url": f"{BACKPORT}payload-content", "valueCode": "id-only"}
    ]
    assert asked["channel"]["extension"] == [{"url": f"{BACKPORT}heartbeat-period", "valueUnsignedInt": 60}]


def test_r5_has_words_of_its_own():
    plan = SubscriptionPlan("Procedure?status=completed", "urn:topic", "full-resource", 60)
    asked = build_subscription(ehr("R5"), plan, ENDPOINT, "cc_1")
    assert (asked["topic"], asked["content"], asked["heartbeatPeriod"]) == ("urn:topic", "full-resource", 60)
    assert asked["filterBy"] == [
        {"resourceType": "Procedure", "filterParameter": "status", "value": "completed"}
    ]
    assert asked["parameter"] == [{"name": "Authorization", "value": "Bearer cc_1"}]
    assert "channel" not in asked
