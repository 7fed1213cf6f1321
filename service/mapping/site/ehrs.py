"""EHRs: the FHIR servers of a site, each in a file of its own. They are connections, not mappings."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, StringConstraints

from service.domain.ehr import Ehr, Search, Signature, SmartClient, SubscriptionPlan
from service.domain.errors import MappingError
from service.mapping.files.yaml_file import Lines, read_yaml
from service.mapping.tables.tail import Part

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
_Type = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]{0,63}$")]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")]


class SmartForm(Part):
    """SMART Backend Services."""

    client_id: str
    key_file: str
    key_id: str
    algorithm: Literal["RS384", "ES384"]
    scope: str
    token_url: _Url | None = None


class PollForm(Part):
    """Searches that are repeated."""

    every_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    overlap_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    since: AwareDatetime | None = None
    resources: dict[_Type, dict[str, str]]


class SubscriptionForm(Part):
    """What the server is asked to tell us of."""

    criteria: str
    topic: str = ""
    content: Literal["empty", "id-only", "full-resource"] = "full-resource"
    heartbeat_seconds: Annotated[int, Field(ge=0)] = 0


class SignatureForm(Part):
    """How notifications are signed."""

    header: str
    secret_file: str


class EhrForm(Part):
    """One FHIR server."""

    format: Literal["ehr/1"]
    name: _Name
    base_url: _Url
    facility: Annotated[str, StringConstraints(pattern=r"^[^*\s]{1,64}$")] = "main"
    fhir_version: Literal["R4", "R4B", "R5"] = "R4"
    hosts: tuple[str, ...] = ()
    smart: SmartForm | None = None
    token_file: str | None = None
    poll: PollForm | None = None
    subscription: SubscriptionForm | None = None
    signature: SignatureForm | None = None


def load_ehrs(folder: Path) -> dict[str, Ehr]:
    """Read every *.yaml of a folder, by name; MappingError says file, line and what is wrong."""
    found: dict[str, Ehr] = {}
    for path in sorted(folder.glob("*.yaml")):
        form, lines = read_yaml(path, EhrForm)
        if form.name in found:
            raise lines.error(f"another file describes an EHR of the name {form.name!r}", "name")
        found[form.name] = _ehr(form, lines, folder)
    return found


def _ehr(form: EhrForm, lines: Lines, folder: Path) -> Ehr:
    if fault := _fault(form, lines):
        raise fault
    poll = form.poll
    return Ehr(
        name=form.name,
        base_url=form.base_url.rstrip("/") + "/",
        facility=form.facility,
        fhir_version=form.fhir_version,
        hosts=frozenset({urlsplit(form.base_url).hostname or "", *form.hosts}),
        smart=_smart(form.smart, folder) if form.smart else None,
        token_file=folder / form.token_file if form.token_file else None,
        searches=tuple(Search(kind, tuple(given.items())) for kind, given in poll.resources.items())
        if poll
        else (),
        since=poll.since.isoformat() if poll and poll.since else "",
        every=float(poll.every_seconds) if poll else 0.0,
        overlap=float(poll.overlap_seconds) if poll else 0.0,
        page_size=poll.page_size if poll else 1,
        subscription=_subscription(form.subscription) if form.subscription else None,
        signature=Signature(form.signature.header, folder / form.signature.secret_file)
        if form.signature
        else None,
    )


def _fault(form: EhrForm, lines: Lines) -> MappingError | None:
    here = {"localhost", "127.0.0.1"}
    url = urlsplit(form.base_url)
    if url.scheme != "https" and url.hostname not in here:
        return lines.error("must be https://: patient data and tokens go over it", "base_url")
    if form.smart and form.token_file:
        return lines.error("give smart or token_file, not both", "token_file")
    if form.subscription and not form.poll:
        return lines.error(
            "a subscription needs poll, too: what a notification leaves out is searched for", "subscription"
        )
    return None


def _smart(form: SmartForm, folder: Path) -> SmartClient:
    return SmartClient(
        client_id=form.client_id,
        key_file=folder / form.key_file,
        key_id=form.key_id,
        algorithm=form.algorithm,
        scope=form.scope,
        token_url=form.token_url or "",
    )


def _subscription(form: SubscriptionForm) -> SubscriptionPlan:
    return SubscriptionPlan(form.criteria, form.topic, form.content, form.heartbeat_seconds)
