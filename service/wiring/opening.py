"""Opening: settings in, a working service out. The only place that builds things."""

import gc

import structlog

from service.jobs import QUEUES
from service.mapping import Mappings, load_identity_provider, read_auto_approval
from service.oidc import Provider
from service.pipeline.auto_approve import AutoApprover
from service.pipeline.chart import Reader
from service.pipeline.fetch import Fetcher
from service.pipeline.passwords import Passwords
from service.pipeline.receive import Door, sources
from service.pipeline.senders import acks_to, allow_list, original_mode, strict
from service.pipeline.sign_in import Desk
from service.settings import Settings
from service.store import Database
from service.store.database import refuse_unsafe
from service.store.users import ALL_FACILITIES
from service.wiring.database import current_database
from service.wiring.destinations import BILLING, billing_file_of, billing_of, destinations_of
from service.wiring.ehrs import ehrs_of, hang_searches, server_of
from service.wiring.given_mappings import mappings_of
from service.wiring.published import Published
from service.wiring.service import Service
from service.wiring.waker import Waker

_GARBAGE = 20_000  # objects made between two looks of the collector
_log = structlog.get_logger()


def open_service(settings: Settings, mappings: Mappings | None = None) -> Service:
    """Open database, destinations and, unless they are given, mappings.

    MappingError or SetupError says what to mend.
    """
    mappings = mappings or mappings_of(settings)
    database = current_database(settings)
    _make_ready(database)
    waker = Waker(database, settings.sweep_seconds)
    door = Door(
        database=database,
        facility=settings.facility,
        source_of=sources(mappings.feeds, settings.facility),
        wake=waker.wake,
        is_original=original_mode(mappings.feeds),
        is_allowed=allow_list(settings.mllp_senders),
        is_strict=strict(mappings.feeds),
        acks_to=acks_to(mappings.feeds),
    )
    billing = billing_file_of(settings)
    service = Service(
        settings=settings,
        database=database,
        mappings=mappings,
        reader=Reader(
            mappings, indexes_notes=settings.note_search, billing=billing_of(billing.layout, door.source_of)
        ),
        door=door,
        destinations=destinations_of(settings, billing),
        prices=billing.layout.charge_master,
        fetcher=_fetcher(settings, database, door),
        auto_approver=_auto_approver(settings, database, mappings),
        desk=Desk(database, Passwords(), settings.session_idle_seconds, settings.session_seconds),
        provider=_provider(settings),
        waker=waker,
        published=Published(mappings.digest),
    )
    # What is loaded now stays: the collector need not look through it for every few messages.
    gc.collect()
    gc.freeze()
    # A batch of messages is many objects, and hardly one of them is in a cycle.
    gc.set_threshold(_GARBAGE)
    return service


def _provider(settings: Settings) -> Provider | None:
    if settings.oidc is None:
        return None
    return Provider(load_identity_provider(settings.oidc, settings.oidc_client_secret.get_secret_value()))


def _auto_approver(settings: Settings, database: Database, mappings: Mappings) -> AutoApprover | None:
    if settings.auto_approve is None:
        return None
    rule = read_auto_approval(settings.auto_approve)
    return AutoApprover(
        database, rule, mappings.policies, BILLING, settings.undo_seconds, settings.second_review
    )


def _fetcher(settings: Settings, database: Database, door: Door) -> Fetcher:
    ehrs = ehrs_of(settings)
    servers = {name: server_of(settings, ehr) for name, ehr in ehrs.items()}
    return Fetcher(database, door, servers, settings.lease)


def begin(service: Service) -> None:
    """What a process does before it works the queues: take over what files now say, and tell what they lack.

    A command that opens the service for something else owes nobody that.
    """
    warn_of_unpublished(service)
    _warn_of_idle_notes(service)
    hang_searches(service.database, (server.ehr for server in service.fetcher.servers.values()))
    _readdress_acks(service)


def _warn_of_idle_notes(service: Service) -> None:
    """Say so when words of notes are kept that nobody can search any more."""
    with service.database.look() as store:
        are_kept = store.notes.are_kept()
    if are_kept and not service.settings.note_search:
        _log.warning("an index of notes is kept and note_search is off: charge-capture notes forget")


def _readdress_acks(service: Service) -> None:
    """Take over where feeds now say that later acknowledgements go; say what still has nowhere to go."""
    with service.database.transaction() as store:
        store.application_acks.readdress(service.door.acks_to)
        standing = store.application_acks.standing(ALL_FACILITIES)
    homeless = sum(tally.count for tally in standing if tally.state == "owed" and not tally.address)
    if homeless:
        _log.warning("acknowledgements have nowhere to go: charge-capture acks", count=homeless)


def warn_of_unpublished(service: Service) -> None:
    """Say so when the mappings that are loaded are others than those that were published last."""
    with service.database.look() as store:
        service.published.heed(store.publications.current())


def _make_ready(database: Database) -> None:
    refuse_unsafe(database)
    with database.transaction() as store:
        store.bells.hang(*QUEUES)
