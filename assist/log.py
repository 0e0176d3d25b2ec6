"""Structured logging. Log lines carry ids and counts, never what people wrote; what slips in is taken out here."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

import structlog

from assist.frames import frames
from assist.outgoing import scrubbed_json


def place_of(error: BaseException) -> str:
    """Give an error's kind and where it was raised, without its message: that may hold what people wrote."""
    stack = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(stack[-1].filename).name}:{stack[-1].lineno}" if stack else ""
    return f"{type(error).__name__}{where}"


def configure(level: str, form: str) -> None:
    """Send everything to standard error, as console lines or one JSON object a line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                frames,
                _scrub,
                renderer,
            ],
        )
    )
    sys.excepthook = _unhandled
    threading.excepthook = lambda told: _unhandled(told.exc_type, told.exc_value, told.exc_traceback)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These speak at INFO about every request, job or frame, and some repeat what was sent.
    for noisy in ("httpx", "httpcore", "openai", "huey", "engineio", "socketio", "presidio-analyzer", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _scrub(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Take personal values out of every part of a line, an exception's text and stack included."""
    cleaned: structlog.typing.EventDict = scrubbed_json({key: _plain(value) for key, value in event.items()})
    return cleaned


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | list | tuple | dict | None) else str(value)


def _unhandled(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Log what nobody caught, instead of printing it as it is."""
    if kind is KeyboardInterrupt or error is None:
        sys.__excepthook__(kind, error or kind(), trace)
        return
    logging.getLogger("assist").critical("unhandled error", exc_info=(kind, error, trace))
