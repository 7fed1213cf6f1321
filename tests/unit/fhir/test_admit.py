"""The door: each input, its HTTP status, and the issue that its sender is shown."""

import orjson
import pytest
from fhirclient.models.bundle import Bundle
from fhirclient.models.operationoutcome import OperationOutcome
from hypothesis import given
from hypothesis import strategies as st

from service.fhir import admit, assign_id
from service.fhir.resource import MAX_DEPTH


def admitted(content, *, resource_type=None, resource_id=None, method="POST"):
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return admit(
        body,
        resource_type=resource_type,
        resource_id=resource_id,
        method=method,
        assigned_id=assign_id(body),
    )


def issues(admission):
    answer = orjson.loads(admission.answer)
    OperationOutcome(answer)  # strict: raises for what is no OperationOutcome
    return [(issue["severity"], issue["code"], issue.get("expression", [""])[0]) for issue in answer["issue"]]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"", 400, "structure", id="nothing"),
        pytest.param(b"  \n", 400, "structure", id="blanks"),
        pytest.param(b"MSH|^~\\&|", 400, "structure", id="HL7 v2"),
        pytest.param(b"<Procedure xmlns='http://hl7.org/fhir'/>", 415, "not-supported", id="XML"),
        pytest.param(b'{"resourceType": "Procedure"', 400, "structure", id="half a resource"),
        pytest.param(b"[]", 400, "structure", id="an array"),
        pytest.param(b"12", 400, "structure", id="a number"),
        pytest.param(b'{"hello": "world"}', 400, "required", id="JSON that is not FHIR"),
        pytest.param(b'{"resourceType": 5}', 400, "structure", id="a type that is no string"),
        pytest.param(b'{"resourceType": "x y"}', 400, "structure", id="a type that is no name"),
        pytest.param(b'{"resourceType": "Claim"}', 404, "not-supported", id="a type that is not taken"),
        pytest.param(b'{"resourceType": "Patient", "id": "a b"}', 400, "structure", id="an id with a blank"),
        pytest.param(b'{"resourceType": "Patient", "x": NaN}', 400, "structure", id="NaN"),
        pytest.param(b'{"resourceType": "Patient", "x": 1e999}', 400, "structure", id="a huge number"),
        pytest.param(b'{"resourceType": "Patient", "x": "\xe9"}', 400, "structure", id="Latin-1"),
        pytest.param('{"resourceType": "Patient"}'.encode("utf-16"), 400, "structure", id="UTF-16"),
        pytest.param(b'{"resourceType": "Patient", "x": "\\ud800"}', 400, "structure", id="half a character"),
        pytest.param(b'{"resourceType": "Patient", "x": "\\u0000"}', 400, "structure", id="NUL"),
        pytest.param(
            b'{"resourceType": "Patient", "x": [{"a": 1, "a": 2}]}', 400, "structure", id="a property twice"
        ),
        pytest.param(b"[" * 100_000, 400, "structure", id="nested absurdly deep"),
    ],
)
def test_what_is_no_fhir_json_is_refused_and_kept_in_quarantine(body, status, code):
    admission = admitted(body)
    assert (admission.status, [issue[:2] for issue in issues(admission)]) == (status, [("error", code)])
    assert admission.quarantine


@pytest.mark.parametrize(("depth", "status"), [(MAX_DEPTH - 1, 201), (MAX_DEPTH, 400)])
def test_json_is_taken_down_to_a_depth_that_no_resource_reaches(depth, status):
    body = b'{"resourceType": "Patient", "x": ' + b"[" * depth + b"]" * depth + b"}"
    assert admitted(body).status == status


def test_a_byte_order_mark_is_no_reason_to_refuse(procedure):
    assert admitted(b"\xef\xbb\xbf" + orjson.dumps(procedure())).status == 201


