"""Files that a line's messages carry: handed out as they came, to be saved, never to be run."""

from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.responses import Response

from service.api.access import CandidateReader
from service.api.examples import answered
from service.api.parts import PartsOf
from service.pipeline.documents import open_attachment

router = APIRouter(prefix="/v1/candidates", tags=["review"])

#: Whoever opens it in a browser all the same: no script, no form, no frame, and no origin of ours.
_SANDBOX: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"


_FILE: Final = answered({"application/octet-stream": "%PDF-1.4 ..."})


@router.get("/{identifier}/documents/{event}/attachments/{number}", response_class=Response, responses=_FILE)
def download(
    identifier: str,
    event: str,
    number: Annotated[int, Path(ge=1, le=2**31)],
    parts: PartsOf,
    user: CandidateReader,
) -> Response:
    """One file out of a message, by its number there. The read is audited."""
    with parts.database.transaction() as store:
        line = store.candidates.get(identifier, user.facility)
        file = open_attachment(store, line, event, number, by=user.name)
    name = file.file_name(f"document-{event[:8]}-{number}")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": _SANDBOX,
    }
    return Response(file.opened(), media_type=file.media_type, headers=headers)
