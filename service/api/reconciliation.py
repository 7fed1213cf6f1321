"""Reconciliation: the report of a day of service, and its export."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from service.api.access import Operator
from service.api.examples import answered
from service.api.inputs import Day
from service.api.parts import Parts, PartsOf
from service.domain.reconciliation import Report
from service.domain.stakes import CURRENCY
from service.pipeline.reconciliation import Wanted, reconcile_day
from service.pipeline.report_csv import as_csv
from service.store.transaction import AuditEntry
from service.store.users import User

router = APIRouter(prefix="/v1/reconciliation", tags=["operations"])
ServiceDay = Annotated[Day, Query(description="Day of service")]
Services = Annotated[
    tuple[str, ...], Query(description="Ordered services (OBR-4, AIS-3) to look for; all", max_length=100)
]
_EXAMPLE = (
    "day,lack,object_type,object_id,facility,code,days,note\r\n"
    "2026-03-10,late,charge,0199CHARGE0001,main,62323,9,approved 9 days after the service\r\n"
)
LateAfter = Annotated[int, Query(ge=0, le=365, description="Days after which a charge is late")]


class FindingOut(BaseModel):
    """One thing for a person to look at."""

    lack: str  # uncharged, undocumented, unanswered, twice, late
    object_type: str
    object_id: str
    facility: str
    code: str
    days: int
    note: str
    line: str  # of the queue; "" = it is about none


class AtStakeOut(BaseModel):
    """What charges that wait come to."""

    amount: Decimal
    unpriced: int  # charges without a known price, which are not in it


class ReportOut(BaseModel):
    """How a day of service stands, and all that waits."""

    day: date
    procedures: int
    charged: int
    rejected: int
    orders: int
    lag: dict[str, float]  # days between service and approval
    waiting: dict[str, dict[str, int]]  # age in days -> status -> lines
    at_stake: dict[str, AtStakeOut]  # age in days -> money; empty where the site has no charge master
    currency: str
    counts: dict[str, int]  # of findings
    findings: list[FindingOut]


@router.get("")
def show_report(
    parts: PartsOf, user: Operator, day: ServiceDay, service: Services = (), late_after: LateAfter = 3
) -> ReportOut:
    """A day's documentation against its charges, orders and billing's answers."""
    report = _report(parts, user, day, frozenset(service), late_after)
    lag = report.lag
    return ReportOut(
        day=day,
        procedures=report.procedures,
        charged=report.charged,
        rejected=report.rejected,
        orders=report.orders,
        lag={
            "charges": lag.charges,
            "median": lag.median,
            "nine_tenths": lag.nine_tenths,
            "longest": lag.longest,
        },
        waiting=report.waiting,
        at_stake={
            age: AtStakeOut(amount=each.amount, unpriced=each.unpriced)
            for age, each in report.at_stake.items()
        },
        currency=CURRENCY if report.at_stake else "",
        counts=report.counts(),
        findings=[FindingOut(**_fields(finding)) for finding in report.findings],
    )


@router.get("/export", response_class=Response, responses=answered({"text/csv": _EXAMPLE}))
def export_report(
    parts: PartsOf, user: Operator, day: ServiceDay, service: Services = (), late_after: LateAfter = 3
) -> Response:
    """The findings as CSV."""
    report = _report(parts, user, day, frozenset(service), late_after)
    named = {"Content-Disposition": f'attachment; filename="reconciliation-{day.isoformat()}.csv"'}
    return Response(as_csv(report), media_type="text/csv; charset=utf-8", headers=named)


def _report(parts: Parts, user: User, day: date, services: frozenset[str], late_after: int) -> Report:
    wanted = Wanted(day, user.facility, services, late_after, parts.stakes, parts.days)
    with parts.database.transaction() as store:
        report = reconcile_day(store, wanted)
        detail = day.isoformat()
        store.audit(AuditEntry(user.facility, "admin", user.name, "reconcile", "report", detail))
    return report


def _fields(finding: Any) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in FindingOut.model_fields}
