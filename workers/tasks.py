"""The tasks: each opens, calls the service, and ends."""

from service.jobs import DRAIN
from workers.app import app


@app.task(name=DRAIN)  # type: ignore[untyped-decorator]  # Celery has no types
def drain(queue: str) -> None:
    """Work a queue until nothing in it is due."""
    app.service.drain(queue)
