"""Notifications in the spellings of R4 (Backport), R4B and R5, and as servers bend them."""

import pytest

from service.fhir import Told, local, read_notification


def parameters(
    kind="event-notification", count="2", number="2", focus="https://ehr.test/r4/Procedure/7", **more
):
    event = [{"name": "event-number", "valueString": number}]
    if focus:
        event.append({"name": "focus", "valueReference": {"reference": focus}})
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "subscription", "valueReference": {"reference": "https://ehr.test/r4/Subscription/s1"}},
            {"name": "status", "valueCode": "active"},
            {"name": "type", "valueCode": kind},
            {"name": "events-since-subscription-start", "valueString": count},
            *([{"name": "notification-event", "part": event}] if number else []),
            *more.get("further", []),
        ],
    }


def status(**more):
    return {
        "resourceType": "SubscriptionStatus",
        "status": "active",
        "type": "event-notification",
        "eventsSinceSubscriptionStart": "2",
        "subscription": {"reference": "Subscription/s1"},
        "notificationEvent": [{"eventNumber": "2", "focus": {"reference": "Procedure/7"}}],
        **more,
    }


def bundle(first, *resources, kind="history"):
    entries = [{"resource": first}, *({"resource": each} for each in resources)]
    return {"resourceType": "Bundle", "type": kind, "timestamp": "2026-03-02T10:00:00Z", "entry": entries}


@pytest.mark.parametrize(
    "content",
    [
        bundle(parameters()),
        bundle(status()),
        bundle(
            status(
                eventsSinceSubscriptionStart=2,
                notificationEvent=[{"eventNumber": 2, "focus": {"reference": "Procedure/7/_history/3"}}],
            )
        ),
        bundle(status(), kind="subscription-notification"),
        bundle(parameters(further=[{"name": "additional-context"}, "nonsense", {"valueString": "x"}])),
    ],
    ids=["R4", "R4B", "numbers as integers", "R5", "unknown parts"],
)
def test_each_spelling_says_the_same(content):
    said = read_notification(content)
    assert (said.kind, said.subscription, said.status, said.count) == (
        "event-notification",
        "s1",
        "active",
        2,
    )
    assert [(told.number, local(told.focus)) for told in said.told] == [(2, "Procedure/7")]
    assert said.at == "20260302100000000000"


def test_what_is_named_and_not_brought_is_to_be_fetched():
    procedure = {"resourceType": "Procedure", "id": "7"}
    assert [told.focus for told in read_notification(bundle(parameters())).to_fetch()] == [
        "https://ehr.test/r4/Procedure/7"
    ]
    assert read_notification(bundle(parameters(), procedure)).to_fetch() == []
    assert read_notification(bundle(parameters(), {**procedure, "id": "8"})).to_fetch() != []


def test_one_that_does_not_say_of_what_is_blind():
    assert read_notification(bundle(parameters(focus=""))).is_blind()
    assert read_notification(bundle(parameters(number=""))).is_blind()
    assert not read_notification(bundle(parameters())).is_blind()
    assert not read_notification(bundle(parameters(kind="heartbeat", number=""))).is_blind()


def test_events_are_told_in_their_order():
    events = [{"eventNumber": n, "focus": {"reference": f"Procedure/{n}"}} for n in (3, 2)]
    assert read_notification(bundle(status(notificationEvent=events))).told == (
        Told(2, "Procedure/2"),
        Told(3, "Procedure/3"),
    )


@pytest.mark.parametrize(
    "content",
    [
        {"resourceType": "Procedure"},
        bundle({"resourceType": "Procedure", "id": "1"}),
        bundle({"resourceType": "Parameters", "parameter": [{"name": "other", "valueString": "x"}]}),
        bundle(parameters(), kind="collection"),
        {"resourceType": "Bundle", "type": "history"},
        {"resourceType": "Bundle", "type": "history", "entry": ["x", None]},
    ],
)
def test_what_is_no_notification_is_none(content):
    assert read_notification(content) is None


def test_a_count_that_is_none_is_not_said():
    assert read_notification(bundle(parameters(count="many"))).count == -1
    assert read_notification(bundle(parameters(count="9" * 40))).count == -1
