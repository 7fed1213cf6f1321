"""Resources that come alone: a Procedure is charted with all of them, in whatever order they came."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.pipeline.chart import chart
from tests.integration.fhir.conftest import RESOURCES, drain, queue, receive

NAMES = list(RESOURCES)
ORDERS = [NAMES, NAMES[::-1], [*NAMES[3:], *NAMES[:3]], [NAMES[n] for n in (4, 2, 3, 0, 5, 1)]]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order[0])
def test_whatever_comes_first_the_procedure_is_charted_with_all_that_belongs_to_it(
    database, take, resource, order
):
    take(*map(resource, order))
    ((status, code, context, diagnoses),) = queue(database)
    assert (status, code, diagnoses) == ("proposed", "62323", ["M54.16"])
    expected = {
        "patient_id": "700123",
        "patient_family_name": "Testperson",
        "patient_birth_date": "1960-01-01",
        "patient_sex": "F",
        "visit_number": "9001",
        "account_number": "ACC-1",
        "patient_class": "O",
    }
    assert {name: context[name] for name in expected} == expected


def of(queued):
    """Status and code of each line."""
    return [line[:2] for line in queued]


def a_document(resource, identifier, text, **changes):
    data = base64.b64encode(text.encode()).decode()
    attachment = {"contentType": "text/plain; charset=utf-8", "data": data}
    return resource("document", id=identifier, content=[{"attachment": attachment}], **changes)


@pytest.mark.parametrize(
    "stranger", [{"sender": "other"}, {"facility": "east"}], ids=["another sender", "another facility"]
)
def test_resources_of_one_name_from_two_sources_never_mix(database, take, resource, stranger):
    take(resource("procedure"))
    take(*(resource(name) for name in ("patient", "observation", "document")), **stranger)
    ((status, code, context, _),) = queue(database)
    assert (status, code, context["patient_id"]) == ("waiting", "", "")


def test_a_note_counts_when_it_is_signed_and_not_before(database, take, resource):
    others = [resource(name) for name in NAMES if name != "document"]
    take(resource("document", docStatus="preliminary"), *others)
    assert of(queue(database)) == [("waiting", "")]
    take(resource("document"))
    assert of(queue(database)) == [("proposed", "62323")]


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "the newer one first"])
def test_a_note_that_replaces_another_takes_its_place(database, take, resource, backwards):
    take(*(resource(name) for name in NAMES if name != "document"))
    # The newer note does not name the procedure: it says only whose place it takes.
    relates = [{"code": "replaces", "target": {"reference": "DocumentReference/d1"}}]
    older = a_document(
        resource, "d1", "Thoracic interlaminar epidural steroid injection at T8-T9 without imaging."
    )
    newer = resource("document", id="d2", relatesTo=relates, context=None)
    take(*((newer, older) if backwards else (older, newer)))
    assert of(queue(database)) == [("proposed", "62323")]


def test_what_is_corrected_later_is_charted_anew(database, take, resource):
    take(*map(resource, NAMES))
    take(resource("patient", name=[{"family": "Otherperson"}], meta={"lastUpdated": "2030-01-01T00:00:00Z"}))
    take(resource("observation", status="entered-in-error"))
    take(resource("condition", verificationStatus={"coding": [{"code": "refuted"}]}))
    ((status, _, context, diagnoses),) = queue(database)
    assert (status, context["patient_family_name"], diagnoses) == ("waiting", "Otherperson", [])


def test_a_late_arrival_of_an_older_version_changes_nothing(database, take, resource):
    newer = resource("patient", meta={"versionId": "2"})
    older = resource("patient", meta={"versionId": "1"}, name=[{"family": "Formerly"}])
    take(*map(resource, NAMES[1:]), newer, older)
    ((_, _, context, _),) = queue(database)
    assert context["patient_family_name"] == "Testperson"


def test_what_repeats_itself_has_nothing_read_again(database, take, reader, resource):
    take(*map(resource, NAMES))
    receive(database, resource("patient", meta={"lastUpdated": "2030-01-01T00:00:00Z"}))
    assert chart(database, reader, batch=10, lease=60) == 1
    assert chart(database, reader, batch=10, lease=60) == 0


def test_workers_that_read_them_all_at_once_end_in_the_same_state(database, reader, resource):
    for name in NAMES:
        receive(database, resource(name))

    def work(_):
        while chart(database, reader, batch=1, lease=60):
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    drain(database, reader)
    ((status, code, context, diagnoses),) = queue(database)
    assert (status, code, context["patient_id"], diagnoses) == ("proposed", "62323", "700123", ["M54.16"])


@pytest.mark.parametrize("status", ["in-progress", "preparation", "entered-in-error"])
def test_what_is_not_yet_done_is_no_charge_until_it_is(database, take, resource, status):
    others = [resource(name) for name in NAMES if name != "procedure"]
    take(*others, resource("procedure", status=status))
    assert of(queue(database)) == []
    take(resource("procedure"))
    assert of(queue(database)) == [("proposed", "62323")]
    take(resource("procedure", status=status))
    assert of(queue(database)) == []


@pytest.mark.parametrize("status", ["stopped", "on-hold", "unknown", "not-done"])
def test_what_may_not_have_been_done_is_no_code_whatever_its_note_says(database, take, resource, status):
    take(*map(resource, NAMES), resource("procedure", status=status))
    assert of(queue(database)) == [("waiting", "")]


@pytest.mark.parametrize(
    ("status", "line"),
    [("not-done", ("waiting", "")), ("stopped", ("waiting", "")), ("completed", ("proposed", "62323"))],
)
def test_a_code_that_the_sender_states_is_none_of_what_was_not_done(database, take, resource, status, line):
    cpt = {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}]}
    take(resource("procedure", status=status, code=cpt))
    assert line in of(queue(database))
    assert line[0] == "proposed" or "62323" not in [code for _status, code in of(queue(database))]


def test_what_a_history_tells_was_deleted_is_taken_back(database, take, resource):
    take(*map(resource, NAMES))
    deletion = {"request": {"method": "DELETE", "url": "Procedure/p1"}, "response": {"status": "204"}}
    created = {"resource": resource("procedure"), "request": {"method": "PUT", "url": "Procedure/p1"}}
    take({"resourceType": "Bundle", "type": "history", "entry": [deletion, created]})
    assert of(queue(database)) == []
