"""Money and filing limits over the API: shown, filtered and added up; unknown where nothing is known."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from service.domain.charge import ChargeKind
from service.domain.filing import FilingLimits
from service.domain.layout import ChargeMaster, ChargeMasterItem
from service.domain.stakes import Stakes
from tests.integration.api.test_worklist import PAYER, codes, put, walk
from tests.integration.pipeline.conftest import a_line

PRICES = ChargeMaster(
    {
        ("62327", ""): (ChargeMasterItem("1", unit_amount=Decimal("1000.10")),),
        ("62323", ""): (ChargeMasterItem("2", unit_amount=Decimal("20.05")),),
    }
)


TODAY = date(2026, 3, 1)


def ago(days):
    return (TODAY - timedelta(days=days)).isoformat()


@pytest.fixture
def site(api, monkeypatch):
    """A site that has noted limits and prices: medicare takes 100 days, any other 30. Its day stands."""
    noon = datetime.combine(TODAY, time(12), UTC).timestamp()
    monkeypatch.setattr(api.service.database, "_clock", lambda: noon)
    parts = api.client.app.state.parts
    limits = (FilingLimits("site", "2000-01-01", "", {"medicare": 100}, 30),)
    api.client.app.state.parts = replace(parts, stakes=Stakes(limits, PRICES, lambda: TODAY))
    by_medicare = {"elements": [PAYER]}
    put(api, a_line(code="62327", units=3, service_date=ago(40), content=by_medicare))
    put(api, a_line(code="62323", service_date=ago(40)))
    put(api, a_line(code="62326", service_date=ago(20)), created_at=0.0)
    put(api, a_line(code="62325", service_date=""))
    return api


def test_a_line_says_how_long_its_payer_takes_a_claim_and_what_it_is_worth(site):
    by_code = {line["code"]: line for line in site.lines()}
    told = {code: [line["days_left"], line["amount"]] for code, line in by_code.items()}
    assert told == {
        "62327": [60, "3000.30"],
        "62323": [-10, "20.05"],
        "62326": [10, None],
        "62325": [None, None],
    }
    assert by_code["62323"]["file_by"] == ago(10)
    assert {line["currency"] for line in by_code.values()} == {"USD"}
    detail = site.ask("GET", f"/v1/candidates/{by_code['62327']['id']}").json()
    assert (detail["days_left"], detail["amount"]) == (60, "3000.30")
    claimed = site.decide(by_code["62327"], "claim").json()
    assert claimed["amount"] == "3000.30"


def test_lines_are_found_by_their_limit_and_by_what_is_at_stake(site):
    for query, wanted in {
        "due_within_days=-1": ["62323"],
        "due_within_days=10": ["62323", "62326"],
        "due_within_days=9": ["62323"],
        "due_within_days=60&order=service_date": ["62327", "62323", "62326"],
        "due_within_days=60&payer=medicare": ["62327"],
        "least_amount=20.05": ["62327", "62323"],
        "least_amount=3000.31": [],
        "least_amount=0.01&due_within_days=10": ["62323"],
    }.items():
        assert sorted(codes(walk(site, query))) == sorted(wanted), query
    assert site.ask("GET", "/v1/candidates/counts?due_within_days=10").json() == {"proposed": 2}
    best = site.ask("POST", "/v1/candidates/next", json={"filter": {"least_amount": 1000}}).json()
    assert best["code"] == "62327"
    assert site.ask("GET", "/v1/candidates?least_amount=-1").status_code == 422
    exported = site.ask("GET", "/v1/candidates/export?due_within_days=-1").text
    assert "20.05" in exported
    assert "62327" not in exported


def test_a_worklist_goes_by_filing_limit_across_payers_a_page_at_a_time(site):
    put(site, a_line(code="62321", service_date=ago(110), content={"elements": [PAYER]}))
    in_order = ["62323", "62321", "62326", "62327", "62325"]  # two overdue by 10 days; 10, 60 left; unknown
    assert codes(site.lines(params={"order": "limit"})) == in_order
    assert codes(walk(site, "order=limit")) == in_order
    for medicare in ("payer=medicare", "payer=medicare&payer=medicare"):
        assert codes(walk(site, f"order=limit&{medicare}")) == ["62321", "62327"]
    assert codes(walk(site, "order=limit&least_amount=1")) == ["62323", "62327"]
    assert codes(walk(site, "order=limit&due_within_days=10")) == ["62323", "62321", "62326"]
    best = site.ask("POST", "/v1/candidates/next", json={"filter": {"order": "limit"}}).json()
    assert best["code"] == "62323"
    for query in ("order=limit&status=approved", "order=limit&after=2026-99-99~1", "order=limit&after=~1"):
        assert site.ask("GET", f"/v1/candidates?{query}").status_code == 422


def test_what_waits_is_added_up_by_age_and_by_limit_and_what_is_unknown_is_counted_apart(site):
    found = site.ask("GET", "/v1/statistics/waiting").json()
    assert found["currency"] == "USD"
    first, *others = found["by_age"]
    assert first == {"age": "0-1", "lines": 3, "unpriced": 1, "amount": "3020.35"}
    assert others[-1] == {"age": "8+", "lines": 1, "unpriced": 1, "amount": "0"}
    assert found["by_limit"] == {"overdue": 1, "0-7": 0, "8-30": 1, "31+": 1, "not known": 1}
    other = site.ask("GET", "/v1/statistics/waiting", facility="north").json()
    assert sum(each["lines"] for each in other["by_age"]) == 0


def test_a_reconciliation_says_what_waits_comes_to_by_age_since_the_service(site):
    put(site, a_line(code="62323", service_date=ago(1), kind=ChargeKind.CREDIT))
    report = site.ask("GET", f"/v1/reconciliation?day={ago(1)}", role="lead").json()
    assert report["at_stake"]["0-1"] == {"amount": "0", "unpriced": 1}, "a credit is no money that waits"
    assert report["at_stake"]["8+"] == {"amount": "3020.35", "unpriced": 1}
    assert (report["currency"], report["waiting"]["8+"]) == ("USD", {"proposed": 3})


def test_a_site_that_has_noted_nothing_is_told_nothing(api):
    put(api, a_line(service_date=ago(1)))
    (line,) = api.lines()
    assert (line["file_by"], line["days_left"], line["amount"], line["currency"]) == (None, None, None, "")
    assert codes(walk(api, "due_within_days=9999")) == []
    report = api.ask("GET", f"/v1/reconciliation?day={ago(1)}", role="lead").json()
    assert (report["at_stake"], report["currency"]) == ({}, "")
    found = api.ask("GET", "/v1/statistics/waiting").json()
    assert (found["currency"], found["by_limit"], found["by_age"][0]["amount"]) == ("", {}, None)
