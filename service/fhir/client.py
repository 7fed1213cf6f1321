"""ChargeItemClient: creates ChargeItems on a FHIR server, once each, and says what is certain afterwards."""

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests

from service.domain.charge import Receipt
from service.domain.errors import (
    PostingRefused,
    PostingRepeatable,
    PostingUnavailable,
    PostingUncertain,
)
from service.fhir.billing_server import BillingServer, check_address, never_left
from service.fhir.charge_item import ENTERED_IN_ERROR
from service.fhir.resource import Resource, listed

#: Answers by which nothing was stored: the operator mends the address or the token, or it passes by itself.
_NOT_NOW = frozenset({301, 302, 303, 307, 308, 401, 403, 408, 429, 503})
_ISSUE_TYPE = re.compile(r"[a-z][a-z-]{1,20}")
_CREATED, _OK, _CONFLICT, _SEVERAL = 201, 200, 409, 412
_CHANGED = "the ChargeItem was changed in billing meanwhile"
_LONGEST_PAUSE = 3600.0  # whatever a server asks for
_FIRST_ERROR, _FIRST_SERVER_ERROR = 400, 500


class ChargeItemClient:
    """Talks to one FHIR base URL, and to no other address: redirects and links are not followed."""

    def __init__(
        self, base_url: str, *, token: str | None, timeout: float = 30.0, allowed_hosts: Collection[str]
    ) -> None:
        check_address(base_url, allowed_hosts, has_token=token is not None)
        self._server = BillingServer(base_url, token, timeout)

    def post(self, charge_item: Resource, *, identifier: str, sent_before: bool = False) -> Receipt:
        """Create a ChargeItem unless one of this identifier ("system|value") is there.

        Some servers pass over the condition: what was sent before is looked for first.
        PostingRefused; PostingUnavailable (nothing of it is there); PostingUncertain.
        """
        if sent_before and (there := self._found(charge_item, identifier, "sent before")):
            return there
        try:
            response = self._server.create(charge_item, identifier)
        except requests.RequestException as error:
            if never_left(error):
                raise PostingUnavailable("billing's FHIR server could not be reached") from error
            return self._settle(charge_item, identifier, "no answer")
        status = response.status_code
        if status == _CREATED:
            return Receipt(response.content, "201 Created")
        if status == _OK and _holds(_json(response), charge_item, identifier):
            return Receipt(response.content, "200 OK: it was there already")
        _refuse(response)
        return self._settle(charge_item, identifier, f"answered {status}")

    def transact(self, bundle: Resource) -> Receipt:
        """Create all ChargeItems of a transaction, each on its condition: all are there, or none is."""
        response = self._asked(lambda: self._server.send("POST", "", bundle))
        said = _json(response)
        entries = [entry for entry in listed(said.get("entry")) if isinstance(entry, dict)]
        answers = [entry.get("response") for entry in entries]
        statuses = [str(answer.get("status", ""))[:3] for answer in answers if isinstance(answer, dict)]
        is_whole = response.status_code == _OK and len(statuses) == len(bundle["entry"])
        if is_whole and {str(_OK), str(_CREATED)}.issuperset(statuses):
            return Receipt(response.content, f"200 OK: {' '.join(statuses)}")
        _refuse(response)
        raise PostingRepeatable(f"billing answered {response.status_code}, and not to every entry")

    def withdraw(self, identifier: str) -> Receipt:
        """Mark the ChargeItem of this identifier entered-in-error, unless billing has billed it."""
        search = self._asked(lambda: self._server.search({"identifier": identifier}))
        _refuse(search)
        # A server that passes over the parameter gives others' charges as well.
        found = [item for item in _charge_items(_json(search)) if identifier in _names(item)]
        if search.status_code != _OK or len(found) != 1:
            several = f"billing holds {len(found)} ChargeItems of the charge to take back"
            raise PostingUncertain(several, of_this_charge=True)
        (there,) = found
        if there.get("status") == ENTERED_IN_ERROR:
            return Receipt(search.content, "it was entered-in-error already")
        if there.get("status") == "billed":
            raise PostingRefused("billing has billed the charge: credit it there, by hand", search.content)
        version = there.get("meta", {}).get("versionId", "") if isinstance(there.get("meta"), dict) else ""
        marked = {**there, "status": ENTERED_IN_ERROR}
        response = self._asked(lambda: self._server.replace(marked, version))
        if response.status_code in (_OK, _CREATED):
            return Receipt(response.content, f"{response.status_code}: entered-in-error")
        if response.status_code in (_CONFLICT, _SEVERAL):
            raise PostingUnavailable(_CHANGED, of_this_charge=True)
        _refuse(response)
        raise PostingRepeatable(f"billing answered {response.status_code}")

    def operate(self, operation: str, parameters: Resource, *, item_id: str = "") -> Receipt:
        """Call an operation of a vendor on ChargeItem, or on one item as it was seen."""
        path = f"ChargeItem/{item_id}/{operation}" if item_id else f"ChargeItem/{operation}"
        response = self._asked(lambda: self._server.send("POST", path, parameters))
        if response.status_code in (_OK, _CREATED):
            return Receipt(response.content, f"{response.status_code} {operation}")
        if item_id and response.status_code in (_CONFLICT, _SEVERAL):
            raise PostingUnavailable(_CHANGED, of_this_charge=True)
        _refuse(response)
        raise PostingRepeatable(f"billing answered {response.status_code}")

    def items(self, **parameters: str) -> list[Resource]:
        """All ChargeItems that a search finds. It changes nothing: without an answer it is done again."""
        try:
            response = self._server.search(parameters)
        except requests.RequestException as error:
            raise PostingUnavailable("billing's FHIR server did not answer a search") from error
        _refuse(response)
        bundle = _json(response)
        if response.status_code != _OK or bundle.get("resourceType") != "Bundle":
            raise PostingUnavailable(f"a search in billing's FHIR server answered {response.status_code}")
        if any(link.get("relation") == "next" for link in _objects(bundle.get("link"))):
            raise PostingRefused("billing's FHIR server holds more ChargeItems there than it shows at once")
        return _charge_items(bundle)

    def _asked(self, ask: Callable[[], requests.Response]) -> requests.Response:
        try:
            return ask()
        except requests.RequestException as error:
            if never_left(error):
                raise PostingUnavailable("billing's FHIR server could not be reached") from error
            raise PostingRepeatable("billing's FHIR server did not answer") from error

    def close(self) -> None:
        """Close the connections."""
        self._server.session.close()

    def _settle(self, charge_item: Resource, identifier: str, what: str) -> Receipt:
        """Look whether a ChargeItem arrived whose answer did not say so."""
        if there := self._found(charge_item, identifier, what):
            return there
        # Safe to send again, not to take back: it may still arrive, or its server finds it only later.
        raise PostingRepeatable(f"billing: {what}, and a search found nothing")

    def _found(self, charge_item: Resource, identifier: str, what: str) -> Receipt | None:
        """The ChargeItem as a search finds it; None where it finds nothing."""
        try:
            response = self._server.search({"identifier": identifier})
        except requests.RequestException:
            raise PostingRepeatable(f"billing: {what}, and a search failed") from None
        bundle = _json(response)
        if response.status_code != _OK or bundle.get("resourceType") != "Bundle":
            raise PostingRepeatable(f"billing: {what}, and a search answered {response.status_code}")
        items = _charge_items(bundle)
        if len(items) == 1 and _holds(items[0], charge_item, identifier):
            return Receipt(response.content, f"{what}; a search found it there")
        if items:
            others = f"billing: {what}, and a search found other ChargeItems"
            raise PostingUncertain(others, of_this_charge=True)
        return None


