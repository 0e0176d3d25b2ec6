"""Work that happens apart from a request: suggestions, index catch-up, pruning.

One huey queue behind one API; SQLite, Redis or PostgreSQL by URL. The queue carries names and ids only, never text.
A job that is lost with its process costs nothing acknowledged: the database says what is to be done.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog
from huey import Huey, PostgresHuey, PriorityRedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from sqlalchemy.engine import make_url

from assist.errors import ConfigurationError

Handler = Callable[..., Any]
log = structlog.get_logger(__name__)


class Jobs:
    """Enqueues jobs by name and runs them in worker threads.

    `handlers` maps a job's name to what it calls; `every_minute` are called by one worker once a minute.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        handlers: Mapping[str, Handler],
        every_minute: Mapping[str, Handler] | None = None,
    ) -> None:
        self._huey = _open(url, secret)
        self._handlers = dict(handlers)
        self._consumer: Consumer | None = None

        def run(name: str, arguments: dict[str, Any]) -> None:
            self._handlers[name](**arguments)

        self._task = self._huey.task(name="assist_job")(run)
        for name, handler in (every_minute or {}).items():
            self._huey.periodic_task(crontab(minute="*"), name=f"assist_{name}")(handler)

    def enqueue(self, name: str, **arguments: Any) -> None:
        """Put a job on the queue; returns once the queue holds it."""
        if name not in self._handlers:
            raise ConfigurationError(f"there is no job {name!r}", where="jobs")
        self._task(name, arguments)

    def pending(self) -> int:
        """Give how many jobs wait."""
        return int(self._huey.pending_count())

    def start(self, workers: int) -> None:
        """Run jobs in `workers` threads of this process until `stop`."""
        self._consumer = _QuietConsumer(
            self._huey,
            workers=workers,
            # SQLite has nothing to wait on; a short poll keeps a click from waiting and costs next to nothing.
            initial_delay=0.01,
            backoff=1.15,
            max_delay=0.05,
            check_worker_health=True,
        )
        self._consumer.start()

    def stop(self) -> None:
        """Let running jobs end (5 s at most) and stop the threads."""
        if self._consumer is not None:
            self._consumer.stop(graceful=True)
            self._consumer = None

    def run_until(self, stop: threading.Event, workers: int) -> None:
        """Run jobs until `stop` is set; what `assist worker` does."""
        self.start(workers)
        stop.wait()
        self.stop()


class _QuietConsumer(Consumer):  # type: ignore[misc]
    """A consumer inside another program: signals stay that program's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, shutdown_timeout=5, **kwargs)

    def _set_signal_handlers(self) -> None:
        """Leave the signals alone."""


def _open(url: str, secret: str) -> Huey:
    # Tasks are pickled: the signature keeps anybody who can write to the queue from running code here.
    serializer = SignedSerializer(secret=secret, salt="assist.jobs")
    options: dict[str, Any] = {"results": False, "serializer": serializer}
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            path = Path(parsed.database or "queue.db")
            path.parent.mkdir(parents=True, exist_ok=True)
            return SqliteHuey("assist", filename=str(path), **options)
        case "redis" | "rediss":
            return PriorityRedisHuey("assist", url=url, **options)
        case "postgresql":
            return PostgresHuey("assist", dsn=parsed.set(drivername="postgresql").render_as_string(False), **options)
    raise ConfigurationError(
        f"{parsed.get_backend_name()!r} is not a queue",
        where="ASSIST_QUEUE_URL",
        hint="Use sqlite:///PATH, redis://… or postgresql://….",
    )
