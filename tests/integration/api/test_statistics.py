"""The numbers of the dashboard: what was decided, what was accepted, how long it took; a facility's own."""

import itertools
from datetime import UTC, datetime, time

from tests.integration.api.test_edits import dft


def lines(api, count, **more):
    for n in range(count):
        api.send_hl7(dft(f"M{n}", n, f"9999{n}", patient=f"P{n}"), **more)
    api.drain()
    return api.lines(**more)


def statistics(api, **more):
    answer = api.ask("GET", "/v1/statistics?days=7", **more)
    assert answer.status_code == 200
    return answer.json()


def test_decisions_are_counted_by_day_and_by_row_and_times_are_told(api, monkeypatch):
    day = datetime.now(UTC).date()
    noon = itertools.count(datetime.combine(day, time(12), UTC).timestamp())
    monkeypatch.setattr(api.service.database, "_clock", lambda: float(next(noon)))  # no midnight in between
    first, second, third, _open = lines(api, 4)
    api.decide(first, "approve", {"edits_seen": []})
    changed = api.decide(second, "change", {"units": 2, "reason": "two"}).json()
    api.decide({**second, "version": changed["version"]}, "approve", {"edits_seen": []})
    api.decide(third, "reject", {"reason": "not_billable"})
    found = statistics(api)
    assert len(found["days"]) == 7
    *_earlier, today = found["days"]
    assert today["day"] == day.isoformat()
    assert (today["approved"], today["changed"], today["rejected"]) == (2, 1, 1)
    assert found["to_approval"]["count"] == 2
    assert found["to_approval"]["median"] > 0
    assert found["to_posting"] == {"count": 0, "median": None, "nine_in_ten": None}
    assert sum(row["decided"] for row in found["rows"]) == 3
    assert sum(row["accepted"] for row in found["rows"]) == 1


def test_another_facility_and_a_queue_where_nothing_happened_show_nothing(api):
    (line,) = lines(api, 1)
    api.decide(line, "approve", {"edits_seen": []})
    found = statistics(api, facility="elsewhere")
    assert found["rows"] == []
    assert {each["approved"] for each in found["days"]} == {0}


def test_days_beyond_a_year_are_refused(api):
    assert api.ask("GET", "/v1/statistics?days=400").status_code == 422
