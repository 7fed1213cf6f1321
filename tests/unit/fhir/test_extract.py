"""Extraction: what a Procedure documents, and where exactly it says so."""

import re
from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import InputError, MappingError, UnreadableInput
from service.domain.feed import Identity
from service.fhir import Extractor, admit, assign_id

CPT = "http://www.ama-assn.org/go/cpt"


def found_at(document, path):
    """What stands at a path, walked step by step through the JSON."""
    for step in path.split(".")[1:]:
        name, _, index = step.partition("[")
        document = document[name]
        document = document[int(index.rstrip("]"))] if index else document
    return document


def test_the_sample_procedure_is_read(read_one, sample, values):
    report = read_one(sample("procedure.json"))
    assert (report.procedure_key, report.document) == ("fhir:Procedure/lesi-4711", "fhir:Procedure/lesi-4711")
    assert (report.certain, report.withdrawn) == (True, False)
    assert values(report) == [
        ("service_date", "2026-03-02T09:40:00-06:00", "Procedure.performedPeriod.start"),
        ("status", "completed", "Procedure.status"),
        ("entry_levels", "L4-L5", "Procedure.bodySite[0].text"),
    ]
    assert [narrative.source.path for narrative in report.narratives] == [
        "Procedure.note[0].text",
        "Procedure.code.text",
    ]
    assert [code.code for code in report.stated] == ["62323"]
    assert (report.context.patient_id, report.context.visit_number) == ("700123", "9001")
    assert report.context.patient_reference == "Patient/testperson-1"
    assert report.context.encounter_reference == "Encounter/visit-9001"


def test_the_sample_transaction_is_read_with_the_patient_and_the_visit_it_refers_to(read_one, sample, values):
    report = read_one(sample("transaction.json"))
    assert values(report) == [
        ("service_date", "2026-03-02T11:15:00-06:00", "Bundle.entry[2].resource.performedDateTime"),
        ("status", "completed", "Bundle.entry[2].resource.status"),
        ("entry_levels", "L3-L4", "Bundle.entry[2].resource.bodySite[0].text"),
        (
            "catheter.disposition",
            "left_indwelling",
            "Bundle.entry[3].resource.valueCodeableConcept.coding[0].code",
        ),
        ("imaging.modality", "fluoroscopy", "Bundle.entry[4].resource.valueString"),
        ("planned_dwell_days", "3", "Bundle.entry[5].resource.valueQuantity.value"),
    ]
    context = report.context
    assert (context.patient_id, context.patient_family_name, context.visit_number) == (
        "700456",
        "Testperson",
        "9002",
    )
    assert (context.patient_sex, context.patient_class) == ("F", "I")  # as HL7 v2 says it
    assert (context.patient_reference, context.encounter_reference) == (
        "",
        "",
    )  # urn:uuid means nothing outside


@pytest.mark.parametrize("name", ["procedure.json", "transaction.json"])
def test_every_source_leads_back_to_its_text_in_the_message(read_one, sample, name):
    document = orjson.loads(sample(name))
    report = read_one(sample(name))
    sources = [*(one.source for many in (report.readings, report.narratives, report.stated) for one in many)]
    assert len(sources) > 4
    for source in sources:
        assert str(found_at(document, source.path))[source.start : source.end] == source.text
        assert source.event_id == "e1"


@pytest.mark.parametrize(
    ("changes", "text", "path"),
    [
        pytest.param({"performedDateTime": "2026-03-02"}, "2026-03-02", "performedDateTime", id="dateTime"),
        pytest.param(
            {"performedPeriod": {"start": "2026-03-02"}}, "2026-03-02", "performedPeriod.start", id="Period"
        ),
        pytest.param({"performedString": "last week"}, "last week", "performedString", id="words"),
        pytest.param(
            {"occurrenceDateTime": "2026-03-02"}, "2026-03-02", "occurrenceDateTime", id="R5 dateTime"
        ),
        pytest.param(
            {"occurrencePeriod": {"start": "2026-03-02"}},
            "2026-03-02",
            "occurrencePeriod.start",
            id="R5 Period",
        ),
    ],
)
def test_the_time_is_read_in_each_of_its_forms(read_one, procedure, changes, text, path, values):
    report = read_one(procedure(**{"performedDateTime": None, **changes}))
    assert values(report)[0] == ("service_date", text, f"Procedure.{path}")