@pytest.mark.parametrize(
    ("changes", "code", "expression"),
    [
        pytest.param({"status": None}, "required", "Procedure.status", id="no status"),
        pytest.param({"status": "done"}, "code-invalid", "Procedure.status", id="a status of nobody"),
        pytest.param({"status": "aborted"}, "code-invalid", "Procedure.status", id="a status of STU3"),
        pytest.param(
            {"status": {"text": "x"}}, "structure", "Procedure.status", id="a status that is no code"
        ),
        pytest.param({"code": None}, "required", "Procedure.code", id="no code"),
        pytest.param({"code": {}}, "required", "Procedure.code", id="an empty code"),
        pytest.param(
            {"code": {"coding": [{"system": "s"}]}}, "required", "Procedure.code", id="only a system"
        ),
        pytest.param({"code": {"text": "  "}}, "required", "Procedure.code", id="a blank code"),
        pytest.param({"code": "62323"}, "structure", "Procedure.code", id="a code that is a string"),
        pytest.param(
            {"code": {"coding": [{"code": "1"}] * 101}}, "too-long", "Procedure.code", id="too many codes"
        ),
        pytest.param({"subject": None}, "required", "Procedure.subject", id="no subject"),
        pytest.param(
            {"subject": {"display": "T."}}, "required", "Procedure.subject", id="only the name of one"
        ),
        pytest.param(
            {"subject": "Patient/1"}, "structure", "Procedure.subject", id="a subject that is a string"
        ),
        pytest.param({"performedPeriod": {}}, "structure", "Procedure.performed", id="performed[x] twice"),
        pytest.param(
            {"occurrenceDateTime": "2026"}, "structure", "Procedure.performed", id="R4 and R5 at once"
        ),
        pytest.param({"notPerformed": False}, "not-supported", "Procedure.notPerformed", id="DSTU2"),
        pytest.param({"notDone": True}, "not-supported", "Procedure.notDone", id="STU3 notDone"),
        pytest.param({"context": {}}, "not-supported", "Procedure.context", id="STU3 context"),
        pytest.param({"definition": []}, "not-supported", "Procedure.definition", id="STU3 definition"),
        pytest.param(
            {"modifierExtension": [{"url": "urn:example:not", "valueBoolean": True}]},
            "not-supported",
            "Procedure.modifierExtension",
            id="what may turn it into its opposite",
        ),
        pytest.param(
            {"implicitRules": "urn:example:rules"},
            "not-supported",
            "Procedure.implicitRules",
            id="rules of its own",
        ),
        pytest.param(
            {"performer": [{}, {"modifierExtension": [{"url": "urn:example:not"}]}]},
            "not-supported",
            "Procedure.performer[1].modifierExtension",
            id="an element that may mean its opposite",
        ),
        pytest.param(
            {"contained": [{"resourceType": "Patient", "modifierExtension": [{"url": "urn:example:not"}]}]},
            "not-supported",
            "Procedure.contained[0].modifierExtension",
            id="a patient within it that may be another",
        ),
    ],
)
def test_a_procedure_that_cannot_be_used_is_refused_with_the_place_and_the_reason(
    procedure, changes, code, expression
):
    admission = admitted(procedure(**changes), resource_type="Procedure")
    assert (admission.status, issues(admission)) == (422, [("error", code, expression)])
    assert admission.quarantine.startswith(expression)
    assert (admission.control_id, admission.location) == ("Procedure/p1", "")


def test_every_fault_of_a_procedure_is_told_at_once(procedure):
    admission = admitted(procedure(status=None, code=None, subject=None))
    assert [place for _, _, place in issues(admission)] == [
        "Procedure.status",
        "Procedure.code",
        "Procedure.subject",
    ]


@pytest.mark.parametrize(
    "status",
    [
        "preparation",
        "in-progress",
        "not-done",
        "on-hold",
        "stopped",
        "completed",
        "entered-in-error",
        "unknown",
    ],
)
def test_every_status_of_r4_is_taken(procedure, status):
    assert admitted(procedure(status=status)).status == 201


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"code": {"coding": [{"code": "62323"}]}}, id="a code without text"),
        pytest.param({"subject": {"identifier": {"value": "1"}}}, id="a subject by identifier"),
        pytest.param({"performedDateTime": None, "performedPeriod": {"start": "2026"}}, id="performedPeriod"),
        pytest.param({"performedDateTime": None, "occurrenceDateTime": "2026"}, id="occurrence of R5"),
        pytest.param({"somethingNew": {"x": 1}, "extension": [{"url": "u"}]}, id="unknown elements"),
    ],
)
def test_a_lawful_procedure_is_taken(procedure, changes):
    admission = admitted(procedure(**changes))
    assert (admission.status, admission.quarantine) == (201, "")


def test_a_procedure_without_a_time_is_taken_with_a_warning(procedure):
    admission = admitted(procedure(performedDateTime=None))
    assert admission.status == 201
    assert issues(admission)[0] == ("warning", "required", "Procedure.performed")


def test_a_created_procedure_has_a_location_and_tells_that_a_coder_will_see_it(procedure):
    admission = admitted(procedure(), resource_type="Procedure")
    assert (admission.status, admission.location) == (201, "/fhir/Procedure/p1/_history/1")
    assert (admission.message_type, admission.control_id) == ("Procedure", "Procedure/p1")
    assert b"a coder will see it" in admission.answer


def test_a_procedure_without_an_id_gets_the_same_one_when_it_is_sent_again(procedure):
    first, again = admitted(procedure(id=None)), admitted(procedure(id=None))
    other = admitted(procedure(id=None, status="stopped"))
    assert first.location == again.location != other.location
    assert first.control_id == ""  # its bytes are its identity


