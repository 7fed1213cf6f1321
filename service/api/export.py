"""Export of a worklist as CSV or NDJSON: streamed a page at a time, each page audited as it is read."""

import csv
from collections.abc import Iterator
from enum import StrEnum
from io import StringIO
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from service.api.access import CandidateReader
from service.api.examples import answered
from service.api.filters import FilterIn
from service.api.parts import Parts, PartsOf
from service.api.schemas import CandidateOut, candidate_out
from service.domain.worklist import Filter
from service.pipeline import worklist
from service.store.transaction import AuditEntry
from service.store.users import User
from service.store.worklist import Page

router = APIRouter(prefix="/v1/candidates", tags=["review"])
_PAGE: Final = 200
_COLUMNS: Final = tuple(CandidateOut.model_fields)
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class ExportFormat(StrEnum):
    """How lines are written."""

    CSV = "csv"
    NDJSON = "ndjson"


class ExportQuery(FilterIn):
    """Which lines, and how."""

    format: ExportFormat = ExportFormat.CSV


_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.NDJSON: "application/x-ndjson"}
_ANSWERS = answered(
    {
        "text/csv": "id,facility,status,kind,code\r\n0199-line,main,proposed,CG,62323\r\n",
        "application/x-ndjson": '{"id": "0199-line", "facility": "main", "code": "62323"}\n',
    }
)


@router.get("/export", response_class=StreamingResponse, responses=_ANSWERS)
def export(
    parts: PartsOf, user: CandidateReader, query: Annotated[ExportQuery, Query()]
) -> StreamingResponse:
    """All lines of a worklist, as the list shows them. Cells of CSV are text to a spreadsheet."""
    wanted = query.filter(user, parts.stakes)
    first = _page(parts, user, wanted, None)  # so that what cannot be answered is refused before it begins
    rows = _rows(parts, user, wanted, first)
    lines = _csv(rows) if query.format is ExportFormat.CSV else (orjson.dumps(row) + b"\n" for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="worklist.{query.format}"'}
    return StreamingResponse(lines, media_type=_TYPES[query.format], headers=headers)


def _page(parts: Parts, user: User, wanted: Filter, page: Page | None) -> Page:
    with parts.database.transaction() as store:
        found = worklist.page(store, user.facility, wanted, limit=_PAGE, after=page.after if page else None)
        count = len(found.lines)
        store.audit(AuditEntry(user.facility, "review", user.name, "export", "candidate", "", count))
    return found


def _rows(parts: Parts, user: User, wanted: Filter, page: Page) -> Iterator[dict[str, Any]]:
    while True:
        for line in page.lines:
            yield CandidateOut(**candidate_out(line, parts.stakes)).model_dump(mode="json")
        if page.after is None:
            return
        page = _page(parts, user, wanted, page)


def _csv(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    yield _line(_COLUMNS)
    for row in rows:
        yield _line([_cell(row[name]) for name in _COLUMNS])


def _line(cells: Any) -> bytes:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """As text that no spreadsheet calculates."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(each["element"] if isinstance(each, dict) else str(each) for each in value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
