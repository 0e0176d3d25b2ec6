"""Runs the application under gunicorn, configured here and nowhere else."""

from __future__ import annotations

import threading
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from assist.settings import Settings
from assist.web import AssistApp, create_app

# Every socket keeps a thread while it is open; idle threads cost some tens of kilobytes.
THREADS = 2_000
CONNECTIONS = 4_000


class _Logger(Logger):  # type: ignore[misc]
    """Gunicorn's log through ours: one form, and nothing personal in it."""

    def setup(self, cfg: Any) -> None:
        """Hand every line on to the root logger."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn without its command line: one worker, since Socket.IO keeps its clients in the process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._leaving = threading.Event()
        self._history: threading.Thread | None = None
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its options."""
        gevent = self._settings.async_mode == "gevent"
        options: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": 1,
            "worker_class": "gevent" if gevent else "gthread",
            "threads": 1 if gevent else THREADS,
            "worker_connections": CONNECTIONS,
            # Counts from the start on: the demo masks and indexes its data before the first answer.
            "timeout": 180,
            # Longer than a proxy keeps its connections, so that it never writes into one that just closed.
            "keepalive": 75,
            "graceful_timeout": 5,
            "loglevel": "warning",
            "logger_class": _Logger,
            "control_socket_disable": True,
            "when_ready": self._announce,
            "worker_exit": self._leave,
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> AssistApp:
        """Build the application inside the worker: threads do not survive a fork."""
        app = create_app(self._settings)
        if self._settings.demo:
            from assist.demo import seed

            seed(app.services)
        app.services.start()
        if self._settings.demo:
            from assist.demo import replay

            # The page is there at once; the lead's figures fill up within seconds.
            self._history = threading.Thread(
                target=replay, args=(app.services,), kwargs={"cancel": self._leaving}, name="assist-demo-history"
            )
            self._history.start()
        return app

    def _leave(self, _server: Any, _worker: Any) -> None:
        """End what runs beside the server before its database goes away under it."""
        self._leaving.set()
        if self._history is not None:
            self._history.join(timeout=5)

    def _announce(self, server: Any) -> None:
        for listener in server.LISTENERS:
            print(f"Agent Assist is on {listener}", flush=True)


def run(settings: Settings) -> None:
    """Serve until a signal ends it; raises `ConfigurationError` before it listens."""
    settings.require_safe_to_serve()
    _Server(settings).run()
