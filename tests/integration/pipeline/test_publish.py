"""Publishing mappings on real databases: who, when, which; and what open lines become."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from service.__main__ import app
from service.domain.errors import MappingError, StaleVersion, WrongState
from service.jobs import CHART
from service.mapping.load import digest_of
from service.pipeline import handling
from service.pipeline.chart import Reader, chart
from service.pipeline.reviewing import Reviewer
from service.store.quarantine import Which
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service, warn_of_unpublished
from tests.conftest import KEYRING_KEY
from tests.integration.pipeline.conftest import GUIDED, approve, queue, report
from tests.shipped import copy_with_one_table, load_once, shipped_mappings, shipped_reader

TABLES = ("tables", "*.yaml")
FEED = ("feeds", "generic-oru.yaml")


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped mappings, with the one table that is told here."""
    return copy_with_one_table(tmp_path / "mappings")


def change(folder, files, old, new):
    """Change text in files of a folder."""
    where, pattern = files
    for path in (folder / where).glob(pattern):
        path.write_text(path.read_text().replace(old, new))


@pytest.fixture
def another_code(folder):
    """Mappings in which the guided catheter has another code."""
    change(folder, TABLES, "62327", "99999")
    return folder


@pytest.fixture
def publish(database_url, folder, monkeypatch, database):  # noqa: ARG001  there must be a schema
    """`charge-capture mappings publish` of the folder."""
    monkeypatch.setenv("CHARGE_CAPTURE_DATABASE_URL", database_url)
    monkeypatch.setenv("CHARGE_CAPTURE_KEY", base64.b64encode(KEYRING_KEY).decode())
    monkeypatch.setenv("CHARGE_CAPTURE_MAPPINGS", str(folder))

    def run(*options):
        return CliRunner().invoke(app, ["mappings", "publish", *options], catch_exceptions=False).stdout

    return run


def load_changed(folder):
    change(folder, TABLES, "62327", "99999")
    return digest_of(folder)


def chart_with(database, folder):
    """What a worker does that runs with these mappings."""
    while chart(database, Reader(load_once(folder)), batch=10, lease=60):
        pass


def trail(database):
    """Who did what to the mappings, oldest first."""
    with database.look() as store:
        rows = store.trail.page("*", limit=50)
    told = [row for row in rows if row["object_type"] == "mappings"]
    return [(row["actor"], row["action"], row["object_id"], row["count"]) for row in reversed(told)]


def test_open_lines_follow_the_published_mappings_and_the_trail_says_who(
    database, take, publish, another_code
):
    take(report(1), report(2, time="20270110100000", **GUIDED), report(3, patient="P2", **GUIDED))
    before, after = shipped_mappings().digest, digest_of(another_code)
    assert {(line.code, line.mappings_digest) for line in queue(database)} == {("62327", before)}

    said = publish("--by", "ana", "--re-evaluate")
    chart_with(database, another_code)

    assert said.splitlines()[0].startswith(f"published {after[:12]}: ")
    assert said.splitlines()[1] == "3 messages of 2 procedures with an open line are charted anew"
    assert [(line.code, line.mappings_digest) for line in queue(database)] == [("99999", after)] * 2
    published, re_evaluated = trail(database)
    assert published == ("ana", "mappings.publish", after, 1)
    assert re_evaluated == ("ana", "mappings.re-evaluate", after, 3)
    with database.look() as store:
        current = store.publications.current()
    assert (current.digest, current.by) == (after, "ana")


def test_without_re_evaluate_nothing_that_waits_is_touched(database, take, publish, another_code):
    take(report(1, **GUIDED))
    publish()
    chart_with(database, another_code)
    assert [line.code for line in queue(database)] == ["62327"]
    assert [actor for actor, *_ in trail(database)] == ["command line"]


def test_a_line_that_the_new_mappings_say_again_stays_as_it_is(database, take, publish, another_code):
    take(report(1, imaging__modality="none"))
    (before,) = queue(database)
    publish("--re-evaluate")
    chart_with(database, another_code)
    (after,) = queue(database)
    assert (after.id, after.version, after.code) == (before.id, before.version, "62326")


def test_a_question_that_waits_is_worded_as_the_new_mappings_word_it(database, take, publish, folder):
    take(report(1))
    (before,) = queue(database)
    old = "Please state which imaging, if any, guided needle"
    change(folder, TABLES, old, "Please describe how needle")
    publish("--re-evaluate")
    chart_with(database, folder)
    (after,) = queue(database)
    worded = [
        {**each, "wording": each["wording"].replace(old, "Please describe how needle")}
        for each in before.content["questions"]
    ]
    assert worded != before.content["questions"]
    assert (after.id, after.content["questions"]) == (before.id, worded)


