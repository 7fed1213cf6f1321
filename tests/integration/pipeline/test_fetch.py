"""Fetching from an EHR's FHIR server: nothing passed over or taken twice; faults are tried again or shown."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from service.domain.ehr import Ehr, Search
from service.fhir import EhrServer, Notification, Told
from service.pipeline.chart import chart
from service.pipeline.fetch import Fetcher
from service.pipeline.notify import hear
from service.pipeline.receive import Door, Source
from tests.ehr_server import PlayedEhr
from tests.played_server import played

DAY = "2026-03-02T10:0{}:00Z"


def procedure(number, minute=0, **more):
    return {
        "resourceType": "Procedure",
        "id": str(number),
        "meta": {"versionId": "1", "lastUpdated": DAY.format(minute)},
        "status": "completed",
        "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}]},
        "subject": {"reference": "Patient/1"},
        "performedDateTime": "2026-03-02",
        **more,
    }


@pytest.fixture
def ehr():
    with played(PlayedEhr()) as running:
        yield running


@pytest.fixture
def fetcher(ehr, database):
    described = Ehr(
        "north",
        f"{ehr.url}/r4/",
        "main",
        hosts=frozenset({"127.0.0.1"}),
        searches=(Search("Procedure"),),
        every=60.0,
        overlap=0.0,
        page_size=2,
    )
    server = EhrServer(described, timeout=5, most_bytes=100_000)
    door = Door(database, "main", lambda *_message: Source("a feed", "main"), lambda _queue: None)
    with database.transaction() as store:
        store.ehrs.hang("north", ["Procedure"], "2026-01-01T00:00:00Z")
    yield Fetcher(database, door, {"north": server}, 60.0)
    server.close()


@pytest.fixture
def run(fetcher, database, reader, clock):
    """Do what is due, after some seconds; gives the codes in the queue."""

    def do(after=0.0):
        clock.now += after
        while fetcher.fetch():
            pass
        while chart(database, reader, batch=10, lease=60):
            pass
        with database.connection() as connection:
            return sorted(connection.scalars(text("SELECT code FROM candidate")))

    return do


@pytest.fixture
def told(database, fetcher):
    """Tell of events, as a notification would."""

    def tell(
        *numbers,
        count=None,
        kind="event-notification",
        at="",
        status="active",
        subscription="s1",
        focus="Procedure/{}",
    ):
        events = tuple(Told(number, focus.format(number)) for number in numbers)
        newest = count if count is not None else max(numbers, default=0)
        said = Notification(kind, subscription, status, newest, events, frozenset(), at)
        with database.transaction() as store:
            hear(store, fetcher.servers["north"].ehr, said)

    return tell


def stands(database):
    with database.look() as store:
        return store.ehrs.searches()[0]


def events_asked(ehr):
    return [
        (int(parameters["eventsSinceNumber"][0]), int(parameters["eventsUntilNumber"][0]))
        for _method, path, parameters, _body in ehr.asked
        if path.endswith("$events")
    ]


def test_every_page_is_stored_and_the_search_moves_on(run, ehr, database):
    ehr.resources = [procedure(n, n) for n in range(5)]
    assert run() == ["62323"] * 5
    assert stands(database).since == "2026-03-02T10:04:00+00:00"
    assert run() == ["62323"] * 5
    assert len(ehr.asked) == 3, "it is not due yet"
    ehr.resources.append(procedure(9, 5))
    assert run(after=61) == ["62323"] * 6


def test_what_an_overlap_brings_again_is_known(run, fetcher, ehr, database):
    server = fetcher.servers["north"]
    server.ehr = replace(server.ehr, overlap=3600.0)
    ehr.resources = [procedure(1, 1)]
    assert run() == ["62323"]
    run(after=61)
    run(after=61)
    with database.connection() as connection:
        (row,) = connection.execute(text("SELECT duplicates FROM event")).all()
    assert row.duplicates == 2, "one message, which came twice more"
    assert len(ehr.asked) == 3


def test_a_search_that_breaks_off_begins_again_where_it_began(run, ehr, database):
    ehr.resources = [procedure(n, n) for n in range(5)]
    ehr.instead = []
    page = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": procedure(0, 0)}]}
    link = [{"relation": "next", "url": f"{ehr.url}/r4/Procedure?page=2"}]
    ehr.instead = [(200, {**page, "link": link}, {}), (503, {}, {})]
    assert run() == ["62323"]
    assert stands(database).since == "2026-01-01T00:00:00Z"
    assert "503" in stands(database).note
    assert run(after=61) == ["62323"] * 5
    assert stands(database).note == ""


def test_a_server_that_asks_us_to_wait_is_left_alone_that_long(run, ehr):
    ehr.instead = [(429, {}, {"Retry-After": "300"})]
    run()
    run(after=200)
    assert len(ehr.asked) == 1
    run(after=101)
    assert len(ehr.asked) == 2


def test_one_time_far_ahead_does_not_hide_what_comes_later(run, ehr, database):
    ehr.resources = [procedure(1, 1, meta={"lastUpdated": "2199-01-01T00:00:00Z"})]
    run()
    assert stands(database).since < "2199"


def test_what_a_notification_names_is_read(run, told, ehr):
    run()
    ehr.resources = [procedure(7)]
    told(1, focus="https://ehr.test/r4/Procedure/7/_history/2")
    assert run() == ["62323"]
    assert ehr.paths()[-1] == "/r4/Procedure/7"


def test_what_was_deleted_since_is_nothing_to_fetch(run, told, database):
    run()
    told(1)
    assert run() == []
    with database.look() as store:
        assert store.ehrs.waiting() == []


def test_a_refusal_is_kept_for_an_operator_and_fetched_after_it_is_mended(run, told, ehr, database):
    run()
    ehr.resources = [procedure(1)]
    ehr.instead = [(403, {}, {})]
    told(1)
    assert run() == []
    with database.look() as store:
        (waiting,) = store.ehrs.waiting()
        assert (waiting.state, "403" in waiting.note) == ("failed", True)
    with database.transaction() as store:
        assert store.ehrs.retry("north", by="ana") == 1
    assert run() == ["62323"]


def test_missed_notifications_are_asked_for_once_others_had_time_to_come(run, told, ehr, database):
    run()
    told(1)
    ehr.events[2] = {
        "resourceType": "Bundle",
        "type": "history",
        "entry": [
            {
                "resource": {
                    "resourceType": "Parameters",
                    "parameter": [
                        {"name": "subscription", "valueReference": {"reference": "Subscription/s1"}},
                        {"name": "type", "valueCode": "query-event"},
                        *(
                            {
                                "name": "notification-event",
                                "part": [
                                    {"name": "event-number", "valueString": str(n)},
                                    {"name": "focus", "valueReference": {"reference": f"Procedure/{n}"}},
                                ],
                            }
                            for n in (2, 3)
                        ),
                    ],
                }
            },
            {"resource": procedure(2)},
        ],
    }
    ehr.resources = [procedure(3)]
    told(4)
    run()
    assert events_asked(ehr) == []
    assert run(after=11) == ["62323", "62323"]
    assert events_asked(ehr) == [(2, 3)]
    with database.look() as store:
        assert (store.ehrs.subscription("north").last_number, store.ehrs.subscription("north").gaps) == (4, 2)


def test_where_the_server_repeats_no_events_it_is_searched(run, told, ehr):
    run()
    told(1)
    told(5)
    ehr.resources = [procedure(2)]
    assert run(after=11) == ["62323"]
    assert ehr.paths()[-1] == "/r4/Procedure"


def test_a_heartbeat_shows_what_was_missed(run, told, ehr):
    run()
    told(1)
    told(count=3, kind="heartbeat")
    run(after=11)
    assert events_asked(ehr) == [(2, 3)]


def test_late_and_repeated_notifications_are_no_gap_and_no_new_beginning(run, told, ehr, database):
    run()
    told(5, at="20260302100500", focus="")
    searches = len(ehr.paths())
    told(4, at="20260302100400", focus="Procedure/4")
    told(5, at="20260302100500", focus="Procedure/5")
    run(after=11)
    assert events_asked(ehr) == []
    with database.look() as store:
        assert store.ehrs.subscription("north").last_number == 5
    assert searches == 1


@pytest.mark.parametrize("again", [{"kind": "handshake"}, {"at": "20260303"}, {"subscription": "s2"}])
def test_a_server_that_counts_anew_is_searched_for_what_was_lost_between(run, told, ehr, database, again):
    run()
    told(57, at="20260302")
    run()
    asked = len(ehr.paths())
    told(count=0, **{"kind": "heartbeat", **again})
    run()
    assert ehr.paths()[asked:] == ["/r4/Procedure"]
    told(1, at="20260304", subscription=again.get("subscription", "s1"))
    run(after=11)
    assert events_asked(ehr) == []
    with database.look() as store:
        assert store.ehrs.subscription("north").last_number == 1


@pytest.mark.usefixtures("fetcher")
def test_a_search_that_is_asked_for_while_one_runs_is_done_after_it(database):
    with database.transaction() as store:
        job = store.ehrs.claim_search(["north"], 60)
        assert store.ehrs.claim_search(["north"], 60) is None
    with database.transaction() as store:
        store.ehrs.search_now("north")
    with database.transaction() as store:
        store.ehrs.searched(job, job.since, 3600)
        assert store.ehrs.claim_search(["north"], 60) is not None


def test_a_worker_that_died_is_followed_by_another(database, clock):
    with database.transaction() as store:
        store.ehrs.add("north", "read", "Procedure/1")
        store.ehrs.add("north", "read", "Procedure/1")
        first = store.ehrs.claim(["north"], 60)
        assert store.ehrs.claim(["north"], 60) is None
    clock.now += 61
    with database.transaction() as store:
        second = store.ehrs.claim(["north"], 60)
        store.ehrs.fetch_failed(first, "too late to say", None)
        store.ehrs.fetched(second)
        assert store.ehrs.waiting() == []


def test_a_subscription_that_has_stopped_is_remembered(told, database):
    told(kind="query-status", status="error")
    with database.look() as store:
        assert store.ehrs.subscription("north").status == "error"