def test_of_several_paths_the_first_that_says_anything_is_read_and_all_that_it_says(
    read_one, procedure, values
):
    sites = [{"text": "L3-L4"}, {"text": " "}, {"coding": [{"display": "L2-L3"}]}, {"text": "L4-L5"}]
    report = read_one(procedure(bodySite=sites))
    assert values(report)[2:] == [
        ("entry_levels", "L3-L4", "Procedure.bodySite[0].text"),
        ("entry_levels", "L4-L5", "Procedure.bodySite[3].text"),
    ]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        pytest.param({"identifier": [{"value": "A"}]}, "fhir:Procedure/p1", id="its id"),
        pytest.param(
            {"id": None, "identifier": [{"system": "s", "value": "A"}]}, "fhir:s|A", id="its identifier"
        ),
        pytest.param(
            {"id": None, "identifier": [{"use": "old"}, {"value": "B"}]},
            "fhir:|B",
            id="the first with a value",
        ),
    ],
)
def test_a_procedure_is_named_by_what_it_brings(read_one, procedure, changes, key):
    report = read_one(procedure(**changes))
    assert (report.procedure_key, report.document) == (key, key)


def test_a_procedure_that_brings_no_name_is_named_as_its_sender_was_told(
    read, read_one, procedure, entry, bundle
):
    body = orjson.dumps(procedure(id=None))
    told = admit(
        body, resource_type=None, resource_id=None, method="POST", assigned_id=assign_id(body)
    ).location
    assert told == f"/{read_one(body).procedure_key.replace(':', '/')}/_history/1"

    body = orjson.dumps(bundle(entry(procedure(id=None)), entry(procedure(id=None))))
    answer = admit(
        body, resource_type=None, resource_id=None, method="POST", assigned_id=assign_id(body)
    ).answer
    locations = [one["response"]["location"] for one in orjson.loads(answer)["entry"]]
    assert locations == [f"{report.procedure_key.removeprefix('fhir:')}/_history/1" for report in read(body)]
    assert len(set(locations)) == 2


def test_a_feed_may_name_the_procedure_by_its_order_while_each_resource_stays_a_document(
    read_one, procedure, feed
):
    order = Identity("order", ("basedOn.identifier.value",), namespace="basedOn.identifier.system")
    feed = replace(feed, key=(order,))
    report = read_one(procedure(basedOn=[{"identifier": {"system": "Urn:X", "value": "O-1"}}]), feed)
    assert (report.procedure_key, report.namespace) == ("order:O-1", "urn:x")
    assert report.document == "fhir:Procedure/p1"


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"performedDateTime": "2026-03-02T09:00:00-05:00"}, "done:completed+2026-03-02"),
        ({"performedDateTime": None}, "fhir:Procedure/p1"),
        ({"performedDateTime": "2026-03-02", "status": "stopped"}, "fhir:Procedure/p1"),
    ],
    ids=["all is said", "no day", "of other resources"],
)
def test_a_feed_may_name_the_procedure_by_several_things_and_the_day(read_one, procedure, feed, changes, key):
    done = Identity("done", ("status",), day="performed", when={"status": ("completed",)})
    assert read_one(procedure(**changes), replace(feed, key=(done,))).procedure_key == key


VERSIONS_IN_ORDER = [
    pytest.param({"versionId": "9"}, {"versionId": "10"}, id="numbers count"),
    pytest.param(
        {"lastUpdated": "2026-03-02T12:30:00+02:00"},
        {"lastUpdated": "2026-03-02T11:00:00Z"},
        id="times across zones",
    ),
    pytest.param(
        {"versionId": "b7", "lastUpdated": "2026-03-02T09:00:00Z"},
        {"versionId": "a9", "lastUpdated": "2026-03-02T10:00:00Z"},
        id="a version that is no number does not sort",
    ),
    pytest.param({"lastUpdated": "2026-03-02T11:59:59Z"}, None, id="without meta, the time of arrival"),
    pytest.param(
        {"lastUpdated": "2026-03-02T11:59:59Z"}, {"lastUpdated": "0001-01-01T00:00:00+14:00"}, id="year 0"
    ),
]


@pytest.mark.parametrize(("earlier", "later"), VERSIONS_IN_ORDER)
def test_versions_sort_as_their_sender_made_them(read_one, procedure, earlier, later):
    first, second = (read_one(procedure(meta=meta)).version for meta in (earlier, later))
    assert first < second
    assert re.fullmatch("[0-9]{20}", first)
    assert re.fullmatch("[0-9]{20}", second)


def test_what_was_entered_in_error_is_withdrawn(read_one, procedure):
    assert read_one(procedure(status="entered-in-error")).withdrawn


def test_a_feed_may_ignore_or_withdraw_by_what_stands_at_a_path(read, read_one, procedure, feed):
    feed = replace(feed, ignored={"status": ("preparation",)}, withdrawn={"status": ("Not-Done",)})
    assert read(procedure(status="preparation"), feed) == ()
    assert read_one(procedure(status="not-done"), feed).withdrawn
    assert not read_one(procedure(), feed).withdrawn