def test_what_holds_already_is_not_published_again(database, take, publish):
    take(report(1, **GUIDED))
    publish("--by", "ana")
    with pytest.raises(WrongState, match=r"are the published ones already, by ana$"):
        publish("--by", "ben")
    assert [actor for actor, *_ in trail(database)] == ["ana"]
    # A re-evaluation that was forgotten is made up for.
    assert publish("--by", "ben", "--re-evaluate").startswith("1 messages of 1 procedures")
    assert [each[:2] for each in trail(database)[1:]] == [("ben", "mappings.re-evaluate")]


def test_of_several_who_publish_at_once_one_does(database):
    def publish(name):
        try:
            with database.transaction() as store:
                store.publications.publish("d" * 64, by=name, tables=1, feeds=1)
        except WrongState as error:
            return str(error)
        return name

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(publish, "abcdef"))
    (one,) = set("abcdef").intersection(said)
    assert sum(each.endswith(f"already, by {one}") for each in said) == 5
    assert [actor for actor, *_ in trail(database)] == [one]


def test_an_earlier_folder_may_be_published_again(database, publish, folder):
    first = digest_of(folder)
    publish()
    change(folder, TABLES, "62327", "99999")
    publish()
    change(folder, TABLES, "99999", "62327")
    publish()
    assert [digest for _, _, digest, _ in trail(database)] == [first, load_changed(folder), first]


def test_a_folder_that_fails_the_check_is_not_published(database, take, publish, folder):
    take(report(1, **GUIDED))
    change(folder, TABLES, "[epidural, subarachnoid]", "[epidurla, subarachnoid]")
    with pytest.raises(MappingError, match="epidurla"):
        publish("--re-evaluate")
    assert trail(database) == []
    assert chart(database, shipped_reader(), batch=10, lease=60) == 0


def test_what_people_decided_and_what_is_set_aside_is_not_charted_anew(
    database, take, publish, another_code, coder
):
    take(report(1, **GUIDED), report(2, patient="P2", **GUIDED))
    decided, waiting = queue(database)
    approve(database, coder, decided)
    with database.transaction() as store:
        ((_, aside),) = store.events.of_procedures([waiting.procedure_id])
        store.events.quarantine(aside.id, "main", "a person looks")
    assert publish("--re-evaluate").splitlines()[1].startswith("0 messages of 1 procedures")
    chart_with(database, another_code)
    assert [line.code for line in queue(database, "approved")] == ["62327"]
    assert len(queue(database)) == 1


def test_whoever_has_claimed_a_line_that_changes_decides_nothing_by_mistake(
    database, take, publish, another_code, coder
):
    take(report(1, **GUIDED))
    (line,) = queue(database)
    with database.transaction() as store:
        handling.claim(store, Reviewer(coder, line.id, line.version))
    (claimed,) = queue(database)
    publish("--re-evaluate")
    chart_with(database, another_code)
    with pytest.raises(StaleVersion):
        approve(database, coder, claimed)


def test_a_message_that_now_tells_of_another_procedure_leaves_no_line_behind(database, take, publish, folder):
    take(report(1, **GUIDED))
    (before,) = queue(database)
    change(folder, FEED, "{name: order, of: [OBR-3.1]", "{name: number, of: [OBR-3.1]")
    publish("--re-evaluate")
    chart_with(database, folder)
    (after,) = queue(database)
    assert after.code == before.code
    assert after.procedure_id != before.procedure_id


def test_a_message_that_can_no_longer_be_read_holds_its_procedure_back(database, take, publish, folder):
    class Failing(Reader):
        def read(self, event):
            raise RuntimeError(event.id)

    take(report(1, **GUIDED))
    publish("--re-evaluate")
    chart(database, Failing(load_once(folder)), batch=10, lease=60)
    (line,) = queue(database)
    assert (line.code, line.slot) == ("", "unreadable")
    with database.look() as store:
        assert len(store.quarantine.page(Which(), limit=5)) == 1
        assert [row["action"] for row in store.trail.page("*", limit=50)].count("quarantine") == 1


def test_a_process_that_goes_on_with_other_mappings_warns_of_each_publication_once(publish, folder):
    running = open_service(read_settings())
    with capture_logs() as lines:
        running.drain(CHART)
        publish()
        running.drain(CHART)
        load_changed(folder)
        publish("--re-evaluate")
        running.drain(CHART)
        running.drain(CHART)
    running.close()
    warned = [line["published"] for line in lines if line["event"] == "mappings are not the published ones"]
    assert warned == [digest_of(folder)[:12]]


def test_mappings_that_are_not_the_published_ones_are_warned_of_once_something_is_published(publish, folder):
    def warned():
        service = open_service(read_settings())
        with capture_logs() as lines:
            warn_of_unpublished(service)
        service.close()
        return [(line["log_level"], line["loaded"], line["published"]) for line in lines]

    assert warned() == []
    publish()
    assert warned() == []
    published = digest_of(folder)[:12]
    loaded = load_changed(folder)[:12]
    assert warned() == [("warning", loaded, published)]
