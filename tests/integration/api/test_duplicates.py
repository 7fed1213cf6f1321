"""The same service under two orders: shown beside the line, and named when it is approved all the same."""

import pytest

from service.domain.ids import new_id
from tests.integration.pipeline.conftest import CONTEXT, a_line


def put(api, *contexts, code="62327", **more):
    """A line of a procedure of its own for each of these contexts; the oldest first."""
    lines = [a_line(code=code, content={"context": {**CONTEXT, **each}}, **more) for each in contexts]
    with api.service.database.transaction() as store:
        keys = [("main", new_id()) for _ in lines]
        ids, _ = store.procedures.lock(keys)
        store.candidates.add("main", [(ids[key], line) for key, line in zip(keys, lines, strict=True)])
    return api.lines()[-len(lines) :]


def duplicates_of(api, line):
    return api.ask("GET", f"/v1/candidates/{line['id']}").json()["duplicates"]


@pytest.fixture
def pair(api):
    """The same service of one patient and day under two orders, the first of them charged."""
    first, second = put(api, {"order_number": "A-1"}, {"order_number": "A-2"})
    assert duplicates_of(api, second) == [], "nothing is charged yet"
    assert api.decide(first, "approve").status_code == 200
    return first, second


def test_what_another_order_has_charged_is_shown_with_whose_it_was(api, pair):
    first, second = pair
    (found,) = duplicates_of(api, second)
    assert (found["id"], found["order_number"]) == (first["id"], "A-1")
    assert (found["code"], found["approved_by"]) == ("62327", "coder of main")
    assert duplicates_of(api, first) == [], "what is not charged is no duplicate"


@pytest.mark.parametrize(
    ("context", "more"),
    [({"patient_id": "MRN2"}, {}), ({}, {"code": "62323"}), ({}, {"service_date": "2027-01-11"})],
    ids=["another patient", "another code", "another day"],
)
@pytest.mark.usefixtures("pair")
def test_another_service_is_no_duplicate(api, context, more):
    (other,) = put(api, context, **more)
    assert duplicates_of(api, other) == []


@pytest.mark.parametrize(
    "patient",
    [{"patient_id": "MRN2"}, {"patient_id_authority": "HOSP"}],
    ids=["merged or corrected since", "by whom it was given is said by one of two"],
)
def test_what_the_order_has_charged_under_another_patient_number_is_shown_and_has_to_be_seen(
    api, pair, patient
):
    (later,) = put(api, {"order_number": "A-1", **patient})
    (found,) = duplicates_of(api, later)
    assert (found["id"], found["other_patient"]) == (pair[0]["id"], True)
    assert api.decide(later, "approve", {"duplicates_seen": []}).status_code == 409


@pytest.mark.parametrize(
    "more", [{"code": "62323"}, {"service_date": "2027-01-11"}], ids=["another code", "another day"]
)
@pytest.mark.usefixtures("pair")
def test_another_service_of_the_order_is_none(api, more):
    (other,) = put(api, {"order_number": "A-1", "patient_id": "MRN2"}, **more)
    assert duplicates_of(api, other) == []


def test_a_modifier_does_not_hide_it(api, pair):
    body = {"modifiers": ["59"], "reason": "a second site"}
    changed = api.decide(pair[1], "change", body).json()
    assert len(duplicates_of(api, changed)) == 1


def test_what_was_taken_back_is_charged_no_longer(api, pair):
    first, second = pair
    approved = api.ask("GET", f"/v1/candidates/{first['id']}").json()
    assert api.decide(approved, "undo").status_code == 200
    assert duplicates_of(api, second) == []


def test_who_says_what_was_seen_does_not_charge_it_again_unseen(api, pair):
    first, second = pair
    refused = api.decide(second, "approve", {"duplicates_seen": []})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith(":duplicate-unseen")
    assert "A-1" not in refused.text
    body = {"duplicates_seen": [first["id"]], "confirmed": ["anesthesia.same_day"]}
    assert api.decide(second, "approve", body).status_code == 200
    decision = api.ask("GET", f"/v1/candidates/{second['id']}").json()["decisions"][-1]
    assert decision["duplicates_seen"] == [first["id"]]
    assert decision["confirmed"] == ["anesthesia.same_day"]


def test_no_batch_charges_it_again(api, pair):
    _, second = pair
    body = {"action": "approve", "items": [{"id": second["id"], "version": second["version"]}]}
    (told,) = api.ask("POST", "/v1/candidates/bulk", json=body).json()["items"]
    assert told["problem"]["type"].endswith(":duplicate-unseen")
