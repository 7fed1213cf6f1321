"""References: looked up inside the message, and nowhere else."""

import pytest


@pytest.mark.parametrize(
    ("reference", "where"),
    [
        pytest.param("urn:uuid:1", {"full_url": "urn:uuid:1"}, id="a urn"),
        pytest.param("Patient/a", {}, id="relative"),
        pytest.param("Patient/a/_history/3", {}, id="a version"),
        pytest.param(
            "https://ehr.example/Patient/a", {"full_url": "https://ehr.example/Patient/a"}, id="absolute"
        ),
    ],
)
def test_a_reference_is_resolved_inside_the_bundle(read_one, procedure, entry, bundle, reference, where):
    patient = {"resourceType": "Patient", "id": "a", "identifier": [{"value": "700"}]}
    content = bundle(entry(patient, **where), entry(procedure(subject={"reference": reference})))
    assert read_one(content).context.patient_id == "700"


def test_a_contained_patient_is_resolved(read_one, procedure):
    patient = {"resourceType": "Patient", "id": "c", "identifier": [{"value": "700"}]}
    report = read_one(procedure(contained=[patient], subject={"reference": "#c"}))
    assert (report.context.patient_id, report.context.patient_reference) == ("700", "")


@pytest.mark.parametrize("reference", ["Patient/b", "//evil.example/Patient/a", "../Patient/a", "#a", 7])
def test_a_reference_that_leads_out_of_the_message_is_not_followed(
    read_one, procedure, entry, bundle, reference
):
    patient = {"resourceType": "Patient", "id": "a", "identifier": [{"value": "700"}]}
    content = bundle(
        entry(patient), entry(procedure(subject={"reference": reference, "identifier": {"value": "1"}}))
    )
    assert read_one(content).context.patient_id == "1"


def test_two_patients_of_one_address_are_neither_of_them_meant(read_one, procedure, entry, bundle):
    patients = [{"resourceType": "Patient", "id": "a", "identifier": [{"value": v}]} for v in ("1", "2")]
    content = bundle(*map(entry, patients), entry(procedure(subject={"reference": "Patient/a"})))
    assert read_one(content).context.patient_id == ""


@pytest.mark.parametrize(
    ("reference", "kept"),
    [
        ("Patient/a", "Patient/a"),
        ("https://ehr.example/Patient/a", "https://ehr.example/Patient/a"),
        ("urn:uuid:1", ""),
        ("#a", ""),
        ("//evil.example/Patient/a", ""),
        ("Patient/../admin", ""),
    ],
)
def test_only_a_reference_that_means_something_elsewhere_is_kept_for_billing(
    read_one, procedure, reference, kept
):
    assert read_one(procedure(subject={"reference": reference})).context.patient_reference == kept
