"""What is marked as test data (HTEST) is charted and never charged; nor does it document what is not."""

import pytest

from service.domain.charge import ChargeKind
from service.domain.errors import WrongState
from service.store.users import User
from tests.integration.fhir.conftest import RESOURCES
from tests.integration.pipeline.conftest import approve, post_all, queue

CODER = User("carla", frozenset({"coder"}), "main")
OTHERS = [name for name in RESOURCES if name != "procedure"]


def meta(version, *, marked=False):
    return {"versionId": str(version), **({"tag": [{"code": "HTEST"}]} if marked else {})}


def test_a_procedure_of_test_data_is_shown_and_never_charged(database, take, resource):
    take(*map(resource, OTHERS), resource("procedure", meta=meta(1, marked=True)))
    (line,) = queue(database)
    assert (line.code, line.content["processing_id"]) == ("62323", "T")
    assert "HTEST" in line.content["note"]
    with pytest.raises(WrongState, match="HTEST"):
        approve(database, CODER, line)


def versions(resource):
    return [resource("procedure", meta=meta(n, marked=marked)) for n, marked in ((1, False), (2, True))]


@pytest.mark.parametrize("backwards", [False, True])
def test_one_that_is_marked_later_is_not_charged_whichever_came_last(database, take, resource, backwards):
    told = versions(resource)
    take(*map(resource, OTHERS), *(reversed(told) if backwards else told))
    assert [line.content.get("processing_id") for line in queue(database)] == ["T"]
    take(resource("procedure", meta=meta(3)))
    counting = [line for line in queue(database) if "processing_id" not in line.content]
    assert [approve(database, CODER, line).code for line in counting] == ["62323"]


def test_a_charge_of_what_is_marked_later_is_to_be_taken_back(database, take, resource):
    first, second = versions(resource)
    take(*map(resource, OTHERS), first)
    approve(database, CODER, queue(database)[0])
    post_all(database)
    take(second)
    (credit,) = (line for line in queue(database) if line.kind is ChargeKind.CREDIT)
    approve(database, CODER, credit)


@pytest.mark.parametrize("backwards", [False, True])
def test_an_observation_of_test_data_documents_nothing_of_what_is_none(database, take, resource, backwards):
    seen = [resource("observation", meta=meta(n, marked=n == 2)) for n in (1, 2)]
    take(*(resource(name) for name in RESOURCES if name != "observation"))
    without = [(line.code, line.content["elements"]) for line in queue(database)]
    take(*(reversed(seen) if backwards else seen))
    assert [(line.code, line.content["elements"]) for line in queue(database)] == without


def test_whose_procedure_it_is_no_patient_of_test_data_says(database, take, resource):
    others = [resource(name) for name in RESOURCES if name != "patient"]
    take(*others, *(resource("patient", meta=meta(n, marked=n == 2)) for n in (1, 2)))
    (line,) = queue(database)
    assert line.content["context"]["patient_id"] == ""
