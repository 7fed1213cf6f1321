"""Transactions, what is taken back, operations and pauses: the ChargeItem client against a real server."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from service.domain.errors import (
    PostingRefused,
    PostingRepeatable,
    PostingUnavailable,
    PostingUncertain,
)
from service.fhir import transaction_of
from tests.integration.fhir.test_client import (
    IDENTIFIER,
    ITEM,
    OTHER_KEY,
    OUTCOME,
    TAKEN_BACK,
    Billing,
    client_of,
    post,
    searchset,
    serving,
)

BUNDLE = transaction_of([ITEM, OTHER_KEY])
THERE = {**ITEM, "id": "77", "meta": {"versionId": "3"}, "note": [{"text": "billing's own"}]}


@pytest.fixture
def billing():
    with serving(Billing()) as running:
        yield running


def answered(*statuses):
    entries = [{"response": {"status": status}} for status in statuses]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


def transact(billing):
    with client_of(billing) as client:
        return client.transact(BUNDLE)


def withdraw(billing):
    with client_of(billing) as client:
        return client.withdraw(IDENTIFIER)


def test_a_transaction_is_posted_when_every_entry_is_there(billing):
    billing.create = (200, answered("201 Created", "200 OK"), {})
    assert transact(billing).note == "200 OK: 201 200"
    ((method, path, _headers, _body),) = billing.asked
    assert (method, path.rstrip("/")) == ("POST", "/fhir")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, answered("201 Created"), {}), PostingRepeatable),
        ((200, answered("201 Created", "400"), {}), PostingRepeatable),
        ((200, None, {}), PostingRepeatable),
        ((500, OUTCOME, {}), PostingRepeatable),
        ("hang up", PostingRepeatable),
        ("silence", PostingRepeatable),
        ((412, OUTCOME, {}), PostingUncertain),
        ((422, OUTCOME, {}), PostingRefused),
        ((503, OUTCOME, {}), PostingUnavailable),
    ],
)
def test_a_transaction_without_such_an_answer_is_not_posted(billing, answer, error):
    billing.create = answer
    with pytest.raises(error) as raised:
        transact(billing)
    assert type(raised.value) is error


def test_another_charge_that_a_search_gives_is_never_marked(billing):
    """Some servers pass over a search parameter, and give all that they hold."""
    billing.search = (200, searchset({**OTHER_KEY, "id": "78"}), {})
    with pytest.raises(PostingUncertain, match="holds 0 ChargeItems"):
        withdraw(billing)
    billing.search = (200, searchset(THERE, {**OTHER_KEY, "id": "78"}), {})
    billing.replace = (200, {**THERE, "status": "entered-in-error"}, {})
    assert withdraw(billing).note == "200: entered-in-error"
    assert billing.asked[-1][1] == "/fhir/ChargeItem/77"


def test_what_is_taken_back_is_marked_as_it_is_there_and_only_at_the_version_read(billing):
    billing.search = (200, searchset(THERE), {})
    billing.replace = (200, {**THERE, "status": "entered-in-error"}, {})
    assert withdraw(billing).note == "200: entered-in-error"
    _search, (method, path, headers, body) = billing.asked
    assert (method, path, headers["If-Match"]) == ("PUT", "/fhir/ChargeItem/77", 'W/"3"')
    assert b"entered-in-error" in body
    assert b"billing's own" in body


@pytest.mark.parametrize(
    ("search", "replace", "error"),
    [
        ((200, searchset({**THERE, "status": "billed"}), {}), None, PostingRefused),
        ((200, searchset(), {}), None, PostingUncertain),
        ((200, searchset(THERE, THERE), {}), None, PostingUncertain),
        ((503, None, {}), None, PostingUnavailable),
        ((200, searchset(THERE), {}), (412, OUTCOME, {}), PostingUnavailable),
        ((200, searchset(THERE), {}), (409, OUTCOME, {}), PostingUnavailable),
        ((200, searchset(THERE), {}), (422, OUTCOME, {}), PostingRefused),
        ((200, searchset(THERE), {}), (500, OUTCOME, {}), PostingRepeatable),
        ((200, searchset(THERE), {}), "hang up", PostingRepeatable),
    ],
)
def test_what_cannot_be_taken_back_for_certain_is_not_said_to_be(billing, search, replace, error):
    billing.search, billing.replace = search, replace
    with pytest.raises(error) as raised:
        withdraw(billing)
    assert type(raised.value) is error


def test_what_was_taken_back_already_is_left_alone(billing):
    billing.search = (200, searchset(TAKEN_BACK), {})
    assert withdraw(billing).note == "it was entered-in-error already"
    assert [method for method, *_ in billing.asked] == ["GET"]


def test_what_was_sent_before_is_looked_for_before_it_is_sent_again(billing):
    billing.create, billing.search = (201, ITEM, {}), (200, searchset({**ITEM, "id": "77"}), {})
    with client_of(billing) as client:
        assert client.post(ITEM, identifier=IDENTIFIER, sent_before=True).note.startswith("sent before")
        assert [method for method, *_ in billing.asked] == ["GET"]
        billing.search = (200, searchset(), {})
        assert client.post(ITEM, identifier=IDENTIFIER, sent_before=True).note == "201 Created"


def test_an_operation_is_called_and_may_be_called_again(billing):
    billing.create = (200, {"resourceType": "Parameters"}, {})
    with client_of(billing) as client:
        assert client.operate("$create", {"resourceType": "Parameters"}).note == "200 $create"
        assert billing.asked[0][1] == "/fhir/ChargeItem/$create"
        billing.create = (500, None, {})
        with pytest.raises(PostingRepeatable):
            client.operate("$create", {"resourceType": "Parameters"})


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True), 3600),  # the longest pause
        (format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True), 0),
        ("999999999", 3600),
        ("soon", 0),
        ("-5", 0),
    ],
    ids=["seconds", "a moment to come", "a moment gone by", "far too long", "no number", "less than none"],
)
def test_billing_is_left_alone_for_as_long_as_it_asks(billing, header, seconds):
    billing.create = (429, None, {"Retry-After": header})
    with pytest.raises(PostingUnavailable) as raised:
        post(billing)
    assert raised.value.retry_after == seconds
