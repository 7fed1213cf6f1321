"""Bundles that ask for nothing, and messages: what is taken of them, and how they are answered."""

import orjson
import pytest
from fhirclient.models.bundle import Bundle
from fhirclient.models.messageheader import MessageHeader
from fhirclient.models.operationoutcome import OperationOutcome

from service.fhir import Conditions, admit, assign_id

HEADER = {
    "resourceType": "MessageHeader",
    "id": "m-1",
    "eventCoding": {"system": "urn:events", "code": "procedure-done", "display": "Testperson"},
    "source": {"endpoint": "urn:ehr"},
}
BRINGING = ["collection", "history", "searchset"]


def admitted(content, *, resource_type=None, resource_id=None, method="POST", **conditions):
    body = orjson.dumps(content)
    return admit(
        body,
        resource_type=resource_type,
        resource_id=resource_id,
        method=method,
        assigned_id=assign_id(body),
        conditions=Conditions(**conditions),
    )


def issues(admission):
    answer = orjson.loads(admission.answer)
    OperationOutcome(answer)  # strict: raises for what is no OperationOutcome
    return [(one["severity"], one["code"], one.get("expression", [""])[0]) for one in answer["issue"]]


@pytest.mark.parametrize("kind", BRINGING)
def test_a_bundle_that_asks_for_nothing_needs_no_requests_and_is_answered_with_an_outcome(
    bundle, procedure, read, kind
):
    content = bundle({"resource": procedure()}, {"resource": procedure(id="p2")}, kind=kind)
    admission = admitted(content)
    assert (admission.status, admission.message_type) == (200, f"Bundle/{kind}")
    assert issues(admission) == [("information", "informational", "")]
    assert b"2 of 2 entries" in admission.answer
    assert {report.procedure_key for report in read(content)} == {"fhir:Procedure/p1", "fhir:Procedure/p2"}


@pytest.mark.parametrize("kind", BRINGING)
def test_a_bad_entry_of_such_a_bundle_is_named_and_the_others_are_taken(bundle, procedure, read, kind):
    content = bundle({"resource": procedure(status=None)}, {"resource": procedure(id="p2")}, kind=kind)
    admission = admitted(content)
    assert (admission.status, admission.quarantine) == (200, "")
    assert issues(admission)[0] == ("error", "required", "Bundle.entry[0].resource.status")
    assert [report.procedure_key for report in read(content)] == ["fhir:Procedure/p2"]


@pytest.mark.parametrize("kind", BRINGING)
def test_such_a_bundle_may_be_empty(kind):
    assert admitted({"resourceType": "Bundle", "type": kind}).status == 200


def test_versions_of_one_resource_may_stand_under_one_full_url(bundle, procedure):
    older, newer = (procedure(meta={"versionId": n}, note=[{"text": n}]) for n in "12")
    url = "https://ehr.example/Procedure/p1"
    content = bundle(*({"fullUrl": url, "resource": one} for one in (newer, older)), kind="collection")
    assert admitted(content).status == 200
    content["entry"][1]["resource"]["meta"] = {"versionId": "2"}
    assert issues(admitted(content)) == [("error", "duplicate", "Bundle.entry[1].fullUrl")]


def test_of_a_history_without_versions_the_newest_which_stands_first_is_read_last(bundle, procedure, read):
    newer, older = procedure(status="stopped"), procedure()
    content = bundle({"resource": newer}, {"resource": older}, kind="history")
    assert admitted(content).status == 200
    statuses = [
        reading.text for one in read(content) for reading in one.readings if reading.element == "status"
    ]
    assert statuses == ["completed", "stopped"]


def test_a_deletion_in_a_history_withdraws(bundle, read_one):
    request = {"method": "DELETE", "url": "Procedure/p1"}
    content = bundle({"request": request, "response": {"status": "204", "etag": 'W/"3"'}}, kind="history")
    report = read_one(content)
    assert (report.procedure_key, report.withdrawn, int(report.version)) == ("fhir:Procedure/p1", True, 3)


def test_a_message_is_answered_with_a_message_that_names_it(bundle, procedure, read_one):
    content = bundle({"resource": HEADER}, {"resource": procedure()}, kind="message")
    admission = admitted(content, resource_type="$process-message")
    answer = orjson.loads(admission.answer)
    Bundle(answer)
    header, details = (entry["resource"] for entry in answer["entry"])
    assert (admission.status, answer["type"], MessageHeader(header).response.identifier) == (
        200,
        "message",
        "m-1",
    )
    assert header["response"]["code"] == "ok"
    assert header["response"]["details"]["reference"] == answer["entry"][1]["fullUrl"]
    assert header["eventCoding"] == {"system": "urn:events", "code": "procedure-done"}
    assert details["resourceType"] == "OperationOutcome"
    assert admitted(content).answer == admission.answer
    assert read_one(content).procedure_key == "fhir:Procedure/p1"


