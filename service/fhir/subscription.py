"""Subscription: what we ask a server to tell us of, in the words of R4, of the Backport and of R5."""

from typing import Any
from urllib.parse import parse_qsl

from service.domain.ehr import Ehr, SubscriptionPlan
from service.fhir.resource import Resource

_BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
_CHANNEL_TYPE = "http://terminology.hl7.org/CodeSystem/subscription-channel-type"
_REASON = "Charge capture: procedures that were done"
_JSON = "application/fhir+json"


def build_subscription(ehr: Ehr, plan: SubscriptionPlan, endpoint: str, token: str) -> Resource:
    """Ask for notifications to `endpoint`; `token` goes with each of them, "" = they are signed."""
    if ehr.fhir_version == "R5":
        return _of_r5(plan, endpoint, token)
    if plan.topic:
        return _of_backport(plan, endpoint, token)
    return _classic(plan, endpoint, token)


def _classic(plan: SubscriptionPlan, endpoint: str, token: str) -> Resource:
    channel: dict[str, Any] = {"type": "rest-hook", "endpoint": endpoint}
    if plan.content != "empty":
        channel["payload"] = _JSON
    if token:
        channel["header"] = [f"Authorization: Bearer {token}"]
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": _REASON,
        "criteria": plan.criteria,
        "channel": channel,
    }


def _of_backport(plan: SubscriptionPlan, endpoint: str, token: str) -> Resource:
    asked = _classic(SubscriptionPlan(plan.topic, content="id-only"), endpoint, token)
    asked["meta"] = {"profile": [f"{_BACKPORT}subscription"]}
    if plan.criteria:
        asked["_criteria"] = {"extension": [_extension("filter-criteria", valueString=plan.criteria)]}
    asked["channel"]["_payload"] = {"extension": [_extension("payload-content", valueCode=plan.content)]}
    if plan.heartbeat:
        period = _extension("heartbeat-period", valueUnsignedInt=plan.heartbeat)
        asked["channel"]["extension"] = [period]
    return asked


def _extension(name: str, **value: Any) -> Resource:
    return {"url": f"{_BACKPORT}{name}", **value}


def _of_r5(plan: SubscriptionPlan, endpoint: str, token: str) -> Resource:
    kind, _, query = plan.criteria.partition("?")
    asked: Resource = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": _REASON,
        "topic": plan.topic,
        "channelType": {"system": _CHANNEL_TYPE, "code": "rest-hook"},
        "endpoint": endpoint,
        "contentType": _JSON,
        "content": plan.content,
    }
    if token:
        asked["parameter"] = [{"name": "Authorization", "value": f"Bearer {token}"}]
    if plan.heartbeat:
        asked["heartbeatPeriod"] = plan.heartbeat
    if query:
        asked["filterBy"] = [
            {"resourceType": kind, "filterParameter": name, "value": value}
            for name, value in parse_qsl(query)
        ]
    return asked