def test_an_update_is_answered_200(procedure):
    admission = admitted(procedure(), resource_type="Procedure", resource_id="p1", method="PUT")
    assert (admission.status, admission.location, admission.quarantine) == (200, "", "")


@pytest.mark.parametrize(
    ("address", "expression"),
    [
        pytest.param({"resource_type": "Patient"}, "resourceType", id="another type in the URL"),
        pytest.param({"resource_type": "Claim"}, "resourceType", id="a type in the URL that is not taken"),
        pytest.param(
            {"resource_type": "Procedure", "resource_id": "p2", "method": "PUT"},
            "Procedure.id",
            id="another id in the URL",
        ),
        pytest.param({"resource_type": "Procedure", "method": "PUT"}, "", id="conditional update"),
        pytest.param({"resource_type": "Procedure", "resource_id": "p1"}, "", id="POST with an id"),
        pytest.param({"resource_type": "Procedure", "method": "DELETE"}, "", id="DELETE"),
    ],
)
def test_a_url_that_does_not_fit_its_resource_is_refused(procedure, address, expression):
    admission = admitted(procedure(), **address)
    assert (admission.status, issues(admission)[0][2]) == (400, expression)
    assert admission.quarantine


@pytest.mark.parametrize(
    "kind",
    ["Encounter", "Patient", "Condition", "Observation", "DocumentReference", "DiagnosticReport"],
)
def test_other_known_resources_are_stored_and_their_sender_told_that_no_charge_comes_of_them(kind):
    admission = admitted({"resourceType": kind, "id": "1"}, resource_type=kind)
    assert (admission.status, admission.message_type, admission.quarantine) == (201, kind, "")
    assert issues(admission) == [("information", "informational", "")]
    assert b"no charge is read from it" in admission.answer


def test_a_transaction_is_answered_entry_by_entry(sample):
    admission = admitted(sample("transaction.json"))
    answer = orjson.loads(admission.answer)
    Bundle(answer)
    assert (admission.status, admission.message_type) == (200, "Bundle/transaction")
    assert answer["type"] == "transaction-response"
    responses = [entry["response"] for entry in answer["entry"]]
    assert [response["status"] for response in responses] == ["201 Created"] * 6
    assert [response["location"].split("/")[0] for response in responses] == [
        "Patient",
        "Encounter",
        "Procedure",
        *["Observation"] * 3,
    ]
    assert responses[2]["outcome"]["issue"][0]["diagnostics"] == "stored; a coder will see it"


BAD_ENTRIES = [
    pytest.param(
        lambda _p, e: e({"resourceType": "Observation", "modifierExtension": [{"url": "urn:example:not"}]}),
        "not-supported",
        "resource.modifierExtension",
        id="an observation that may mean its opposite",
    ),
    pytest.param(lambda p, e: e(p(status=None)), "required", "resource.status", id="a bad Procedure"),
    pytest.param(lambda p, e: e(p(), method="DELETE"), "not-supported", "request.method", id="DELETE"),
    pytest.param(lambda p, _: {"resource": p()}, "required", "request", id="no request"),
    pytest.param(
        lambda p, _: {"resource": p(), "request": {"method": "POST"}}, "required", "request.url", id="no url"
    ),
    pytest.param(lambda p, e: e(p(), url="Patient"), "structure", "request.url", id="another type's url"),
    pytest.param(
        lambda p, e: e(p(), url="Procedure/2", method="PUT"),
        "structure",
        "request.url",
        id="another id's url",
    ),
    pytest.param(
        lambda p, e: e(p(id=None), url="Procedure/2", method="PUT"),
        "structure",
        "request.url",
        id="PUT, no id",
    ),
    pytest.param(
        lambda _p, _e: {"request": {"method": "POST", "url": "Patient"}},
        "required",
        "resource",
        id="no resource",
    ),
    pytest.param(
        lambda _p, e: e({"id": "x"}, url="Patient"), "required", "resource.resourceType", id="no resourceType"
    ),
    pytest.param(lambda p, e: e(p(id="a b")), "structure", "resource.id", id="an id that is none"),
    pytest.param(lambda _p, _e: "Procedure", "structure", "", id="a string"),
]


@pytest.mark.parametrize(("make", "code", "place"), BAD_ENTRIES)
def test_one_bad_entry_refuses_a_transaction_whole_and_is_named(procedure, entry, bundle, make, code, place):
    admission = admitted(bundle(entry(procedure()), entry(procedure(id="p2")), make(procedure, entry)))
    expression = f"Bundle.entry[2].{place}".rstrip(".")
    assert (admission.status, issues(admission)) == (422, [("error", code, expression)])
    assert admission.quarantine.startswith(expression)


