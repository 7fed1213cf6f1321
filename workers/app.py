"""The Celery app. It knows the wired service, which is opened at the first task."""

from functools import cached_property
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, worker_ready

from service.commands.logs import configure_logs
from service.jobs import configuration
from service.wiring import Service, open_service, read_settings


class WorkersApp(Celery):  # type: ignore[misc]  # Celery has no types
    """Celery, with the service its tasks work on."""

    @cached_property
    def service(self) -> Service:
        """Opened from the environment; a process that has one already sets it instead."""
        return open_service(read_settings())


app = WorkersApp("charge-capture", include=["workers.tasks"])
app.add_defaults(lambda: configuration(read_settings().broker_url))


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_the_service_does(**_given: Any) -> None:
    """Celery's own logging prints tracebacks, whose text may hold patient data."""
    configure_logs()


@worker_ready.connect  # type: ignore[untyped-decorator]
def say_ready(**_given: Any) -> None:
    """Tell that wake-ups are taken from now on."""
    structlog.get_logger().info("worker ready")
