"""The Celery app. It knows the wired service, which is opened at the first task."""

from functools import cached_property

from celery import Celery

from service.jobs import configuration
from service.settings import Settings
from service.wiring import Service, open_service


class WorkersApp(Celery):  # type: ignore[misc]  # Celery has no types
    """Celery, with the service its tasks work on."""

    @cached_property
    def service(self) -> Service:
        """Opened from the environment; a process that has one already sets it instead."""
        return open_service(Settings())


app = WorkersApp("charge-capture", include=["workers.tasks"])
app.add_defaults(lambda: configuration(Settings().broker_url))