@pytest.mark.parametrize(("make", "code", "place"), BAD_ENTRIES)
def test_one_bad_entry_of_a_batch_is_refused_alone(procedure, entry, bundle, make, code, place):
    admission = admitted(bundle(make(procedure, entry), entry(procedure(id="p2")), kind="batch"))
    answer = orjson.loads(admission.answer)
    assert (admission.status, admission.quarantine, answer["type"]) == (200, "", "batch-response")
    bad, good = (one["response"] for one in answer["entry"])
    assert (bad["status"], good["status"]) == ("422 Unprocessable Entity", "201 Created")
    issue = bad["outcome"]["issue"][0]
    assert (issue["code"], issue["expression"]) == (code, [f"Bundle.entry[0].{place}".rstrip(".")])


def test_entries_of_types_that_are_not_taken_alone_may_ride_in_a_transaction(procedure, entry, bundle):
    admission = admitted(bundle(entry({"resourceType": "Practitioner", "id": "1"}), entry(procedure())))
    assert admission.status == 200


@pytest.mark.parametrize(
    ("content", "code", "expression"),
    [
        pytest.param(
            {"type": "message"}, "required", "Bundle.entry[0].resource", id="a message without header"
        ),
        pytest.param({"type": "document"}, "not-supported", "Bundle.type", id="document"),
        pytest.param({"type": ["batch"]}, "not-supported", "Bundle.type", id="a type that is a list"),
        pytest.param({}, "required", "Bundle.type", id="no type"),
        pytest.param({"type": "transaction", "entry": []}, "required", "Bundle.entry", id="no entries"),
        pytest.param(
            {"type": "batch", "entry": {}}, "structure", "Bundle.entry", id="entries that are no list"
        ),
    ],
)
def test_a_bundle_of_another_kind_is_refused_plainly(procedure, entry, content, code, expression):
    admission = admitted({"resourceType": "Bundle", "entry": [entry(procedure())], **content})
    assert (admission.status, issues(admission)) == (422, [("error", code, expression)])


def test_a_bundle_with_rules_of_its_own_or_an_entry_that_may_mean_its_opposite_is_refused(
    procedure, entry, bundle
):
    odd = {**entry(procedure()), "modifierExtension": [{"url": "urn:example:not"}]}
    admission = admitted({**bundle(odd), "implicitRules": "urn:example:rules"})
    assert (admission.status, issues(admission)) == (
        422,
        [
            ("error", "not-supported", "Bundle.implicitRules"),
            ("error", "not-supported", "Bundle.entry[0].modifierExtension"),
        ],
    )


def test_two_entries_of_one_full_url_are_refused_since_a_reference_could_mean_either(entry, bundle):
    patients = [entry({"resourceType": "Patient", "id": n}, full_url="urn:uuid:1") for n in "ab"]
    admission = admitted(bundle(*patients))
    assert issues(admission) == [("error", "duplicate", "Bundle.entry[1].fullUrl")]


def test_no_word_of_the_patient_is_in_the_answer_or_in_quarantine(procedure):
    admission = admitted(procedure(status="Testperson", code="Testperson", subject="Testperson"))
    assert b"Testperson" not in admission.answer
    assert "Testperson" not in admission.quarantine


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
SOMETHING_LIKE_FHIR = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Procedure", "Bundle", "Patient", "Claim"])},
    optional={
        name: st.one_of(JSON, st.sampled_from(["completed", "transaction", "batch"]))
        for name in ("id", "type", "status", "code", "subject", "entry", "performedDateTime", "context")
    },
)
BATCH = st.fixed_dictionaries(
    {
        "resourceType": st.just("Bundle"),
        "type": st.sampled_from(["transaction", "batch"]),
        "entry": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "fullUrl": JSON,
                    "resource": SOMETHING_LIKE_FHIR | JSON,
                    "request": JSON
                    | st.fixed_dictionaries({"method": st.just("POST"), "url": st.just("Procedure") | JSON}),
                },
            )
            | JSON
        ),
    }
)
BYTES = st.one_of(
    st.binary(),
    st.one_of(JSON, SOMETHING_LIKE_FHIR, BATCH).map(
        lambda value: (
            orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
            if _encodable(value)
            else repr(value).encode("utf-8", "surrogatepass")
        )
    ),
)


def _encodable(value):
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


@given(
    body=BYTES,
    resource_type=st.none() | st.sampled_from(["Procedure", "Patient"]) | st.text(max_size=5),
    resource_id=st.none() | st.text(max_size=5),
    method=st.sampled_from(["POST", "PUT"]),
)
def test_the_door_answers_whatever_is_sent(body, resource_type, resource_id, method):
    admission = admitted(body, resource_type=resource_type, resource_id=resource_id, method=method)
    answer = orjson.loads(admission.answer)
    assert answer["resourceType"] in {"OperationOutcome", "Bundle"}
    assert bool(admission.quarantine) == (admission.status >= 400)
