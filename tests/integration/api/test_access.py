"""Who may do what: every operation of the API, every role, from the OpenAPI document itself."""

from itertools import product

import pytest

ROLES = ("feed", "coder", "lead", "auditor", "admin", "monitor")
ANYBODY = {*ROLES, "nobody"}

#: operation -> roles that pass the door. A route that is not here fails the test.
ALLOWED = {
    "GET /livez": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /fhir/metadata": ANYBODY,
    "GET /v1/me": set(ROLES),
    "GET /v1/sign-in": ANYBODY,
    "POST /v1/session": ANYBODY,
    "GET /v1/session": set(ROLES),
    "DELETE /v1/session": set(ROLES),
    "POST /v1/session/activity": set(ROLES),
    "POST /hl7/v2": {"feed"},
    "POST /fhir": {"feed"},
    "POST /fhir/{resource_type}": {"feed"},
    "PUT /fhir/{resource_type}/{resource_id}": {"feed"},
    "DELETE /fhir/{resource_type}/{resource_id}": {"feed"},
    "POST /fhir/notify/{ehr}": {"feed"},
    "PUT /fhir/notify/{ehr}/{resource_type}/{resource_id}": {"feed"},
    "GET /v1/candidates": {"coder", "lead", "auditor"},
    "GET /v1/statistics": {"coder", "lead", "auditor"},
    "GET /v1/statistics/waiting": {"coder", "lead", "auditor"},
    "GET /v1/candidates/counts": {"coder", "lead", "auditor"},
    "GET /v1/candidates/{identifier}": {"coder", "lead", "auditor"},
    "GET /v1/candidates/{identifier}/documents/{event}/attachments/{number}": {"coder", "lead", "auditor"},
    "POST /v1/candidates/{identifier}/claim": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/release": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/approve": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/change": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/undo": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/ask": {"coder", "lead"},
    "GET /v1/questions": {"coder", "lead", "auditor"},
    "GET /v1/questions/{identifier}": {"coder", "lead", "auditor"},
    "POST /v1/questions/{identifier}/answer": {"coder", "lead"},
    "POST /v1/questions/{identifier}/withdraw": {"coder", "lead"},
    "POST /v1/candidates/bulk": {"coder", "lead"},
    "GET /fhir/ChargeItem": {"coder", "lead", "auditor"},
    "GET /fhir/ChargeItem/{identifier}": {"coder", "lead", "auditor"},
    "GET /fhir/Task": {"coder", "lead", "auditor"},
    "GET /fhir/Task/{identifier}": {"coder", "lead", "auditor"},
    "GET /v1/candidates/export": {"coder", "lead", "auditor"},
    "GET /v1/views": {"coder", "lead", "auditor"},
    "PUT /v1/views/{name}": {"coder", "lead", "auditor"},
    "DELETE /v1/views/{name}": {"coder", "lead", "auditor"},
    "GET /v1/me/settings": set(ROLES),
    "PUT /v1/me/settings": set(ROLES),
    "GET /v1/me/day": {"coder", "lead"},
    "GET /v1/candidates/{identifier}/draft": {"coder", "lead"},
    "PUT /v1/candidates/{identifier}/draft": {"coder", "lead"},
    "DELETE /v1/candidates/{identifier}/draft": {"coder", "lead"},
    "GET /v1/events-stream": {"coder", "lead", "auditor"},
    "POST /v1/candidates/next": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/heartbeat": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/hold": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/unhold": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/assign": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/comments": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/add": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/split": {"coder", "lead"},
    "POST /v1/candidates/{identifier}/reject": {"coder", "lead"},
    "GET /v1/charges": {"coder", "lead", "auditor"},
    "GET /v1/postings": {"coder", "lead", "auditor"},
    "POST /v1/postings/{identifier}/settle": {"lead"},
    "GET /metrics": set(),  # of all facilities, and these users see one
    "GET /v1/feeds": {"lead", "admin"},
    "GET /v1/feeds/{name}": {"lead", "admin"},
    "GET /v1/quarantine": {"lead", "admin"},
    "GET /v1/quarantine/{identifier}": {"lead", "admin"},
    "POST /v1/quarantine/replay": {"lead", "admin"},
    "POST /v1/quarantine/{identifier}/replay": {"lead", "admin"},
    "POST /v1/quarantine/{identifier}/discard": {"lead", "admin"},
    "GET /v1/reconciliation": {"lead", "admin"},
    "GET /v1/reconciliation/export": {"lead", "admin"},
    "GET /v1/mappings": {"coder", "lead", "auditor", "admin"},
    "GET /v1/mappings/{table}": {"coder", "lead", "auditor", "admin"},
    "POST /v1/mappings/try": {"coder", "lead", "auditor", "admin"},
    "POST /v1/mappings/why-not": {"coder", "lead", "auditor", "admin"},
    "GET /v1/ledger": set(),  # its sums are of all facilities, and these users see one
    "GET /v1/audit": {"auditor", "admin"},
}


def status_of(api, operation, role):
    method, path = operation.split(" ")
    path = path.replace("{identifier}", "0" * 32).replace("{resource_type}", "Procedure")
    path = path.replace("{resource_id}", "1").replace("{event}", "0" * 32).replace("{number}", "1")
    if role == "nobody":
        return api.client.request(method, path).status_code
    return api.ask(method, path, role=role).status_code


def test_a_method_that_is_none_is_told_those_that_are(api):
    answer = api.ask("PATCH", "/v1/me/settings")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PUT")
    answer = api.ask("PATCH", f"/v1/candidates/{'0' * 32}/claim")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_every_operation_of_the_queue_says_how_its_problems_look(document):
    for path, methods in document["paths"].items():
        for operation in methods.values():
            if path.startswith("/v1"):
                assert "application/problem+json" in operation["responses"]["4XX"]["content"], path
                assert "422" not in operation["responses"], path


def test_every_operation_has_its_row(document):
    operations = {
        f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods
    }
    assert operations == set(ALLOWED)


def test_each_role_passes_the_doors_that_are_its_own_and_no_other(api):
    for (operation, allowed), role in product(ALLOWED.items(), sorted(ANYBODY)):
        status = status_of(api, operation, role)
        shut = 401 if role == "nobody" else 403
        assert (status != shut) == (role in allowed), (operation, role, status)
        assert status < 500, (operation, role, status)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", "Basic abc", "bearer cc_nonsense"], ids=repr
)
def test_a_token_that_is_none_opens_nothing(api, header):
    answer = api.client.get("/v1/candidates", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_ledger_is_for_those_who_see_all_facilities(api):
    assert api.ask("GET", "/v1/ledger", role="admin", facility="*").json()["whole"] is True
    assert api.ask("GET", "/v1/ledger", role="coder", facility="*").status_code == 403


def test_a_revoked_token_opens_nothing(api):
    api.token("coder")
    with api.service.database.transaction() as store:
        store.users.revoke("coder of main", by="test")
    assert api.ask("GET", "/v1/candidates").status_code == 401


def test_under_fhir_a_refusal_is_an_operation_outcome(api):
    answer = api.client.post("/fhir/Procedure", content=b"{}")
    assert answer.status_code == 401
    assert answer.json()["resourceType"] == "OperationOutcome"
