"""Stack traces for the log: where it went wrong and what kind of error it was, without the error's own words.

An error's message may repeat what somebody wrote, or a secret: a parser quotes its input, a URL its password.
"""

from __future__ import annotations

import sys
import traceback

from structlog.typing import EventDict


def frames(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Put an event's exception into words that hold nobody's data."""
    told = event.pop("exc_info", None)
    if told is True:
        told = sys.exc_info()
    error = told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event["exception"] = trace(error)
    return event


def trace(error: BaseException) -> str:
    """Give kinds and places of an error and of those that it came from, the outermost first."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(("from " if lines else "") + f"{type(current).__module__}.{type(current).__qualname__}")
        for frame in traceback.extract_tb(current.__traceback__):
            lines.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)
