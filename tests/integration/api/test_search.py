"""Lines found by the words of their notes: what is found, what never is, what becomes of replaced notes."""

import pytest
from sqlalchemy import func, select

from service.domain.note_words import words_of
from service.pipeline.note_backfill import forget_notes, index_stored
from service.store import notes
from service.store.note_tables import note, note_word
from service.wiring.given_settings import read_settings
from service.wiring.opening import open_service
from tests.integration.api.conftest import Api

BRUNO = b"L220417^^^LAKEMRN^MR||Testperson^Bruno"


@pytest.fixture
def api(deployment, mappings):
    """The API of a site that has turned the full text on."""
    service = open_service(read_settings(**deployment, note_search=True), mappings)
    yield Api(service)
    service.close()


@pytest.fixture
def send(api, sample):
    """Send the note of a lumbar injection, with some words in the place of others, and have it charted."""

    def send_note(number=0, *changes, facility="main"):
        body = sample("02-mdm-t02")
        numbers = (
            (b"LKS-20260311-0442", b"C%d"),
            (b"P-7120", b"P%d"),
            (b"F-9917", b"F%d"),
            (b"55120", b"D%d"),
        )
        for old, new in (*((old, new % number) for old, new in numbers), *changes):
            assert old in body, old
            body = body.replace(old, new)
        assert api.send_hl7(body, facility=facility).text.count("MSA|AA") == 1
        api.drain()

    return send_note


