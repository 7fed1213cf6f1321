"""Jobs: their names, and how to wake a worker. The only Celery in the service.

A wake-up carries the name of a queue and nothing else. Losing it costs time, never work: the rows are the
jobs, and the sweep finds those that wait.
"""

import threading
import warnings
from typing import Any, cast

import structlog
from celery import Celery
from celery.app.utils import find_app
from kombu.exceptions import OperationalError

CHART = "chart"  # read stored messages, propose candidates
POST = "post"  # send approved charges to billing
FETCH = "fetch"  # ask EHRs' FHIR servers
ACKNOWLEDGE = "acknowledge"  # tell senders what became of their messages
QUEUES = (CHART, POST, FETCH, ACKNOWLEDGE)

DRAIN = "charge_capture.drain"

_EMBEDDED_BROKER = "memory://localhost"
_POLL_SECONDS = 0.005  # of the memory broker; its default makes an idle message wait 0.65 s
_log = structlog.get_logger()


def configuration(broker_url: str) -> dict[str, Any]:
    """Celery's settings: late acknowledgement, one task at a time, JSON only."""
    embedded = not broker_url
    return {
        "broker_url": broker_url or _EMBEDDED_BROKER,
        "broker_transport_options": {"polling_interval": _POLL_SECONDS} if embedded else _REDIS_OPTIONS,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # else a worker ends itself after an hour without Redis
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_soft_shutdown_timeout": 10.0,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_default_queue": "charge-capture",
        "task_publish_retry": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": False,
    }


#: A hung Redis must not hold up who rings; a lost task is the sweep's business.
_REDIS_OPTIONS = {"socket_connect_timeout": 1.0, "socket_timeout": 30.0, "max_retries": 1}


def wake(app: Celery, queue: str) -> bool:
    """Send one wake-up; False when the broker does not take it."""
    try:
        app.send_task(DRAIN, args=[queue])
    except (OperationalError, OSError) as error:
        _log.warning("wake-up not sent", queue=queue, error=type(error).__name__)
        return False
    return True


def broker_answers(app: Celery) -> bool:
    """Whether the broker takes a connection now."""
    with app.connection_for_write() as connection:
        try:
            connection.channel().close()
        except (*connection.connection_errors, *connection.channel_errors):
            return False
    return True


def workers_app() -> Celery:
    """The app of `workers/`, found by name as `celery -A workers.app` does: the service imports no worker."""
    return cast("Celery", find_app("workers.app"))


class EmbeddedWorker:
    """A Celery worker in a thread of this process: memory broker, thread pool, no signals of its own."""

    def __init__(self, app: Celery, concurrency: int) -> None:
        # Celery warns of running as root because of pickle, which this app does not accept.
        warnings.filterwarnings("ignore", message=r"\s*You're running the worker with superuser")
        self._worker: Any = app.Worker(
            pool="threads",
            concurrency=concurrency,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            loglevel="WARNING",
            quiet=True,
        )
        self._thread = threading.Thread(target=self._worker.start, name="celery", daemon=True)

    def start(self) -> None:
        """Start taking wake-ups."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand, take nothing new."""
        # Its thread may look at the broker for two more seconds: there is nothing in it to wait for.
        self._worker.stop(exitcode=0)
