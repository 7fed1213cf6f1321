"""The application: routes, errors, limits."""

from service.api import (
    attachments,
    bulk,
    candidates,
    export,
    feeds,
    fhir_notify,
    fhir_read,
    handling,
    intake,
    keepsakes,
    mappings,
    metrics,
    oidc_sign_in,
    oidc_sign_out,
    operations,
    postings,
    problems,
    quarantine,
    questions,
    reconciliation,
    search,
    sign_in,
    statistics,
    stream,
    worklist,
)
from service.api.limits import Limits
from service.api.openapi import OUTCOMES, PROBLEMS, Application
from service.api.parts import Parts


def create_app(parts: Parts, version: str) -> Application:
    """Make the API on the given parts."""
    app = Application(
        title="charge-capture",
        version=version,
        docs_url=None,  # the page of FastAPI loads scripts from elsewhere; /openapi.json is served
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.parts = parts
    for module in (
        fhir_notify,
        fhir_read,
        intake,
        worklist,
        export,
        stream,
        keepsakes,
        handling,
        bulk,
        candidates,
        attachments,
        questions,
        postings,
        feeds,
        quarantine,
        metrics,
        reconciliation,
        statistics,
        mappings,
        operations,
        sign_in,
        oidc_sign_in,
        oidc_sign_out,
    ):
        answered = OUTCOMES if module in (fhir_notify, fhir_read, intake) else PROBLEMS
        app.include_router(module.router, responses=answered)
    if parts.reader.indexes_notes:
        app.include_router(search.router, responses=PROBLEMS)
    problems.install(app)
    app.add_middleware(Limits, body_limit=parts.body_limit)
    return app
