"""serve: API, page, MLLP listener and embedded worker in one process; and the same parts alone."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from rich.console import Console

from service import jobs
from service.commands.background import in_background
from service.commands.demo import Demo
from service.commands.options import Data
from service.commands.watch import watching
from service.domain.errors import SetupError, TryAgainLater, WrongState
from service.settings import ENVIRONMENT, host_and_port
from service.store import Store
from service.store.users import ALL_FACILITIES
from service.wiring.given_settings import read_settings
from service.wiring.opening import begin, open_service
from service.wiring.service import VERSION, Service

_log = structlog.get_logger()
_LAST_SECONDS = 6.0
_WORKER_THREADS = 4  # reading, posting, fetching, acknowledging: none waits for the others' servers
_FIRST_ROLES = frozenset({"admin", "lead", "feed"})

Http = Annotated[str | None, typer.Option(help="HOST:PORT of the API [default: 127.0.0.1:8080]")]
Mllp = Annotated[str | None, typer.Option(help="HOST:PORT of the HL7 listener [default: 127.0.0.1:2575]")]
Billing = Annotated[str | None, typer.Option(help="HOST:PORT that approved charges go to as DFT^P03")]


@dataclass(frozen=True)
class _Doors:
    """Which doors a process opens."""

    http: bool = True
    mllp: bool = True


@dataclass(frozen=True)
class _Beginning:
    """What happens once the doors are open, in this order. A start that fails at a door does none of it."""

    welcome: Callable[[Service], None]
    before_work: Callable[[str], None]  # is told where HL7 is taken
    work: Callable[[], None]


def serve(
    *,
    data: Data = None,
    http: Http = None,
    mllp: Mllp = None,
    billing: Billing = None,
    watch: Annotated[Path | None, typer.Option(help="Folder from which HL7 files are taken, too")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Also play the billing system, and send the shipped samples")
    ] = False,
) -> None:
    """Run everything in one process."""
    with Demo.when(wanted=demo and billing is None) as played:
        settings = read_settings(
            data=data, http=http, mllp=mllp, billing=billing or played.address, watch=watch
        )
        service = open_service(settings)
        begin(service)
        with ExitStack() as background:

            def work() -> None:
                if settings.embedded:
                    background.enter_context(_embedded_worker(service))
                background.enter_context(_sweeper(service))
                background.enter_context(watching(service, settings.watch))

            asyncio.run(_run(service, _Doors(), _Beginning(_welcome, played.send_samples, work)))
        service.close()


def listen(mllp: Mllp = None, data: Data = None) -> None:
    """Run the MLLP listener alone."""
    service = open_service(read_settings(mllp=mllp, data=data))
    asyncio.run(_run(service, _Doors(http=False)))
    service.close()


def api(http: Http = None, data: Data = None) -> None:
    """Run the API alone."""
    service = open_service(read_settings(http=http, data=data))
    asyncio.run(_run(service, _Doors(mllp=False)))
    service.close()


def sweep(
    *, once: Annotated[bool, typer.Option("--once", help="Look once, and end")] = False, data: Data = None
) -> None:
    """Look for rows that a broker forgot, again and again."""
    service = open_service(read_settings(data=data))
    if once:
        service.sweep()
    else:
        with _sweeper(service):
            _say(f"sweeping every {service.settings.sweep_seconds:g} s; Ctrl-C stops")
            _wait_for_signal()
    service.close()


async def _run(service: Service, doors: _Doors, beginning: _Beginning | None = None) -> None:
    """Open the doors; close them in order when a signal comes."""
    stopped = asyncio.Event()

    def stop() -> None:
        service.stopping.set()
        stopped.set()
        _stop_at_last()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    async with AsyncExitStack() as stack:
        mllp = await _open_mllp(service, stack) if doors.mllp else ""
        http = await _open_http(service, stack) if doors.http else ""
        if beginning:
            beginning.welcome(service)
        _say_where(mllp, http)
        if beginning:
            await asyncio.to_thread(beginning.before_work, mllp)
            beginning.work()
        _say("  ready; Ctrl-C stops")
        await stopped.wait()
        _say("stopping")


def _say_where(mllp: str, http: str) -> None:
    if mllp:
        _say(f"  HL7 (MLLP)    {mllp}")
        _say(f"  try           charge-capture send docs/samples/hl7v2/*.hl7 --to {mllp}")
    if http:
        _say(f"  page and API  http://{http}")


async def _open_mllp(service: Service, stack: AsyncExitStack) -> str:
    host, port = host_and_port(service.settings.mllp)
    listener = service.listener()
    try:
        await listener.start(host, port)
    except OSError as error:
        raise _not_opened("mllp", "listen for HL7", _address(host, port), error) from None
    stack.push_async_callback(listener.stop)
    if service.settings.mllp_certificate:  # else a closed terminal ends the process, as it always does
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, listener.reread_certificates)
    return _address(host, listener.port)


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _not_opened(setting: str, what: str, address: str, error: OSError) -> SetupError:
    # asyncio and socket add to the text where they were; that of an error of look-up has no other source.
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)
    reason = reason.partition(" (while")[0]
    other = f"--{setting} HOST:PORT or {ENVIRONMENT}{setting.upper()} names another"
    return SetupError(f"cannot {what} on {address}: {reason}; {other}")


class _Server(uvicorn.Server):
    """uvicorn, with the signals left to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _open_http(service: Service, stack: AsyncExitStack) -> str:
    host, port = host_and_port(service.settings.http)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        opened = socket.create_server((host, port), family=family)
    except OSError as error:
        raise _not_opened("http", "serve HTTP", _address(host, port), error) from None
    config = uvicorn.Config(
        service.application(),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=4,
        forwarded_allow_ips=service.settings.http_proxies,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[opened]))

    async def close() -> None:
        server.should_exit = True
        await serving

    stack.push_async_callback(close)
    return _address(host, opened.getsockname()[1])