@pytest.mark.parametrize(
    ("coding", "stated"),
    [
        pytest.param({"system": CPT, "code": "62323"}, [("62323", ())], id="CPT"),
        pytest.param(
            {"system": "URN:OID:2.16.840.1.113883.6.12", "code": "62323"}, [("62323", ())], id="its OID"
        ),
        pytest.param(
            {"system": CPT, "code": "62323:59:RT"}, [("62323", ("59", "RT"))], id="modifiers in the code"
        ),
        pytest.param({"system": "http://snomed.info/sct", "code": "62323"}, [], id="another system"),
        pytest.param({"code": "62323"}, [], id="no system"),
        pytest.param({"system": CPT}, [], id="no code"),
        pytest.param({"system": CPT, "code": 62323}, [("62323", ())], id="a number"),
    ],
)
def test_only_a_code_of_cpt_or_hcpcs_is_stated(read_one, procedure, coding, stated):
    report = read_one(procedure(code={"text": "x", "coding": [coding]}))
    assert [(one.code, one.modifiers) for one in report.stated] == stated


def test_a_feed_may_say_that_codes_of_a_local_system_are_stated(read_one, procedure, feed):
    feed = replace(feed, stated_code=("code.coding.where(system = 'urn:local').code",))
    codings = [{"system": "urn:other", "code": "1"}, {"system": "urn:local", "code": "62323"}]
    (stated,) = read_one(procedure(code={"coding": codings}), feed).stated
    assert (stated.code, stated.source.path) == ("62323", "Procedure.code.coding[1].code")


def test_a_feed_may_say_where_modifiers_and_units_stand(read_one, procedure, feed):
    feed = replace(
        feed,
        stated_modifiers=("extension.where(url='m').valueCode",),
        stated_units=("extension.valueInteger",),
    )
    extension = [{"url": "m", "valueCode": "59"}, {"url": "u", "valueInteger": 2}]
    code = {"coding": [{"system": CPT, "code": "62323"}]}
    (stated,) = read_one(procedure(code=code, extension=extension), feed).stated
    assert (stated.modifiers, stated.units) == (("59",), "2")


def test_each_procedure_of_a_bundle_is_a_report_and_the_refused_ones_of_a_batch_are_none(
    read, procedure, entry, bundle
):
    good, bad, other = procedure(), procedure(id="p2", status=None), procedure(id="p3")
    reports = read(bundle(entry(good), entry(bad), entry(other), kind="batch"))
    assert [report.procedure_key for report in reports] == ["fhir:Procedure/p1", "fhir:Procedure/p3"]


def test_a_resource_that_is_no_procedure_has_no_report(read):
    assert read({"resourceType": "Patient", "id": "1"}) == ()


def test_bytes_that_are_no_resource_are_unreadable(read):
    with pytest.raises(UnreadableInput):
        read(b"not json")


def test_what_is_no_fhirpath_is_refused_with_the_line_where_it_stands(feed):
    feed = replace(feed, narratives=("note..text",), file="mappings/feeds/x.yaml", lines={"note..text": 17})
    with pytest.raises(MappingError, match="this is no FHIRPath") as refused:
        Extractor(feed, frozenset())
    assert (refused.value.file, refused.value.line) == ("mappings/feeds/x.yaml", 17)


def test_a_feed_with_an_unknown_field_of_the_billing_context_is_not_loaded(feed):
    with pytest.raises(MappingError, match="patient_shoe_size"):
        Extractor(replace(feed, context={"patient_shoe_size": ("subject.display",)}), frozenset())


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "coding",
                    "code",
                    "text",
                    "reference",
                    "identifier",
                    "value",
                    "start",
                    "actor",
                    "div",
                    "system",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
ELEMENTS = [
    "meta",
    "identifier",
    "note",
    "bodySite",
    "performer",
    "encounter",
    "text",
    "contained",
    "performedPeriod",
]


@given(
    changes=st.dictionaries(st.sampled_from(ELEMENTS), JUNK),
    junk=st.dictionaries(
        st.sampled_from(["status", "code", "partOf", "component", "valueQuantity", "valueString"]), JUNK
    ),
)
def test_what_the_door_lets_in_is_read_or_refused_as_input_never_a_crash(
    read, procedure, changes, junk, observation
):
    content = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": procedure(**changes), "request": {"method": "POST", "url": "Procedure"}},
            {"resource": observation(**junk), "request": {"method": "POST", "url": "Observation"}},
        ],
    }
    try:
        reports = read(content)
    except InputError:
        return
    for reading in (one for report in reports for one in report.readings):
        assert reading.text.strip()
