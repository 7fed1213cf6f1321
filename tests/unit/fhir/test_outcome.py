"""OperationOutcome: each fault as an issue."""

import pytest
from fhirclient.models.operationoutcome import OperationOutcome

from service.domain.errors import Fault
from service.fhir import outcome


@pytest.mark.parametrize(
    ("code", "issue_type"),
    [
        ("0", "informational"),
        ("101", "required"),
        ("102", "structure"),
        ("103", "code-invalid"),
        ("200", "not-supported"),
        ("204", "not-found"),
        ("205", "duplicate"),
        ("206", "lock-error"),
        ("207", "transient"),
        ("login", "login"),
        ("forbidden", "forbidden"),
        ("999", "processing"),
    ],
)
def test_an_issue_has_the_type_that_the_code_of_table_0357_means(code, issue_type):
    told = outcome([Fault("Procedure.status", code, "what is wrong", "warning")])
    OperationOutcome(told)
    assert told["issue"] == [
        {
            "severity": "warning",
            "code": issue_type,
            "diagnostics": "what is wrong",
            "expression": ["Procedure.status"],
        }
    ]


def test_a_fault_of_no_place_has_no_expression():
    assert "expression" not in outcome([Fault("", "102", "not JSON")])["issue"][0]


def test_without_faults_there_is_still_an_issue_as_fhir_wants_one():
    told = outcome(())
    OperationOutcome(told)
    assert [issue["severity"] for issue in told["issue"]] == ["information"]