@contextmanager
def _embedded_worker(service: Service) -> Iterator[None]:
    app = jobs.workers_app()
    app.service = service
    worker = jobs.EmbeddedWorker(app, _WORKER_THREADS)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _sweeper(service: Service) -> AbstractContextManager[None]:
    """Sweep at once, to take up what an earlier life left, and then at intervals."""

    def run(stopped: threading.Event) -> None:
        while True:
            is_work_left = _sweep_once(service)
            if stopped.wait(0 if is_work_left else service.settings.sweep_seconds):
                return

    return in_background("sweeper", run)


def _sweep_once(service: Service) -> bool:
    """Sweep; a database that is away for a while must not end the sweeper. Gives whether to go on at once."""
    try:
        return service.sweep()
    except TryAgainLater as error:
        _log.warning("sweep put off", reason=str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, what others wait for must still be swept
        _log.error("sweep failed", error=type(error).__name__)
    return False


def _wait_for_signal() -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    while not stopped.wait(1.0):  # a signal that comes just before it begins to wait would not wake it
        pass
    _stop_at_last()


def _stop_at_last() -> None:
    """End the process soon, whatever it waits for: billing may take its time to answer."""
    timer = threading.Timer(_LAST_SECONDS, _cut_off)
    timer.daemon = True
    timer.start()


def _cut_off() -> None:
    # Safe at any moment: what is acknowledged is committed, and what was being sent becomes `unknown`.
    _log.warning("stopped with work in hand")
    os._exit(0)


def _welcome(service: Service) -> None:
    """Say what runs; with the token of the first user, made when there is none."""
    settings = service.settings
    store_name = settings.database_url.rpartition("@")[2] or settings.data / "charge-capture.db"
    lines = [
        f"charge-capture {VERSION}",
        f"  database      {store_name}",
        f"  billing       {settings.billing or settings.billing_fhir or 'none: approved charges wait'}",
    ]
    with service.database.transaction() as store:
        if not store.users.all():
            lines.append(_first_user(store))
        _say("\n".join(lines))  # before the commit: a token that could not be shown is not used up


def _first_user(store: Store) -> str:
    try:
        token = store.users.add("admin", _FIRST_ROLES, ALL_FACILITIES, by="first run")
    except WrongState:  # it was revoked, and so were all others
        return "  users         none: charge-capture users add"
    return f"  admin token   {token}   (shown this once)"


def _say(text: str) -> None:
    Console(highlight=False, soft_wrap=True).print(text, markup=False)
