"""Destinations: where approved charges go, as the settings say."""

from collections.abc import Callable
from urllib.parse import urlsplit

from service.domain.errors import SetupError
from service.domain.event import Format
from service.domain.layout import Layout
from service.fhir import ChargeItemClient
from service.fhir.millennium import KeyAttribute, MillenniumSite
from service.mapping import DestinationFile, load_destination
from service.mapping.site.destinations import MillenniumForm
from service.mllp import Connection, TlsFiles, client_tls
from service.pipeline.billing_answers import Billing
from service.pipeline.receive import Source
from service.posting.batch_file import BatchFile
from service.posting.destination import Destination
from service.posting.dft_over_mllp import DftOverMllp
from service.posting.fhir_charge_item import FhirChargeItem
from service.posting.millennium import MillenniumChargeItem
from service.settings import Settings, host_and_port

BILLING = "billing"


def billing_file_of(settings: Settings) -> DestinationFile:
    """How charges leave, and their prices."""
    return load_destination(settings.mappings / "destinations" / f"{BILLING}.yaml")


def billing_of(layout: Layout, source_of: Callable[[Format, str, str], Source]) -> Billing:
    """How billing is known by what it sends."""
    sender = "|".join(layout.receiving)
    return Billing(sender, source_of(Format.HL7V2, "DFT^P03", sender).facility, layout.credit)


def destinations_of(settings: Settings, file: DestinationFile) -> dict[str, Destination]:
    """Destinations by name; none = approved charges wait."""
    if settings.billing:
        connections = [_connection(settings) for _ in range(file.connections)]
        return {BILLING: DftOverMllp(connections, file.layout, file.actions, file.patience)}
    if settings.billing_fhir:
        return {BILLING: _fhir(settings, file)}
    if settings.billing_folder:
        return {BILLING: BatchFile(settings.billing_folder, file.layout, file.patience, settings.timezone)}
    return {}


def _connection(settings: Settings) -> Connection:
    host, port = host_and_port(settings.billing)
    files = TlsFiles(settings.billing_certificate, settings.billing_key, settings.billing_ca)
    return Connection(
        host,
        port,
        answer_timeout=settings.answer_timeout,
        tls=client_tls(files) if settings.billing_tls else None,
        server_name=settings.billing_server_name,
    )


def _fhir(settings: Settings, file: DestinationFile) -> Destination:
    client, patience = _fhir_client(settings), file.patience
    if file.layout.split.codes:
        raise SetupError(
            "components: a FHIR server is told of charges whole; take them out of the destination"
        )
    if file.fhir.millennium:
        return _millennium(client, file, file.fhir.millennium)
    return FhirChargeItem(client, patience, version=file.fhir.version, per_visit=file.layout.per_visit)


def _millennium(client: ChargeItemClient, file: DestinationFile, form: MillenniumForm) -> Destination:
    named = form.key_attribute
    attribute = KeyAttribute(named.id, named.name) if named else None
    site = MillenniumSite(form.tenant, form.schedules.model_dump(), attribute)
    modifies = form.corrections == "modify"
    return MillenniumChargeItem(client, file.patience, site, file.actions, modifies=modifies)


def _fhir_client(settings: Settings) -> ChargeItemClient:
    return ChargeItemClient(
        settings.billing_fhir,
        token=settings.billing_fhir_token.get_secret_value() or None,
        timeout=settings.answer_timeout,
        allowed_hosts=frozenset({urlsplit(settings.billing_fhir).hostname or ""}),
    )
