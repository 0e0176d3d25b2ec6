"""Tests of a connector's own settings, line by line."""

from __future__ import annotations

from collections.abc import Callable

from assist.errors import AssistError
from assist.helpdesk import Check


def check(name: str, action: Callable[[], str]) -> Check:
    """Do something and say how it went; what `action` gives is the detail."""
    try:
        return Check(name, True, action())
    except AssistError as error:
        return Check(name, False, str(error))
