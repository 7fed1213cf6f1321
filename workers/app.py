"""The Celery app. It knows the wired service, which is opened at the first task."""

from functools import cached_property
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, worker_init, worker_ready

from service.commands.faults import said_in_one_line
from service.commands.logs import configure_logs
from service.jobs import configuration
from service.wiring.given_settings import read_settings
from service.wiring.opening import begin, open_service
from service.wiring.service import Service


class WorkersApp(Celery):  # type: ignore[misc]  # Celery has no types
    """Celery, with the service its tasks work on."""

    @cached_property
    def service(self) -> Service:
        """Opened from the environment; a process that has one already sets it instead."""
        return open_service(read_settings())

    @property
    def is_embedded(self) -> bool:
        """Whether the process that this worker runs in has opened the service, and tells of itself."""
        return "service" in vars(self)


app = WorkersApp("charge-capture", include=["workers.tasks"])


@app.add_defaults  # type: ignore[untyped-decorator]
def _configuration() -> dict[str, Any]:
    with said_in_one_line():
        return configuration(read_settings().broker_url)


@worker_init.connect  # type: ignore[untyped-decorator]
def refuse_to_start_wrong(**_given: Any) -> None:
    """Find what is set wrong now, not at the first task. The processes of the pool each open their own."""
    if not app.is_embedded:
        configure_logs()  # Celery sets logging up only after this
        with said_in_one_line():
            service = open_service(read_settings())
            begin(service)
            service.close()


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_the_service_does(**_given: Any) -> None:
    """Celery's own logging prints tracebacks, whose text may hold patient data."""
    configure_logs()


@worker_ready.connect  # type: ignore[untyped-decorator]
def say_ready(**_given: Any) -> None:
    """Tell that wake-ups are taken from now on."""
    if not app.is_embedded:
        structlog.get_logger().info("worker ready")
