"""Located: each resource of a message, where it stands there, what it is called, and which version it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from service.domain.event import Event
from service.fhir.reference import identifier_address
from service.fhir.resource import Resource, as_text, assign_id, is_id, is_type, listed, version_of
from service.fhir.transaction import assigned_entry_id, entry_faults, is_bare, is_error

_VERSION_DIGITS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """A resource, and the FHIRPath of where it stands."""

    resource: Resource = field(repr=False)
    path: str  # "Procedure", "Bundle.entry[2].resource", "Procedure.contained[0]"
    event: Event
    root: Resource = field(repr=False)  # of the message
    assigned_id: str  # what it is called when it brings no id: its sender was told
    number: int = 0  # of its entry
    full_url: str = field(default="", repr=False)

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.resource["resourceType"])

    def name(self) -> str:
        """ "Patient/1"."""
        return f"{self.kind}/{self.resource.get('id', self.assigned_id)}"

    def addresses(self) -> frozenset[str]:
        """All that a reference may call it."""
        found = {self.name(), self.full_url} - {""}
        identifiers = listed(self.resource.get("identifier"))
        found |= {identifier_address(self.kind, one) for one in identifiers} - {""}
        return frozenset(found)

    def version(self) -> str:
        """meta.versionId where it counts, else the time of this version, in UTC."""
        number = version_of(self.resource)
        if number.isascii() and number.isdigit():
            return number.zfill(_VERSION_DIGITS)
        meta = self.resource.get("meta")
        updated = as_text(meta.get("lastUpdated")) if isinstance(meta, dict) else ""
        return digits(updated) or _moment(datetime.fromtimestamp(self.event.received_at, UTC))


def located_in(event: Event, root: Resource) -> Iterator[Located]:
    """The resources of a message that were taken: the oldest version of each first."""
    assigned = assign_id(event.body)
    if root["resourceType"] != "Bundle":
        yield Located(root, root["resourceType"], event, root, assigned)
        return
    entries = list(enumerate(listed(root.get("entry"))))
    # A history tells the newest first.
    for n, entry in reversed(entries) if root["type"] == "history" else entries:
        if any(map(is_error, entry_faults(entry, "", root["type"]))):
            continue
        resource = _deleted(entry) if is_bare(entry, root["type"]) else entry["resource"]
        if resource:
            full_url = entry.get("fullUrl")
            url = full_url if isinstance(full_url, str) else ""
            of_entry = assigned_entry_id(assigned, n)
            yield Located(resource, f"Bundle.entry[{n}].resource", event, root, of_entry, n, url)


def _deleted(entry: Resource) -> Resource | None:
    """What a history says was deleted, as a resource that is taken back."""
    request, response = entry.get("request"), entry.get("response")
    if not isinstance(request, dict) or request.get("method") != "DELETE":
        return None
    kind, _, identifier = as_text(request.get("url")).partition("/")
    if not (is_type(kind) and is_id(identifier)):
        return None
    said = response if isinstance(response, dict) else {}
    meta = {
        "versionId": as_text(said.get("etag")).removeprefix("W/").strip('"'),
        "lastUpdated": as_text(said.get("lastModified")),
    }
    return {"resourceType": kind, "id": identifier, "status": "entered-in-error", "meta": meta}


def digits(version: str) -> str:
    """A version that sorts: a time in UTC, or a bare number filled up with zeros."""
    if version.isascii() and version.isdigit():
        return version.zfill(_VERSION_DIGITS)
    try:
        return _moment(datetime.fromisoformat(version))
    except (ValueError, OverflowError):
        return ""


def _moment(time: datetime) -> str:
    return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC).strftime("%Y%m%d%H%M%S%f")