def _refuse(response: requests.Response) -> None:
    """Raise what an answer says for certain: not now, several, or no."""
    status = response.status_code
    if status in _NOT_NOW:
        raise PostingUnavailable(f"billing's FHIR server answered {status}", _retry_after(response))
    if status == _SEVERAL:
        several = "billing answered 412: it holds several ChargeItems of this identifier"
        raise PostingUncertain(several, of_this_charge=True)
    if _FIRST_ERROR <= status < _FIRST_SERVER_ERROR:
        said = f"billing's FHIR server answered {status}{_issues(_json(response))}"
        raise PostingRefused(said, response.content)


def _retry_after(response: requests.Response) -> float:
    """Seconds that the server asks to be left alone; it may name a moment instead."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return min(float(said), _LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    seconds = (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _LONGEST_PAUSE)


def _charge_items(bundle: Resource) -> list[Resource]:
    found = _objects([entry.get("resource") for entry in _objects(bundle.get("entry"))])
    return [item for item in found if item.get("resourceType") == "ChargeItem"]


def _objects(value: Any) -> list[Resource]:
    return [each for each in listed(value) if isinstance(each, dict)]


def _json(response: requests.Response) -> Resource:
    try:
        value = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _holds(found: Resource, charge_item: Resource, identifier: str) -> bool:
    """Whether this is our ChargeItem, alive: the identifier, and the same codes and units."""
    is_same = _what(found) == _what(charge_item)
    return identifier in _names(found) and is_same and found.get("status") != "entered-in-error"


def _names(charge_item: Resource) -> set[str]:
    """All that a ChargeItem is known by, each as "system|value"."""
    identifiers = (one for one in listed(charge_item.get("identifier")) if isinstance(one, dict))
    return {f"{one.get('system', '')}|{one.get('value')}" for one in identifiers}


def _what(charge_item: Resource) -> tuple[Any, ...]:
    code, quantity = charge_item.get("code"), charge_item.get("quantity")
    codings = listed(code.get("coding")) if isinstance(code, dict) else []
    codes = [(one.get("system"), one.get("code")) for one in codings if isinstance(one, dict)]
    return codes, quantity.get("value") if isinstance(quantity, dict) else None


def _issues(answer: Resource) -> str:
    """The issue codes of an OperationOutcome. Its words may quote the patient."""
    codes = [issue.get("code") for issue in listed(answer.get("issue")) if isinstance(issue, dict)]
    shown = [code for code in codes if isinstance(code, str) and _ISSUE_TYPE.fullmatch(code)]
    return f": {', '.join(shown)}" if shown else ""
