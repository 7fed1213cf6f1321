"""Notifications: what a server says of a subscription, as R4, R4B and R5 write it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from service.fhir.located import digits
from service.fhir.resource import Resource, as_text, listed

#: Types of Bundle that can carry one. R4 and R4B have no type of their own for it.
NOTIFYING = ("history", "subscription-notification")


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a subscription."""

    number: int  # 0 = the server does not count
    focus: str = field(repr=False)  # "Procedure/1", or a URL; "" = it does not say of what


@dataclass(frozen=True, slots=True)
class Notification:
    """What a server says of one of its subscriptions."""

    kind: str  # handshake, heartbeat, event-notification, query-status, query-event
    subscription: str  # its id on the server
    status: str  # requested, active, error, off
    count: int  # events since the subscription began; -1 = not said
    told: tuple[Told, ...]
    brings: frozenset[str] = field(repr=False)  # the resources that are in it: "Procedure/1"
    at: str = ""  # Bundle.timestamp, in digits that sort

    def to_fetch(self) -> list[Told]:
        """Events whose resource is named, and not brought."""
        return [told for told in self.told if told.focus and local(told.focus) not in self.brings]

    def is_blind(self) -> bool:
        """Whether something happened of which it does not say what."""
        return self.kind == "event-notification" and (
            not self.told or any(not told.focus for told in self.told)
        )


def local(reference: str) -> str:
    """The type and id of a reference: "Procedure/1", whatever server it names, and whichever version."""
    parts = reference.partition("/_history/")[0].rstrip("/").split("/")
    return "/".join(parts[-2:])


def read_notification(bundle: Resource) -> Notification | None:
    """The notification that a Bundle is; None when it is none."""
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") not in NOTIFYING:
        return None
    entries = [entry for entry in listed(bundle.get("entry")) if isinstance(entry, dict)]
    resources = [entry.get("resource") for entry in entries]
    first = resources[0] if resources else None
    if not isinstance(first, dict) or not (said := _status(first)):
        return None
    events = [_told(event) for event in said["events"]]
    return Notification(
        kind=said["type"],
        subscription=local(said["subscription"]).rpartition("/")[2],
        status=said["status"],
        count=_number(said["count"], -1),
        told=tuple(sorted(events, key=lambda told: told.number)),
        brings=frozenset(_names(resources[1:])),
        at=digits(as_text(bundle.get("timestamp"))),
    )


def _status(resource: Resource) -> dict[str, Any] | None:
    """What a SubscriptionStatus, or the Parameters that stand for one in R4, say."""
    if resource.get("resourceType") == "SubscriptionStatus":
        return {
            "type": as_text(resource.get("type")),
            "status": as_text(resource.get("status")),
            "subscription": _reference(resource.get("subscription")),
            "count": resource.get("eventsSinceSubscriptionStart"),
            "events": [_event_of_status(event) for event in listed(resource.get("notificationEvent"))],
        }
    if resource.get("resourceType") != "Parameters":
        return None
    parts = list(_parts(resource.get("parameter")))
    said = dict(parts)
    if "subscription" not in said or "type" not in said:
        return None
    return {
        "type": as_text(said["type"]),
        "status": as_text(said.get("status")),
        "subscription": _reference(said["subscription"]),
        "count": said.get("events-since-subscription-start"),
        "events": [dict(_parts(value)) for name, value in parts if name == "notification-event"],
    }


def _event_of_status(event: Any) -> dict[str, Any]:
    said = event if isinstance(event, dict) else {}
    return {"event-number": said.get("eventNumber"), "focus": said.get("focus")}


def _parts(parameters: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of Parameters; what has parts has these as its value."""
    for parameter in listed(parameters):
        if isinstance(parameter, dict):
            values = [value for name, value in parameter.items() if name.startswith("value")]
            yield as_text(parameter.get("name")), values[0] if values else parameter.get("part")


def _told(event: dict[str, Any]) -> Told:
    return Told(_number(event.get("event-number"), 0), _reference(event.get("focus")))


def _number(value: Any, otherwise: int) -> int:
    """A count: FHIR writes it as text, servers also as a number."""
    text = as_text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else otherwise  # noqa: PLR2004


def _reference(value: Any) -> str:
    return as_text(value.get("reference")) if isinstance(value, dict) else as_text(value)


def _names(resources: list[Any]) -> Iterator[str]:
    for resource in resources:
        if isinstance(resource, dict):
            yield f"{resource.get('resourceType')}/{resource.get('id')}"