def test_a_message_with_a_bad_entry_is_refused_whole(bundle, procedure):
    content = bundle(
        {"resource": HEADER}, {"resource": procedure()}, {"resource": procedure(code=None)}, kind="message"
    )
    admission = admitted(content)
    assert (admission.status, issues(admission)) == (
        422,
        [("error", "required", "Bundle.entry[2].resource.code")],
    )


def test_a_message_that_answers_another_is_not_answered_with_a_message(bundle):
    content = bundle({"resource": {**HEADER, "response": {"identifier": "x", "code": "ok"}}}, kind="message")
    assert orjson.loads(admitted(content).answer)["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("content", "expression"),
    [
        ({"resourceType": "Encounter", "patient": {}}, "Encounter.patient"),
        ({"resourceType": "Condition", "assertedDate": "2017"}, "Condition.assertedDate"),
        ({"resourceType": "Observation", "related": []}, "Observation.related"),
        ({"resourceType": "DiagnosticReport", "codedDiagnosis": []}, "DiagnosticReport.codedDiagnosis"),
        ({"resourceType": "DocumentReference", "indexed": "2017"}, "DocumentReference.indexed"),
        ({"resourceType": "Patient", "animal": {}}, "Patient.animal"),
        (
            {"resourceType": "Patient", "meta": {"profile": ["http://hl7.org/fhir/STU3/patient.html"]}},
            "Patient.meta.profile",
        ),
    ],
)
def test_resources_of_dstu2_and_stu3_are_refused_with_the_element_that_shows_it(content, expression):
    admission = admitted(content)
    assert (admission.status, issues(admission)) == (422, [("error", "not-supported", expression)])


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("", 201),
        ("4.0", 201),
        ("4.0.1", 201),
        ("4.3", 201),
        ("5.0", 201),
        ("3.0", 415),
        ("1.0", 415),
        ("6.0", 415),
    ],
)
def test_the_version_that_a_content_type_says_is_one_that_is_taken_or_refused(version, status):
    assert admitted({"resourceType": "Patient"}, fhir_version=version).status == status


OWN = {"id": None, "identifier": [{"system": "urn:s", "value": "A 1"}]}


@pytest.mark.parametrize(
    ("changes", "conditions", "status"),
    [
        pytest.param(OWN, {"if_none_exist": "identifier=urn:s|A%201"}, 201, id="its own identifier"),
        pytest.param(OWN, {"if_none_exist": "identifier=urn:s|B"}, 412, id="another identifier"),
        pytest.param(OWN, {"if_none_exist": "status=completed"}, 412, id="another search"),
        pytest.param({**OWN, "id": "p1"}, {"if_none_exist": "identifier=urn:s|A%201"}, 412, id="with an id"),
        pytest.param({}, {"if_match": 'W/"1"'}, 412, id="If-Match"),
    ],
)
def test_a_condition_holds_by_itself_or_is_refused_openly(procedure, changes, conditions, status):
    assert admitted(procedure(**changes), **conditions).status == status


def test_the_conditions_of_an_entry_are_those_of_a_request(procedure, bundle, entry):
    conditional = entry(procedure())
    conditional["request"]["ifNoneExist"] = "identifier=urn:s|B"
    assert issues(admitted(bundle(conditional))) == [("error", "not-supported", "Bundle.entry[0].request")]


TEST_DATA = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}


def a_patient(**more):
    return {"resourceType": "Patient", "id": "p", **more}


def test_a_bundle_is_test_data_when_it_its_procedures_or_its_patients_say_so(bundle, procedure):
    done, marked = {"resource": procedure()}, {"resource": procedure(id="p2", meta=TEST_DATA)}
    bundles = [
        (bundle(done, kind="collection") | {"meta": TEST_DATA}, "T"),
        (bundle(marked, {"resource": a_patient()}, kind="collection"), "T"),
        (bundle(done, {"resource": a_patient(meta=TEST_DATA)}, kind="collection"), "T"),
        (bundle(done, {"resource": a_patient()}, kind="collection"), "P"),
    ]
    assert [admitted(content).processing_id for content, _ in bundles] == [
        expected for _, expected in bundles
    ]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        (TEST_DATA, "T"),
        ({"tag": TEST_DATA["security"]}, "T"),
        ({"tag": {"code": "HTEST"}}, "T"),
        ({"tag": [{"system": "urn:other", "code": "HTEST"}, {"code": "HPAYMT"}, "HTEST"]}, "P"),
        ({"security": "HTEST"}, "P"),
        ([], "P"),
    ],
)
def test_a_procedure_is_test_data_by_the_code_in_its_meta(procedure, meta, expected):
    assert admitted(procedure(meta=meta)).processing_id == expected


def test_test_data_and_other_data_in_one_bundle_are_refused(bundle, procedure):
    mixed = bundle(
        {"resource": procedure()}, {"resource": procedure(id="p2", meta=TEST_DATA)}, kind="collection"
    )
    admission = admitted(mixed)
    assert (admission.status, issues(admission)) == (422, [("error", "structure", "Bundle.entry")])
    assert "HTEST" in admission.quarantine
