"""Taking a decision back, until it has left for billing."""

from service.domain.charge import Parcel, PostingState
from service.store.ledger import draw_up
from service.wiring.given_settings import read_settings
from tests.integration.pipeline.conftest import a_line


def post(api, state=PostingState.POSTED, seconds=60):
    """What the worker does, so many seconds from now; gives whether anything was due."""
    with api.later(seconds) as store:
        posting = store.postings.claim(["billing"], 60)
        if posting:
            store.postings.fix(posting, Parcel(posting.control_id, b"DFT"))
            store.postings.record(posting, state, "test")
        return posting is not None


def whole(api):
    with api.service.database.connection() as connection:
        drawn = draw_up(connection, api.service.database.keyring)
    # No message was sent here: what it says of messages is another test's matter.
    return [check for check in drawn.checks if not check.holds]


def kind_of(answer):
    return answer.json()["type"].rpartition(":")[2]


def test_an_approval_waits_for_its_being_undone(api, line):
    approved = api.decide(line, "approve").json()
    assert approved["undo_until"] is not None
    assert post(api, seconds=9) is False
    assert post(api, seconds=11) is True


def test_an_undone_approval_never_leaves_and_its_line_is_open_again(api, line):
    approved = api.decide(line, "approve").json()
    undone = api.decide(approved, "undo", {"reason": "wrong key"}).json()
    assert (undone["status"], undone["undo_until"], undone["version"]) == ("proposed", None, 3)
    assert post(api) is False
    assert whole(api) == []
    detail = api.ask("GET", f"/v1/candidates/{line['id']}").json()
    assert [each["verdict"] for each in detail["decisions"]] == ["approve", "undo_approval"]
    assert detail["decisions"][-1]["reason"] == "wrong key"


def test_it_can_be_approved_again_and_leaves_once(api, line):
    undone = api.decide(api.decide(line, "approve").json(), "undo").json()
    assert api.decide(undone, "approve").status_code == 200
    assert (post(api), post(api)) == (True, False)
    assert whole(api) == []


def test_a_rejection_is_undone_at_any_time(api, line):
    rejected = api.decide(line, "reject", {"reason": "not ours"}).json()
    assert api.ask("GET", f"/v1/candidates/{line['id']}").json()["undo"] == {"possible": True, "why_not": ""}
    assert api.decide(rejected, "undo").json()["status"] == "proposed"


def test_what_has_left_is_not_undone(api, line):
    approved = api.decide(line, "approve").json()
    assert post(api)
    answer = api.decide(approved, "undo")
    assert (answer.status_code, kind_of(answer)) == (409, "wrong-state")
    detail = api.ask("GET", f"/v1/candidates/{line['id']}").json()
    assert (detail["status"], detail["undo"]["possible"]) == ("approved", False)
    assert whole(api) == []


def test_what_billing_may_hold_is_not_undone_and_what_it_refused_is(api, line):
    approved = api.decide(line, "approve").json()
    assert post(api, PostingState.UNKNOWN)
    assert api.decide(approved, "undo").status_code == 409
    with api.service.database.transaction() as store:
        (charge,) = store.charges.of_candidate(line["id"])
        (posting,) = store.postings.of_charge(charge.key)
        store.postings.settle(posting, PostingState.REFUSED, "billing said so", by="lead")
    assert api.decide(approved, "undo").json()["status"] == "proposed"
    assert whole(api) == []


def test_an_open_line_has_nothing_to_undo_and_a_stale_one_is_read_again(api, line):
    assert kind_of(api.decide(line, "undo")) == "wrong-state"
    api.decide(line, "approve")
    assert kind_of(api.decide(line, "undo")) == "stale-version"


def correction(api, line):
    """A line that corrects an approved one, as charting would bring it."""
    with api.service.database.transaction() as store:
        old = store.candidates.get(line["id"], "main")
        store.candidates.add("main", [(old.procedure_id, a_line(code="62323", corrects=old.id))])
    (new,) = api.lines()
    return new


def test_an_overtaken_decision_is_not_undone(api, line):
    approved = api.decide(line, "approve").json()
    correction(api, line)
    answer = api.decide(approved, "undo")
    assert "in its place" in answer.json()["detail"]


def test_undoing_a_correction_takes_its_credit_along(api, line):
    api.decide(line, "approve")
    assert post(api)
    corrected = api.decide(correction(api, line), "approve").json()
    undone = api.decide(corrected, "undo").json()
    assert post(api) is False
    assert whole(api) == []
    assert api.decide(undone, "approve").status_code == 200
    assert (post(api), post(api), post(api)) == (True, True, False)
    assert whole(api) == []


def test_undoing_a_correction_lets_go_what_it_had_held_back(api, line):
    api.decide(line, "approve")
    corrected = api.decide(correction(api, line), "approve").json()
    assert api.decide(corrected, "undo").status_code == 200
    assert (post(api), post(api)) == (True, False)
    charges = api.ask("GET", "/v1/charges").json()
    assert [(each["code"], each["postings"][0]["state"]) for each in charges] == [
        ("62327", "posted"),
        ("62323", "cancelled"),
    ]
    assert whole(api) == []


def test_the_hold_is_a_setting_and_may_be_none(tmp_path):
    assert read_settings(data=tmp_path).undo_seconds == 10
    assert read_settings(data=tmp_path, undo_seconds=0).undo_seconds == 0
