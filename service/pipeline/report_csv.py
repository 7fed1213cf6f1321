"""Reports as CSV, in a form that no spreadsheet takes for a formula."""

import csv
import io

from service.domain.reconciliation import Report

_HEAD = ("day", "lack", "object_type", "object_id", "facility", "code", "days", "note")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def as_csv(report: Report) -> str:
    """The findings of a report, a line each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for each in report.findings:
        row = (
            report.day,
            each.lack.value,
            each.object_type,
            each.object_id,
            each.facility,
            each.code,
            str(each.days),
            each.note,
        )
        writer.writerow([_plain(cell) for cell in row])
    return out.getvalue()


def _plain(cell: str) -> str:
    """What a spreadsheet would calculate is marked as text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
