"""Observations: those that name an element of the vocabulary document it."""

from dataclasses import replace

import pytest


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, ("imaging.modality", "fluoroscopy", "valueString"), id="words"),
        pytest.param(
            {"valueString": "a", "code": {"coding": [{}, {"display": "Imaging Modality"}]}},
            ("imaging.modality", "a", "valueString"),
            id="the name as display, spelled freely",
        ),
        pytest.param(
            {"valueString": None, "valueCodeableConcept": {"text": "t", "coding": [{"display": "d"}]}},
            ("imaging.modality", "t", "valueCodeableConcept.text"),
            id="a concept without code",
        ),
        pytest.param(
            {"valueString": None, "valueCodeableConcept": {"text": "t", "coding": [{}, {"code": "XA"}]}},
            ("imaging.modality", "XA", "valueCodeableConcept.coding[1].code"),
            id="a code before words",
        ),
        pytest.param(
            {"valueString": None, "valueBoolean": False, "code": {"text": "imaging.contrast"}},
            ("imaging.contrast", "false", "valueBoolean"),
            id="a boolean",
        ),
        pytest.param(
            {"valueString": None, "valueQuantity": {"value": 3.0}},
            ("imaging.modality", "3", "valueQuantity.value"),
            id="a quantity",
        ),
        pytest.param(
            {"valueString": None, "valueQuantity": {"value": 3.0, "comparator": ">="}},
            ("imaging.modality", ">= 3", "valueQuantity.value"),
            id="a bound",
        ),
        pytest.param(
            {
                "code": {"text": "imaging"},
                "component": [{}, {"code": {"text": "imaging.modality"}, "valueString": "ct"}],
            },
            ("imaging.modality", "ct", "component[1].valueString"),
            id="a component",
        ),
        pytest.param(
            {"partOf": [], "derivedFrom": {"reference": "Procedure/p1"}},
            ("imaging.modality", "fluoroscopy", "valueString"),
            id="derivedFrom, not in a list",
        ),
        pytest.param({"status": "preliminary"}, None, id="not final"),
        pytest.param({"status": "entered-in-error"}, None, id="taken back"),
        pytest.param({"status": {}}, None, id="no status"),
        pytest.param({"code": {"text": "pulse"}}, None, id="another name"),
        pytest.param({"code": "imaging.modality"}, None, id="a code that is a string"),
        pytest.param({"partOf": [{"reference": "Procedure/p9"}]}, None, id="of another procedure"),
        pytest.param({"valueString": " "}, None, id="blank"),
        pytest.param({"valueString": None, "valueRatio": {}}, None, id="a value that is not read"),
    ],
)
def test_an_observation_of_the_procedure_documents_the_element_that_it_names(
    read_one, procedure, entry, bundle, changes, expected, values, observation
):
    content = bundle(entry(procedure()), entry(observation(**changes)))
    found = [one for one in values(read_one(content)) if one[0].startswith("imaging")]
    element, text, place = expected or ("", "", "")
    assert found == ([(element, text, f"Bundle.entry[1].resource.{place}")] if expected else [])


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [({"code": "d", "unit": "days"}, "d"), ({"unit": "days"}, "days"), ({}, "")],
)
def test_a_quantity_says_of_what_it_counts(read_one, procedure, entry, bundle, observation, quantity, unit):
    told = observation(valueString=None, valueQuantity={"value": 3, **quantity})
    found = read_one(bundle(entry(procedure()), entry(told))).readings
    assert [each.unit for each in found if each.element == "imaging.modality"] == [unit]


def test_observations_are_left_alone_when_the_feed_does_not_ask_for_them(
    read_one, procedure, entry, bundle, feed, values, observation
):
    content = bundle(entry(procedure()), entry(observation()))
    report = read_one(content, replace(feed, named_observations=False))
    assert {element for element, _, _ in values(report)} == {"service_date", "status"}
