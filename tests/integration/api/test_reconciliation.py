"""The report of a day over the API, and its export."""

from tests.integration.api.test_edits import dft


def test_a_lead_sees_the_report_of_a_day_and_takes_it_away(api):
    api.send_hl7(dft("M1", 1, "99991"))
    api.drain()
    report = api.ask("GET", "/v1/reconciliation?day=2026-03-13", role="lead").json()
    assert (report["procedures"], report["charged"]) == (1, 0)
    assert report["counts"]["uncharged"] == 1
    (finding,) = report["findings"]
    assert (finding["lack"], finding["code"]) == ("uncharged", "99991")
    (line,) = api.lines()
    assert finding["line"] == finding["object_id"] == line["id"]
    answer = api.ask("GET", "/v1/reconciliation/export?day=2026-03-13", role="lead")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "reconciliation-2026-03-13.csv" in answer.headers["content-disposition"]
    assert answer.text.splitlines()[1].startswith("2026-03-13,uncharged,candidate,")
    other = api.ask("GET", "/v1/reconciliation?day=2026-03-13", role="lead", facility="north").json()
    assert other["procedures"] == 0, "each sees its own facility"
    approved = api.decide(line, "approve", {"edits_seen": []}).json()
    after = api.ask("GET", "/v1/reconciliation?day=2026-03-13&late_after=1", role="lead").json()
    charged = {each["lack"]: each for each in after["findings"]}
    assert charged.keys() == {"unanswered", "late"}
    assert {each["line"] for each in charged.values()} == {approved["id"]}


def test_a_day_that_is_none_is_refused(api):
    assert api.ask("GET", "/v1/reconciliation?day=yesterday", role="lead").status_code == 422
    assert api.ask("GET", "/v1/reconciliation", role="lead").status_code == 422
