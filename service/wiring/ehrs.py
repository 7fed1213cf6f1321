"""EHRs: the FHIR servers that the settings name."""

from collections.abc import Iterable
from datetime import UTC, datetime

from service.domain.ehr import Ehr
from service.fhir import EhrServer
from service.mapping import load_ehrs
from service.settings import Settings
from service.store import Database


def ehrs_of(settings: Settings) -> dict[str, Ehr]:
    """FHIR servers by name; MappingError says what is wrong with a file."""
    return load_ehrs(settings.ehrs) if settings.ehrs else {}


def server_of(settings: Settings, ehr: Ehr) -> EhrServer:
    """A connection to one of them; SetupError when its key or token cannot be read."""
    return EhrServer(ehr, timeout=settings.answer_timeout, most_bytes=settings.frame_limit)


def hang_searches(database: Database, ehrs: Iterable[Ehr]) -> None:
    """Make searches that are new begin where their file says, or now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with database.transaction() as store:
        for ehr in ehrs:
            store.ehrs.hang(ehr.name, [each.resource_type for each in ehr.searches], ehr.since or now)