def search(api, words, *, role="coder", facility="main", **more):
    body = {"text": words, **more}
    answer = api.ask("POST", "/v1/candidates/search", role=role, facility=facility, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def codes(page):
    return [item["line"]["code"] for item in page["items"]]


def rows(api, table):
    with api.service.database.look() as store:
        return store.transaction.connection.scalar(select(func.count()).select_from(table))


def test_all_words_must_occur_and_the_place_is_shown(api, send):
    send()
    page = search(api, "RADICULOPATHY  iohexol")
    assert codes(page) == ["62323"]
    assert page["after"] is None
    found = {item["path"]: item for item in page["items"][0]["snippets"]}
    (snippet,) = found.values()
    begin = snippet["start"]
    shown = [snippet["text"][start - begin : end - begin] for start, end in snippet["words"]]
    assert shown == ["radiculopathy"]
    assert search(api, "radiculopathy celiac")["items"] == []
    assert search(api, "radiculo")["items"] == []


def test_names_long_numbers_and_the_commonest_words_find_nothing(api, send):
    send(0, (b"INDICATION: Left", b"INDICATION: Mr. Bruno Testperson, MRN 9220417, has left"))
    assert codes(search(api, "radiculopathy")) == ["62323"]
    assert search(api, "Testperson radiculopathy")["items"] == []
    assert search(api, "Bruno")["items"] == []
    page = search(api, "radiculopathy 9220417 has")
    assert (codes(page), page["left_out"]) == (["62323"], ["9220417", "has"])
    answer = api.ask("POST", "/v1/candidates/search", json={"text": "9220417 the"})
    assert answer.status_code == 422
    assert "9220417" not in answer.text


def test_what_was_replaced_is_found_no_more(api, send):
    send()
    send(
        1,
        (b"|C1|", b"|C2|"),
        (b"P1^ORDERS", b"P0^ORDERS"),
        (b"F1^PAINSYS", b"F0^PAINSYS"),
        (b"D1^", b"D0^"),
        (b"20260311154500-0500||MDM^T02^MDM_T02", b"20260311164500-0500||MDM^T10^MDM_T02"),
        (b"radiculopathy", b"stenosis"),
    )
    assert search(api, "radiculopathy")["items"] == []
    assert codes(search(api, "stenosis")) == ["62323"]
    assert rows(api, note) == 1


def test_what_was_cancelled_is_found_no_more_and_leaves_no_word(api, send):
    send()
    assert rows(api, note_word) > 50
    send(
        0,
        (b"|C0|", b"|C2|"),
        (b"20260311154500-0500||MDM^T02^MDM_T02", b"20260311164500-0500||MDM^T11^MDM_T01"),
        (b"|AU||AV", b"|AU||CA"),
    )
    assert search(api, "radiculopathy", status=["superseded", "proposed", "waiting"])["items"] == []
    assert (rows(api, note), rows(api, note_word)) == (0, 0)


def test_other_facilities_and_other_states_are_not_searched(api, send):
    send(0)
    send(1, facility="south")
    assert len(search(api, "radiculopathy", facility="south")["items"]) == 1
    assert search(api, "radiculopathy", facility="main", status=["approved"])["items"] == []
    answer = api.ask("POST", "/v1/candidates/search", facility="*", json={"text": "radiculopathy"})
    assert answer.status_code == 422
    body = {"text": "radiculopathy", "facility": "south"}
    assert len(api.ask("POST", "/v1/candidates/search", facility="*", json=body).json()["items"]) == 1
    assert api.ask("POST", "/v1/candidates/search", json=body).json()["items"] == []


def test_pages_follow_each_other_and_miss_nothing(api, send, monkeypatch):
    for number in range(5):
        send(number, *[(b"Left L5", b"Right L5")] * (number == 2))
    monkeypatch.setattr(notes, "LOOKED_AT", 2)
    for words, expected in (("radiculopathy", 5), ("radiculopathy left", 4), ("radiculopathy right", 1)):
        found, after = [], None
        while True:
            page = search(api, words, limit=1, **({"after": after} if after else {}))
            found += [item["line"]["id"] for item in page["items"]]
            if (after := page["after"]) is None:
                break
        assert len(found) == len(set(found)) == expected, words
        assert found == sorted(found, reverse=True)  # ids tell the order of arrival


def test_each_search_is_audited_without_its_words(api, send):
    send()
    search(api, "radiculopathy")
    entries = api.ask("GET", "/v1/audit", role="auditor").json()
    (entry,) = [each for each in entries if each["action"] == "search"]
    assert (entry["actor"], entry["object_type"], entry["count"]) == ("coder of main", "note", 1)
    assert "radiculopathy" not in str(entry)


def test_only_those_who_read_the_queue_may_search(api):
    allowed = {"coder", "lead", "auditor"}
    for role in ("feed", "coder", "lead", "auditor", "admin", "monitor"):
        answer = api.ask("POST", "/v1/candidates/search", role=role, json={"text": "word"})
        assert (answer.status_code == 200) == (role in allowed), role
    assert api.client.post("/v1/candidates/search", json={"text": "word"}).status_code == 401


def test_what_was_stored_before_is_indexed_by_the_command_and_forgotten(api, send):
    send(0)
    send(1)
    assert forget_notes(api.service.database) == 2
    assert (rows(api, note), rows(api, note_word)) == (0, 0)
    after = ""
    while after is not None:
        after = index_stored(api.service.database, api.service.reader, after)
    assert codes(search(api, "radiculopathy")) == ["62323", "62323"]


def test_off_there_is_no_search_and_no_word_is_kept(deployment, mappings, sample):
    service = open_service(read_settings(**deployment), mappings)
    api = Api(service)
    api.send_hl7(sample("02-mdm-t02"))
    api.drain()
    assert api.ask("POST", "/v1/candidates/search", json={"text": "word"}).status_code in (404, 405)
    assert (rows(api, note), rows(api, note_word)) == (0, 0)
    service.close()


def test_no_word_of_a_note_stands_in_the_clear(api, send):
    send()
    with api.service.database.look() as store:
        (kept,) = store.transaction.connection.execute(select(note.c.words, note.c.sealed_texts))
    for word in words_of("radiculopathy Tuohy methylprednisolone Bruno"):
        assert word.text.encode() not in kept.words + kept.sealed_texts
