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
