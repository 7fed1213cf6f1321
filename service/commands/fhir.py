"""fhir: the FHIR servers that procedures are fetched from: how they stand, our keys, our subscriptions."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from service.commands.options import Data
from service.domain.ehr import Ehr
from service.domain.errors import SetupError
from service.domain.ids import new_control_id
from service.fhir import EhrServer, build_subscription, public_key
from service.settings import Settings
from service.store import Database, Store
from service.store.ehrs import SubscriptionState
from service.wiring.database import current_database
from service.wiring.ehrs import ehrs_of, server_of
from service.wiring.given_settings import read_settings

fhir = typer.Typer(help="The FHIR servers that procedures are fetched from.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name in the EHR's file")]


@fhir.command("status")
def status(data: Data = None) -> None:
    """Say how every search, fetch and subscription stands."""
    settings = read_settings(data=data)
    names = set(ehrs_of(settings))
    with current_database(settings).look() as store:
        for line in _searches(store, names):
            typer.echo(line)
        for line in _subscriptions(store, sorted(names)):
            typer.echo(line)
        for job in store.ehrs.waiting():
            typer.echo(f"{job.ehr}\t{job.kind} {job.state}\tattempt {job.attempts}\t{job.note}")


def _searches(store: Store, names: set[str]) -> Iterator[str]:
    for job in store.ehrs.searches():
        asked = f"answered {_ago(store.now, job.succeeded_at)}" if job.succeeded_at else "never answered"
        stands = f"{job.note} (attempt {job.attempts})" if job.note else "well"
        gone = "" if job.ehr in names else "\tno file describes it any more"
        yield f"{job.ehr}\tsearch {job.resource_type}\t{asked}\tsince {job.since[:19]}\t{stands}{gone}"


def _subscriptions(store: Store, names: list[str]) -> Iterator[str]:
    for name in names:
        state = store.ehrs.subscription(name)
        if state:
            heard = f"heard {_ago(store.now, state.heard_at)}"
            numbers = f"last number {state.last_number}, {state.gaps} missed and asked for"
            advice = "" if state.status in {"active", "requested"} else ": run charge-capture fhir subscribe"
            yield f"{name}\tsubscription {state.subscription}\t{state.status}{advice}\t{heard}\t{numbers}"


def _ago(now: float, then: float) -> str:
    return f"{max(0, int(now - then))} s ago"


@fhir.command("jwks")
def jwks(name: Name, data: Data = None) -> None:
    """Print our public key as a JSON Web Key Set, for the administrator of the EHR."""
    ehr = _ehr(read_settings(data=data), name)
    if ehr.smart is None:
        raise SetupError(f"the file of {name} says nothing of smart: it needs no key")
    typer.echo(json.dumps({"keys": [public_key(ehr.smart)]}, indent=2))


@fhir.command("retry")
def retry(name: Name, data: Data = None) -> None:
    """Fetch again what had failed, and search at once."""
    settings = read_settings(data=data)
    _ehr(settings, name)
    with current_database(settings).transaction() as store:
        count = store.ehrs.retry(name, by="command line")
    typer.echo(f"{count} failed fetches are tried again; searches are due now")


@fhir.command("subscribe")
def subscribe(
    name: Name,
    endpoint: Annotated[
        str, typer.Option(help="Our address as the EHR reaches it: https://HOST, up to /fhir")
    ],
    data: Data = None,
) -> None:
    """Ask the EHR for notifications, or ask again where its subscription has stopped."""
    settings = read_settings(data=data)
    ehr = _ehr(settings, name)
    if ehr.subscription is None:
        raise SetupError(f"the file of {name} says nothing of a subscription")
    if ehr.fhir_version == "R5" and not ehr.subscription.topic:
        raise SetupError(f"the file of {name}: a subscription of R5 needs a topic")
    database, server = current_database(settings), server_of(settings, ehr)
    asked = build_subscription(
        ehr, ehr.subscription, f"{endpoint.rstrip('/')}/fhir/notify/{name}", _token(database, ehr)
    )
    with database.transaction() as store:
        known = store.ehrs.subscription(name)
    identifier = _ask(server, asked, known)
    with database.transaction() as store:
        last = known.last_number if known and known.subscription == identifier else 0
        store.ehrs.keep(
            SubscriptionState(name, identifier, "requested", last, known.told_at if known else "")
        )
    typer.echo(f"asked for: Subscription/{identifier}; charge-capture fhir status shows when it is active")


def _ask(server: EhrServer, asked: dict[str, object], known: SubscriptionState | None) -> str:
    """Put the subscription that is known in order, or make one; gives its id."""
    if known and known.subscription and server.read(f"Subscription/{known.subscription}"):
        server.update({**asked, "id": known.subscription})
        return known.subscription
    return server.create(asked)


def _token(database: Database, ehr: Ehr) -> str:
    """A token for this subscription alone: revoking its user ends it."""
    if ehr.signature:
        return ""
    with database.transaction() as store:
        user = f"ehr-{ehr.name}-{new_control_id()}"
        return store.users.add(user, frozenset({"feed"}), ehr.facility, by="command line")


def _ehr(settings: Settings, name: str) -> Ehr:
    ehrs = ehrs_of(settings)
    if name not in ehrs:
        raise SetupError(f"no file describes an EHR {name!r}; these are: {', '.join(ehrs) or 'none'}")
    return ehrs[name]
